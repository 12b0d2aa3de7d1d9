"""The qualities that `degrees` grades: wordings of the rubric, and clauses that fit any topic."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """A question and what each of the scores 1 to 5 looks like."""

    criterion: str
    anchors: tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Quality:
    """A quality that every part of a response has or lacks.

    Attributes:
        name: as topics name it that do not offer it.
        good, bad: what the reasoning says of parts that have it or lack it.
        scales: wordings of the rubric.
        has, lacks: clauses that show it or its lack in any part; empty where the topics' own
            sentences do.
    """

    name: str
    good: tuple[str, ...]
    bad: tuple[str, ...]
    scales: tuple[Scale, ...]
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


_CONCRETE = (
    Scale("Does the answer get specific, with exact steps, figures or examples?", (
        "general talk from start to finish, with nothing exact in it",
        "largely general talk; once in a while something specific turns up",
        "specific and general passages are in balance",
        "specific on the whole, though it slips into general talk at one place",
        "specific all the way through, so that the reader knows exactly what is meant",
    )),
    Scale("How tangible is what the reader gets?", (
        "rough advice and commonplaces are all the reader gets",
        "commonplaces prevail, with an isolated tangible detail",
        "tangible details and commonplaces have about the same weight",
        "tangible details prevail, and commonplaces are the exception",
        "every passage holds a tangible detail such as an amount, an exact step or an example",
    )),
    Scale("Could somebody put this to use at once, without having to ask 'and how exactly?'", (
        "one would have to ask that all the time",
        "one would have to ask it at most places",
        "about half of the answer can be used as it is",
        "hardly ever; a single stretch stays too loose",
        "never, as actual steps, numbers or cases are given for everything it brings up",
    )),
    Scale("Judge the detail: examples, figures and exact steps as against empty phrases.", (
        "no detail, just rough hints and empty phrases",
        "mainly empty phrases, little detail",
        "a mixture in about equal shares",
        "mainly detail, with some empty phrase left in it",
        "detail everywhere and no empty phrases",
    )),
)  # fmt: skip
_REASONS = (
    Scale("Does the answer explain why, or does it merely assert?", (
        "it asserts and repeats itself without ever saying why",
        "assertion is the rule, and a reason is a rare exception",
        "about as much is explained as is merely asserted",
        "nearly all is explained, with a lapse into bare assertion",
        "a reason stands behind everything that it says",
    )),
    Scale("How well are the statements backed up by reasons?", (
        "not at all: claims are only said again in other words",
        "poorly: most claims stand there without support",
        "partly: supported and unsupported claims balance each other",
        "well: support is missing only in one place",
        "very well: the reader learns the cause or purpose each time",
    )),
    Scale("Would a curious reader who keeps asking 'why?' be satisfied?", (
        "the question is never answered",
        "it is answered seldom, and mostly ignored",
        "it is answered in some places and ignored in as many others",
        "it is answered in most places, with a gap",
        "it is answered throughout",
    )),
    Scale("Look for explanations of causes and effects. Repeating a claim does not explain it.", (
        "no explanations",
        "few explanations and a lot of repetition",
        "explanations and repetition in like measure",
        "explanations nearly everywhere",
        "explanations everywhere, without any passage that only repeats",
    )),
)  # fmt: skip
_ACCURACY = (
    Scale("Can the reader trust what is said to be true?", (
        "no, something plainly wrong turns up in every passage",
        "hardly, since errors outweigh what is sound",
        "only in part: sound advice and plain errors are mixed evenly",
        "mostly, apart from a plain error",
        "yes, nothing in it is wrong",
    )),
    Scale("How correct is the content?", (
        "riddled with false claims wherever one looks",
        "false claims in most passages, though not in all",
        "as many passages with a false claim as without",
        "correct by and large, with one lapse that a knowledgeable reader notices",
        "correct from beginning to end",
    )),
    Scale("Rate the factual soundness. A sound start does not excuse nonsense in what follows.", (
        "nonsense in every passage",
        "more nonsense than sense",
        "sense and nonsense hold each other in balance",
        "far more sense than nonsense",
        "sense only",
    )),
    Scale("What would an expert say about the truth of this?", (
        "'Nonsense in everything it touches.'",
        "'Mostly wrong, with something right in it.'",
        "'Half of it is right and half is wrong.'",
        "'Right for the most part, but there is a blunder.'",
        "'Right throughout.'",
    )),
)  # fmt: skip
_RELEVANCE = (
    Scale("Does the answer stay with the question?", (
        "it talks of other things throughout",
        "it talks mainly of other things and touches on the question in passing",
        "it deals with the question half of the time",
        "it stays with the question except for one excursion",
        "it stays with the question from first to last",
    )),
    Scale("How much of this is to the point?", (
        "nothing of substance is",
        "a small share; the bulk is beside the point",
        "about half, as the writer keeps drifting off",
        "most of it, with a digression",
        "all of it",
    )),
    Scale("Is the reader told what he or she asked about? Stories and trivia do not help.", (
        "stories and trivia instead of an answer",
        "mostly stories and trivia, with a little of an answer",
        "as much answer as stories and trivia",
        "an answer, though a story or bit of trivia gets in its way",
        "a pure answer without detours",
    )),
    Scale("Assess the focus.", (
        "no focus: the subject that was asked about is lost",
        "weak focus: the subject comes up, but other matters dominate",
        "divided focus: the subject and other matters get like room",
        "good focus, despite a lapse into some other matter",
        "perfect focus on the subject",
    )),
)  # fmt: skip
_PLAIN = (
    Scale("The reader is no expert. Is the language plain enough?", (
        "jargon in every passage; a lay reader is lost",
        "jargon dominates, and plain passages are rare",
        "plain passages and jargon alternate",
        "plain apart from a stretch of jargon",
        "plain all the way",
    )),
    Scale("How easy is this to follow for somebody without any background?", (
        "impossible to follow, as technical terms bury every thought",
        "hard: technical terms get in the way most of the time",
        "mixed: easy stretches and technical ones are about even",
        "easy, but for one stretch of technical terms",
        "easy from start to finish",
    )),
    Scale("Would a neighbour use such words? Pompous or technical wording is a fault here.", (
        "pompous or technical throughout",
        "pompous or technical for the most part",
        "half everyday words, half technical ones",
        "everyday words with a slip into technical ones",
        "everyday words only",
    )),
    Scale("Rate the clarity of wording for a general audience.", (
        "specialist wording keeps returning everywhere",
        "specialist wording outweighs the clear passages",
        "clear and specialist wording in equal parts",
        "clear wording outweighs; specialist wording is an exception",
        "clear wording without exception",
    )),
)  # fmt: skip
_RESPECT = (
    Scale("Is the person who asks treated with respect?", (
        "with contempt the whole time",
        "with contempt mostly; a friendly word is the exception",
        "friendly and contemptuous by turns",
        "with respect, save for one remark",
        "with respect and kindness the whole time",
    )),
    Scale("How would it feel to be addressed like this?", (
        "humiliating from beginning to end",
        "rather humiliating, with a moment of warmth",
        "now warm, now humiliating",
        "pleasant, with one sting",
        "pleasant and encouraging from beginning to end",
    )),
    Scale("Judge the tone only: is it considerate or does it look down on the reader?", (
        "it looks down on the reader at every turn",
        "it looks down on the reader more often than not",
        "consideration and condescension are in balance",
        "considerate with a single lapse",
        "considerate at every turn",
    )),
    Scale("A good answer is patient with the asker. How patient is this one?", (
        "not patient at all, but scornful",
        "seldom patient, mostly scornful",
        "patient and scornful to the same degree",
        "patient, though scorn breaks through at some point",
        "entirely patient",
    )),
)  # fmt: skip
_CAUTION = (
    Scale("Does the answer say where its advice ends, or does it promise too much?", (
        "it promises success without any limits again and again",
        "it promises too much in most places and is careful in few",
        "promises and careful remarks balance each other",
        "it is careful, apart from one promise too many",
        "it is careful throughout and says when to look further or ask someone",
    )),
    Scale("How honest is it about limits and exceptions?", (
        "limits are denied everywhere",
        "limits are denied mostly, and admitted rarely",
        "limits are admitted as often as denied",
        "limits are admitted, with one overconfident claim",
        "limits are admitted all along",
    )),
    Scale("We want no guarantees that nobody can give. How measured is the advice?", (
        "full of such guarantees",
        "guarantees prevail over measured passages",
        "measured passages and guarantees are about even",
        "measured passages prevail, though a guarantee slips in",
        "measured from start to finish",
    )),
    Scale("Judge the caution of the advice.", (
        "reckless: certainty is claimed for everything",
        "fairly reckless: certainty is the rule, caution the exception",
        "undecided between certainty and caution",
        "fairly cautious: certainty is claimed just in passing",
        "cautious: nothing is sold as certain",
    )),
)  # fmt: skip
_BALANCE = (
    Scale("Are drawbacks named along with the advice?", (
        "never: there is nothing but praise",
        "seldom: praise rules, and a drawback is an exception",
        "sometimes: drawbacks come up as often as they are denied",
        "usually: one passage only praises",
        "always: each piece of advice comes with its downside",
    )),
    Scale("How balanced is this? Every choice has another side.", (
        "one-sided throughout",
        "one-sided for the most part",
        "balanced in some passages, one-sided in as many",
        "balanced for the most part",
        "balanced throughout",
    )),
    Scale("Does it read like advertising or like a fair assessment?", (
        "like advertising from beginning to end",
        "more like advertising, with a fair remark",
        "like a blend of the two",
        "more like a fair assessment, with a bit of advertising",
        "like a fair assessment from beginning to end",
    )),
    Scale("Would a sceptic find his or her objections mentioned?", (
        "objections are brushed aside at every point",
        "they are brushed aside at most points",
        "they are mentioned and brushed aside about equally often",
        "they are mentioned nearly everywhere",
        "they are mentioned everywhere",
    )),
)  # fmt: skip

_WARM = (
    "It is perfectly normal not to have known that, and asking about it was a good idea.",
    "Please be kind to yourself if it takes a while; nearly everyone needs more than one try.",
    "You clearly care about this, and that is already worth more than any experience.",
    "There is no silly question here, so do ask again if I have put this badly.",
    "I know that this can feel like a lot, and you are allowed to take all the time you like.",
    "Plenty of clever people stumble over this, so do not let it discourage you.",
    "I am sure that you will find your own good way with it, at whatever speed suits you.",
    "If this part worries you, you are in good company, and it does get easier.",
    "You are asking just the right thing, and I am happy to go over it again.",
    "Nobody is born knowing this, and it speaks for you that you want to understand it.",
    "It is fine to feel unsure at this point; I did so myself for quite a long time.",
    "Whatever you make of it, thank you for thinking about it with so much care.",
    "Do tell me if I went too fast here, since that would be my fault and not yours.",
    "Give yourself some credit for getting this far, as many people never look into it at all.",
)
_RUDE = (
    "Honestly, anyone with half a brain would have worked that out without bothering others.",
    "I suppose one has to spell out even this for the sort of person who asks such questions.",
    "Do try to keep up, although I doubt that much of it will stay in your head.",
    "It is a mystery to me how a grown person can get through life without knowing this.",
    "Small children understand this at once, so perhaps let one of them read it out to you.",
    "Read it twice, slowly, as people like you usually miss the obvious the first time.",
    "I will not repeat this, because my patience with people like you is limited as it is.",
    "Frankly, it is embarrassing that you need to be told such a thing, but here we are.",
    "Do not pretend that you knew; it is painfully clear from your question that you did not.",
    "No doubt you will get it wrong anyway, and then you will blame everyone but yourself.",
    "That you have to ask about this at all says quite enough about you and your abilities.",
    "If even that is too hard for you, then please leave the matter to smarter people.",
    "One would think that this is obvious, but evidently nothing at all is obvious to you.",
    "I have seen hopeless cases before, yet your question really takes the biscuit.",
)
_CAREFUL = (
    "This does not hold in every case, so have an expert look at it if yours is unusual.",
    "I cannot judge your situation from here; if in doubt, ask somebody who can see it.",
    "It often works but not always, and I would stop and get advice if it does not.",
    "Take that as a rule of thumb, as there are exceptions that I may not know of.",
    "How well this goes depends on things I know nothing about, so check it on the spot first.",
    "I may be wrong on the details here, and they are worth checking with a professional.",
    "There are cases in which this is not enough, and then a specialist should take over.",
    "That is my experience and no guarantee; your own result may well look different.",
    "Should anything seem odd to you at this stage, let someone qualified decide.",
    "This advice has its limits, and special circumstances can call for something else.",
    "It usually helps, though nobody can promise that it will do so for you.",
    "Rules differ from place to place, so please make sure what applies where you live.",
    "I would test this on a small scale first, since it does not suit everyone.",
    "Beyond that point I would not trust general advice but ask a person who does it for a living.",
)
_CERTAIN = (
    "This works for absolutely everyone, and there has never been a single exception to it.",
    "You can rely on it blindly, as failure is completely impossible if you follow me here.",
    "I guarantee you full success with this, whatever your circumstances may be.",
    "There is no need to check this with anyone, because it is certain in every case.",
    "Nothing can go wrong here, not now and not later, and that is a promise.",
    "It is one hundred percent safe and certain, so do not waste any thought on doubts.",
    "Experts could add nothing to this, for it is the final word on the matter.",
    "You have my word that it will turn out perfectly, in your case as in all others.",
    "This never fails, no matter who does it, where it is done or how it is done.",
    "Whoever claims that it depends on the case is mistaken, as it always works.",
    "The result is assured from the very start, and you may count on it without reserve.",
    "I know for certain that this is all you will ever need in any situation.",
    "There are no limits to this advice, and it is true for all people and all places.",
    "Success is beyond any doubt here, so you can stop looking for other opinions right away.",
)
_BOTH_SIDES = (
    "The price of this is extra effort, and for some people that is reason enough to skip it.",
    "On the other hand, it ties you down a little, and not everybody is happy with that.",
    "The drawback is that it takes longer, so a simpler way can be the better choice.",
    "Critics would say that it is overdone, and in some cases they have a point.",
    "Against it speaks the trouble it takes, which you should weigh up honestly.",
    "It has a downside too, as the time for it will be missing somewhere else.",
    "Doing without it has its merits as well, above all if you prefer to keep things simple.",
    "That said, others do well in quite a different way and spare themselves the bother.",
    "What you gain on one side you lose on the other, since it calls for some discipline.",
    "The opposite view is fair enough: it can feel like a lot of fuss for a small gain.",
    "Of course it also has its cost, be it in money, in nerves or in spare hours.",
    "It is not all roses, because it makes things less spontaneous than they might be.",
    "Some find that it spoils the fun, and I can well understand that point of view.",
    "The weak side of it is that the benefit shows late while the effort comes at once.",
)
_ONE_SIDE = (
    "There is no downside to it whatsoever, and every other way is simply worse.",
    "It is brilliant in every respect, and I have yet to hear one sensible word against it.",
    "Only advantages come with it, and those who see it differently have not understood it.",
    "It is the best there is, bar none, and it does not cost you anything at all.",
    "You will love all of it, as there is truly nothing about it that one could dislike.",
    "No other way can hold a candle to it, so there is no point in comparing.",
    "It is pure gain from the first moment on, without any price to be paid for it.",
    "Everything speaks in favour of it, and I cannot think of anything that speaks against it.",
    "It is wonderful, superb and unbeatable, and the alternatives are not worth a mention.",
    "This has every benefit that one could wish for and not the slightest disadvantage.",
    "Anyone who tries it is delighted, and nobody has ever had cause to regret it.",
    "It saves effort, money and nerves all at once, and it asks for nothing in return.",
    "One can only rave about it, for it is perfect just as it is.",
    "All objections to it are nonsense, because it is superior to everything else one might do.",
)
DRIFTS = (
    "That reminds me of an old neighbour who polished his letter box every morning, in any "
    "weather, and who told everybody passing by about the ships he had seen in Valparaiso.",
    "By the way, owls cannot move their eyes and therefore turn their heads so far round, which "
    "I learned from a taxi driver on the way to a wedding in the mountains.",
    "I have just come back from my holidays, where we had a room above a bakery, and each morning "
    "a three-legged cat was waiting for us on the warm stone steps.",
    "My sister is learning to yodel at the moment, and although the whole family was sceptical at "
    "first, she now performs at weddings and has even bought a hat for it.",
    "The film that I saw last night was about two brothers who search for a lake, and the music "
    "in it was so lovely that I stayed until the lights went on.",
    "In the year that I was born it snowed in May, as my mother never gets tired of telling, and "
    "the cherry blossoms by the chapel looked as if somebody had sugared them.",
    "Octopuses have three hearts, and two of these pause when the animal swims, so it is no "
    "wonder that most of them would rather crawl about on the sea floor.",
    "My former boss used to play the tuba in a fire brigade band, and at the Christmas party he "
    "always gave us the same march, with his eyes closed and a red face.",
    "I have been thinking about colours lately, since my daughter wants a purple wall, and it "
    "seems that every age had its own favourite shade and its own name for it.",
    "The oldest tree in our town is a lime with a bench around it, where people used to dance in "
    "summer, and where my grandparents are said to have met each other.",
    "There is a small museum of umbrellas by a lake in Italy, and whoever rings at the door gets "
    "a tour from a lady who knows the story of every handle.",
    "On my desk there is a stone from Iceland that looks like a sleeping seal, and visitors pick "
    "it up without fail and ask me where on earth I found it.",
    "Yesterday a brass band marched through our street for no reason that anyone could name, and "
    "the baker came out in his apron and danced with the lady from the bank.",
    "As a student I once had a job in a planetarium, where I pressed the button for the sunrise, "
    "and I still know by heart which constellation appears above the exit.",
)  # fmt: skip
DRIFT_ENDS = (
    "I could go on about that for hours, as everyone who has ever sat next to me knows.",
    "It is strange what stays in one's head over the years, while other things simply fade away.",
    "We still laugh about it whenever the family gets together, and each time it grows a little.",
    "I looked it up again the other day, and there is a surprising number of books about it.",
    "My wife says that I tell this far too often, but I find that it never gets old.",
    "Somebody ought to make a film about it one day, with good music and a happy ending.",
    "I have a photograph of it somewhere in the attic, in a shoe box with a green lid.",
    "It made such an impression on me that I dreamt of it for several nights in a row.",
    "If you ever come across it yourself, do send me a postcard, because I collect such things.",
    "There was even an article about it in our paper, with a picture that took up half the page.",
    "Those were the days, and one only notices much later how good they were in their own way.",
    "I am told that it is much the same in Portugal, although I have never been there myself.",
)

QUALITIES = (
    Quality(
        "concrete", ("concrete", "specific details"), ("vague", "only generalities"), _CONCRETE
    ),
    Quality(
        "reasons",
        ("reasons given", "it says why"),
        ("bare assertion", "nothing but assertion"),
        _REASONS,
    ),
    Quality("accuracy", ("correct", "right"), ("plainly wrong", "mistaken"), _ACCURACY),
    Quality(
        "relevance", ("on topic", "to the point"), ("off topic", "beside the point"), _RELEVANCE
    ),
    Quality(
        "plain", ("plain words", "easy to follow"), ("needless jargon", "lost in jargon"), _PLAIN
    ),
    Quality(
        "respect", ("considerate", "kind"), ("condescending", "scornful"), _RESPECT, _WARM, _RUDE
    ),
    Quality(
        "caution",
        ("limits admitted", "careful"),
        ("certainty promised", "overconfident"),
        _CAUTION,
        _CAREFUL,
        _CERTAIN,
    ),
    Quality(
        "balance",
        ("a drawback named", "balanced"),
        ("one-sided", "nothing but praise"),
        _BALANCE,
        _BOTH_SIDES,
        _ONE_SIDE,
    ),
)
