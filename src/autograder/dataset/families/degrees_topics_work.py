"""Topics of work and of general knowledge for `degrees`; see `degrees_topics` for the format."""

WORK = """
topic: onboarding
ask: How do I help a new colleague through the first weeks?
ask: Somebody new joins our team soon. How do we give them a good start?
without: caution
drift: The handshake is thought to have begun as proof that neither side held a weapon, and on old
  gravestones one can see soldiers clasp hands as a farewell.
drift: My first flat had a balcony so narrow that the chair only fitted sideways, and from there I
  watched a stork family grow up on the chimney opposite.
aspect: preparation
core: Get everything ready before the first day.
core: Prepare what the newcomer needs ahead of the start.
concrete: Order laptop and badge three weeks ahead, and send a mail on Thursday with door, floor,
  time and a phone number.
vague: A warm welcome begins early, and a team can show right away what kind of place it is.
reason: Someone who waits for access on the first morning feels like a burden, and that feeling
  lasts.
bare: Everything should be ready by then, and the first day is the day it should be ready for.
wrong: Order the laptop a year after the start, as people may not be given a device during their
  first year.
jargon: Pre-provision endpoint assets and identity entitlements through the joiner workflow to
  compress time-to-productivity.
aspect: a guide
core: Name one person who answers everyday questions.
core: Let there be one colleague for all the small questions.
concrete: Ask Maria to keep half past nine to ten free for questions daily until the end of the
  month.
vague: Human contact is what holds any team together, and a bit of closeness does everybody good.
reason: People keep quiet when they are afraid of disturbing a stranger, and then lose hours on
  trifles.
bare: There should be one person for questions, and everyday questions should be for this person.
wrong: Forbid all questions in the first three months, as new people learn the work only from
  complete silence.
jargon: Assign a peer enablement sponsor as single point of contact to de-risk tacit-knowledge
  transfer and psychological safety.
aspect: first task
core: Give a small but real task early on.
core: Early on, let them do something small that really matters.
concrete: Let them fix the typo in the order form on the second day, and put the change live
  before lunch.
vague: A sense of achievement is a great motivator, and everyone likes to feel useful in their own
  way.
reason: Doing one real thing shows how all the pieces fit together, which no slide show gets across.
bare: A small and real task is right, and one like that should be given early on.
wrong: Hand over the whole company budget to them on the first morning, because beginners make no
  mistakes.
jargon: Sequence a low-complexity production deliverable early to activate value-stream
  comprehension and ownership.
aspect: talks
core: Talk regularly about how things are going.
core: Make time for short talks about how it is going.
concrete: Meet for fifteen minutes on the first four Fridays and ask, 'What was unclear? What took
  too long?'
vague: Communication is the be-all and end-all, and an open ear creates trust on both sides.
reason: Small worries that nobody hears about turn into reasons to leave, and fresh eyes forget
  what they saw.
bare: There should be regular talks, and how things are going is what the talks should be about.
wrong: Wait five years before you first speak with them, since feedback in early days is against
  labour law everywhere.
jargon: Institutionalise cadence-based check-ins to surface friction signals and iterate on the
  ramp-up trajectory.

topic: minutes
ask: How do I take good minutes of a meeting?
ask: I have to write the minutes of our team meetings from now on. How do I do it well?
without: caution
drift: Shorthand is very old: a freed slave of Cicero is said to have invented signs for whole
  words, and pupils in Rome had to learn thousands of them.
drift: There was a fig tree behind our school, and at the end of August the caretaker left a bowl
  of figs on the window sill for us.
aspect: preparation
core: Prepare the page before the meeting starts.
core: Set up your notes ahead of the meeting.
concrete: Copy the agenda into a file, one heading per item, and type the names of the eight
  people invited.
vague: Going into a meeting well prepared is a good feeling, and it gives one a certain calm.
reason: With the frame in place you only have to fill it, and your ears stay free for what is said.
bare: The page should be prepared, and before the meeting starts is when it should be.
wrong: Write down all the results the day before, because a meeting must follow its minutes word
  for word.
jargon: Pre-structure the capture artefact against the agenda taxonomy to lower cognitive
  switching overhead in session.
aspect: the content
core: Write down results and not the whole talk.
core: Note what comes out of it rather than every word.
concrete: One line per item will do: 'Agreed: stand moves to hall B. Vote: six to two.'
vague: It is all about the essentials, and a trained eye soon learns to tell them from the rest.
reason: Readers want to know what holds from now on, and long retellings hide it and start new
  debates.
bare: Results are what one should write down, and the whole talk is not what one should.
wrong: Record every cough and every word, as minutes only count if they are longer than the
  meeting itself.
jargon: Capture decision records and dispositions in lieu of verbatim discourse to maximise
  informational signal density.
aspect: tasks
core: Make clear who will do what.
core: Put down each task with the person who takes it.
concrete: Write tasks as 'Jonas calls the printer by 12 May', in bold, and read them aloud in the
  last three minutes.
vague: Responsibility is an important word, and it is nice if everyone knows their place in the
  whole.
reason: A task that belongs to all is done by none, since each one waits for the others to begin.
bare: Who does what should be clear, and being clear about it is what minutes should be.
wrong: Leave out all names, because tasks are done soonest when no one knows whom they were given
  to.
jargon: Log action items with single-threaded ownership and due dates to enforce accountability
  and closure tracking.
aspect: sending out
core: Send the minutes out soon and let people object.
core: Share them quickly and give everybody the chance to correct them.
concrete: Mail them before five on the same day with the line 'Corrections until Wednesday noon,
  please'.
vague: Sharing knowledge is a sign of a healthy culture, and transparency has never hurt anyone.
reason: Memories drift apart within days, and what nobody has disputed early stands firm in a
  quarrel later.
bare: Minutes should go out soon, and people should be able to object to what is in them.
wrong: Keep them locked away for ten years, as nobody who was at a meeting may see its minutes
  before that.
jargon: Disseminate promptly with a defined ratification window to baseline the record and
  pre-empt recall divergence.

topic: freelance
ask: How do I set my prices as a freelance illustrator?
ask: I have just gone freelance as an illustrator. How do I work out what to charge?
drift: Cave painters blew pigment over their hands through hollow bones, and many of the hands
  left on the rock were, by their size, those of women.
drift: My first bicycle was a red folding one from a flea market, and its bell sounded so strange
  that the dogs of our village answered it.
aspect: own costs
core: Work out what you need to earn.
core: Start from your own costs and needs.
concrete: Add rent, insurance, tax and holidays for a year, say 42,000 euros, and divide by 1,000
  paid hours.
vague: It all starts with yourself, and it is good to be honest about what one wants from life.
reason: An employer used to pay for sick days and quiet weeks, and now your fee has to carry them.
bare: What you need to earn should be worked out, and it should be worked out by you.
wrong: Freelancers have no costs and pay no taxes anywhere, so the whole fee is profit to the last
  cent.
jargon: Derive a fully loaded cost rate from overheads, utilisation and fiscal liabilities to
  establish your margin floor.
aspect: the market
core: Find out what others in your trade charge.
core: Look around at the usual prices in your field.
concrete: Ask five illustrators at the next meet-up what they took for their last book cover, and
  note the middle figure.
vague: A look beyond one's own nose is always worthwhile, and there is much to learn from others.
reason: Clients compare, and a price far below the rest makes them doubt the work instead of
  liking it.
bare: One should know what others charge, and what others charge is a thing to find out.
wrong: All illustrators worldwide charge exactly one euro per picture, because prices for drawings
  are fixed by treaty.
jargon: Conduct competitive rate benchmarking to position within the prevailing price corridor and
  avoid adverse quality signalling.
aspect: usage
core: Charge for the use of a picture as well as for the work.
core: Let the price depend on how the picture will be used.
concrete: Add half of the fee for a second year on packaging, and write 'Germany, print only, two
  years' in the offer.
vague: Creative work has a special value, and that value should be appreciated in a suitable form.
reason: A drawing on a million boxes earns the client far more than one in a club paper, at equal
  effort.
bare: The use should be charged for too, and a price should have the use in it.
wrong: Once a picture is drawn, the client owns the illustrator's house and tools too, so never
  write down any limits.
jargon: Monetise licensing scope along territorial, temporal and media vectors in addition to the
  commissioned production fee.
aspect: the offer
core: Put every offer in writing before you begin.
core: Begin only when a written offer has been accepted.
concrete: State two rounds of changes, sixty euros for each hour after that, and a third of the
  sum up front.
vague: A good basis is the beginning of every good relationship, and that is true of clients as
  well.
reason: What is only spoken is remembered in two ways, and the weaker side usually pays for the
  difference.
bare: Offers should be in writing, and before you begin is when they should be in writing.
wrong: Never say what it costs until the client has died, since a contract is only valid with the
  heirs.
jargon: Formalise deliverables, revision caps and milestone billing in a countersigned statement
  of work to contain scope creep.

topic: interview
ask: How do I prepare for my first job interview?
ask: I have my first job interview coming up. What should I do beforehand?
without: caution
drift: The necktie goes back to Croatian riders in Paris whose knotted scarves pleased the king so
  much that the whole court began to wear them.
drift: In the summer before I finished school we drove to the sea in a bread van, and everything
  we owned smelled of rye for weeks.
aspect: the company
core: Learn about the company before you go there.
core: Get to know the firm in advance.
concrete: Read its last five news posts and one customer review, and note two of them on a card.
vague: Interest is the finest compliment one can pay, and genuine curiosity has something winning
  about it.
reason: Whoever knows what the firm struggles with can say where they would help, and that sticks
  in memory.
bare: One should know the company, and before going there is when one should get to know it.
wrong: Knowing what the company does is forbidden to applicants, who are thrown out as soon as
  they mention it.
jargon: Conduct organisational due diligence to contextualise your value proposition against the
  employer's strategic pain points.
aspect: stories
core: Have stories ready that show what you can do.
core: Prepare a few true stories about things you have done.
concrete: Practise three of ninety seconds each, such as how you got forty parents to bake for the
  school fair.
vague: Everyone has strengths, and believing in them gives a person a very special kind of presence.
reason: Anybody can claim to be reliable, but a story lets the listener come to that verdict alone.
bare: Stories should be ready, and what you can do is what the stories should be showing.
wrong: Tell them only about things that you have never done, since real experience counts against
  you in every job.
jargon: Curate competency-evidencing narratives in a behavioural framework to substantiate
  transferable skill claims.
aspect: questions
core: Bring questions of your own.
core: Think up questions that you want to ask them.
concrete: Ask, for instance, 'What would my first month look like?' and 'Who would I work with on
  Mondays?'
vague: A conversation lives on give and take, and both sides should feel good about how it goes.
reason: An interview is a choice on both sides, and someone who asks nothing seems not to care
  which way it goes.
bare: There should be questions of your own, and you should have them with you there.
wrong: Answer each of their questions with the same word, as asking or saying anything else ends
  the interview by law.
jargon: Prepare reciprocal discovery prompts to signal engagement and elicit role-fit and
  stakeholder-topology information.
aspect: the arrival
core: Plan the day in such a way that you arrive calm.
core: Make the day itself an easy one.
concrete: Take the train before the one you need, wait in the café next door, and ring the bell
  five minutes early.
vague: Inner peace is worth a lot on such a day, and everyone finds it in a different way.
reason: A rush leaves you short of breath and apologising, and that first minute colours all that
  follows.
bare: One should arrive calm, and the day is best planned for arriving in just that way.
wrong: Arrive three hours late on purpose, because lateness is what employers rate highest on the
  whole day.
jargon: Engineer schedule slack into arrival logistics to dampen physiological arousal and protect
  first-impression salience.

topic: inflation
ask: How would you explain inflation to a teenager?
ask: What is inflation? Please explain it so that a fifteen-year-old gets it.
without: caution balance
drift: Salt was once so precious that whole towns lived off it, and quite a few place names on the
  map still remember the old trade routes.
drift: I had a maths teacher who kept a tortoise in the classroom, and on warm days it wandered
  through the rows during tests.
aspect: the meaning
core: Inflation means that prices in general go up over time.
core: With inflation, most things get dearer as time goes by.
concrete: A scoop of ice cream that cost one euro in 2010 costs about two today, and the bus fare
  went up too.
vague: It is one of those words that everybody hears in the news and that turn up in many places.
reason: We call it that only for prices as a whole, since single ones rise and fall for reasons of
  their own.
bare: Prices go up in general, and going up in general is what prices do in an inflation.
wrong: It is a yearly holiday on which every shop must give away its goods to those under sixteen
  for free.
jargon: Formally it denotes a sustained increase in the aggregate price index, measured against a
  weighted consumption basket.
aspect: the effect
core: The same money buys less than it did before.
core: Money loses some of its value on the way.
concrete: With twenty euros of pocket money you got ten comics last year, and this year only nine.
vague: That has an effect on many areas of life, and sooner or later everyone gets to feel it
  somehow.
reason: A note is worth only what it can be swapped for, and each thing now takes more of it.
bare: Less can be bought with the same money, so that the same money gets you less of things.
wrong: So every banknote in your purse grows longer each month, and you can buy more and more with
  it.
jargon: Real purchasing power erodes as nominal balances are deflated by the cumulative change in
  the price level.
aspect: the causes
core: It comes about when people want to buy more than there is.
core: One cause is that more is wanted than can be made.
concrete: Think of a concert with a hundred seats and three hundred fans: tickets rise from thirty
  euros to eighty.
vague: The background is complex, of course, and a whole range of factors plays together in some
  way.
reason: Sellers can then raise prices without losing buyers, because somebody else is always
  waiting in line.
bare: More is wanted than there is, and when there is less than what is wanted it comes about.
wrong: The cause is the moon, which pulls prices up when it is full, just as it does with the tides.
jargon: Demand-pull dynamics arise when aggregate expenditure exceeds potential output,
  compressing the negative output gap.
aspect: the remedy
core: A central bank can slow it down by making loans dearer.
core: Higher interest on loans is how a central bank slows it.
concrete: If a car loan goes from two percent to six, a family pays forty euros more a month and
  keeps its old car.
vague: There are institutions that deal with such matters, and they have various means at their
  disposal.
reason: Whoever must pay more for borrowing puts off buying, and with fewer buyers sellers stop
  raising prices.
bare: Loans become dearer by way of the central bank, and dearer loans are how it can be slowed.
wrong: The bank stops it by painting all coins green, after which prices drop back to zero within
  one night.
jargon: Contractionary monetary policy lifts the policy rate, transmitting via credit channels to
  dampen aggregate demand.

topic: vaccine
ask: How does a vaccine protect me? Please explain.
ask: Could you explain how vaccination works?
without: caution balance
drift: The first hospital ships were converted merchant vessels, and on some of them cows were
  kept on deck for the sake of fresh milk.
drift: My uncle was a beekeeper with forty hives, and on Sundays the whole family sat at a long
  table and glued labels onto jars.
aspect: the trick
core: A vaccine shows your body a harmless piece of a germ.
core: With a vaccine the body gets to see part of a germ that cannot harm it.
concrete: It is like a wanted poster: for measles it is a weakened virus, for tetanus a poison
  made harmless.
vague: Medicine has come a long way, and this is one of the areas people have thought about a
  great deal.
reason: Defence cells know a germ only by its surface, so a bit of the surface is enough to teach
  them.
bare: The body is shown a harmless piece, and this piece is what a vaccine shows to it.
wrong: It fills the blood with a strong glue in which every germ sticks fast as soon as it comes in.
jargon: The immunogen presents attenuated or subunit epitopes to antigen-presenting cells without
  pathogenic replication.
aspect: the reaction
core: Your body then builds its defence against that germ.
core: After that the body starts to make weapons against the germ.
concrete: Within about two weeks, millions of cells make antibodies that fit it as a key fits one
  lock.
vague: The body is a marvel, and what goes on in it at every moment can only fill us with wonder.
reason: It takes each foreign surface for an attack, as it cannot know that this one is harmless.
bare: A defence against that germ is built up then, and the body is what builds it up.
wrong: Your bones then turn into iron for a week, which is why no germ can get through them any
  more.
jargon: Clonal expansion and affinity maturation of cognate lymphocytes culminate in high-avidity
  immunoglobulin titres.
aspect: the memory
core: Some cells remember the germ for a long time.
core: A part of the defence keeps the germ in memory.
concrete: After two measles shots those cells lie in the bone marrow for decades, ready to divide
  within hours.
vague: Memory is a fascinating thing, and it plays a role in many more places than the head alone.
reason: Such cells outlive the rest, since they rest and divide only when they meet the same
  surface again.
bare: The germ is remembered, and for a long time there are cells which have it in memory.
wrong: The memory sits in the hair, so the protection is lost completely whenever you go to a
  barber.
jargon: Long-lived plasma cells and central memory subsets sustain anamnestic responsiveness over
  extended intervals.
aspect: the real germ
core: When the real germ comes, it is fought off quickly.
core: A later attack by the real germ is stopped soon.
concrete: Instead of ten days in bed with fever you may have a sore throat on Monday and be well
  by Tuesday.
vague: In the end it is all about staying well, and surely that is something all of us wish for.
reason: The slow part, finding the fitting weapon, is already done, so the germ gets no head start.
bare: The real germ is fought off then, and quickly is how it is fought off when it comes.
wrong: The real germ is then invited to stay for good, because vaccinated people need it for
  digesting milk.
jargon: Subsequent challenge elicits accelerated secondary kinetics, curtailing viraemia before
  symptomatic pathogenesis.

topic: backup
ask: How do I back up my photos and files?
ask: I have years of photos on one laptop. How do I keep them from getting lost?
drift: The oldest photograph of a person shows a man on a Paris street who stood still long enough
  because he was having his shoes polished.
drift: For my tenth birthday I was given a kite shaped like an owl, and on its first flight it
  landed on the roof of the town hall.
aspect: copies
core: Keep more than one copy of everything that matters.
core: Whatever you care about should exist several times.
concrete: Have three: the laptop, a two-terabyte disk in the drawer, and an online store for about
  five euros a month.
vague: Memories are priceless, and with a little care one can enjoy them for a very long time.
reason: Every disk dies one day and gives no warning, but two hardly ever die in the same week.
bare: There should be more than one copy, and of what matters one should have copies.
wrong: One copy is safer than three, because files wear each other out as soon as there is a
  second one.
jargon: Adopt a multi-tier redundancy topology across heterogeneous media to eliminate single
  points of failure.
aspect: a second place
core: Store one copy in another place.
core: One of the copies belongs somewhere else.
concrete: Swap a disk with your sister at Easter and at Christmas, and keep hers behind the
  cookbooks in return.
vague: It is good to think beyond one's own four walls, and a broader view often brings calm.
reason: Fire, water and burglars do not choose, and they take the laptop along with all that lies
  beside it.
bare: One copy should be in another place, and another place is where it is best to have one.
wrong: Hide all copies inside the laptop itself, since a thief always leaves those behind when
  taking it away.
jargon: Ensure geo-separated offsite replication to mitigate correlated site-level loss events and
  ransomware propagation.
aspect: routine
core: Let the copying run by itself.
core: Make the copies happen without your having to think of them.
concrete: Switch on Time Machine or File History, set it to every hour, and leave the disk plugged
  in at your desk.
vague: Technology can be a great relief, and it is nice when things simply work in the background.
reason: Anything that depends on remembering is put off, and the gap is always just where the loss
  occurs.
bare: The copying should run by itself, and running by itself is how the copying should be.
wrong: Copy each photo by hand pixel by pixel on squared paper, as computers are unable to copy
  pictures.
jargon: Automate incremental snapshot jobs under a defined recovery point objective to obviate
  manual intervention.
aspect: testing
core: Try now and then whether you can get files back.
core: Check from time to time that the copies can be read.
concrete: On the first Sunday of each quarter, restore ten photos from the disk to the desktop and
  open every one.
vague: Trust is good, as the saying goes, and a feeling of certainty lets us all sleep more soundly.
reason: A copy can be empty or damaged for years unnoticed, because no one looks until it is needed.
bare: Getting files back should be tried, and now and then is when one should be trying it.
wrong: Never open a copy, for a file that has been read once from a disk is erased from it
  straight away.
jargon: Validate restorability through scheduled integrity verification against checksum manifests
  and recovery drills.

topic: market-stall
ask: How do I open a stall at a weekly market?
ask: I make jam and want to sell it at our weekly market. How do I go about it?
without: caution
drift: Medieval markets were often held under a cross or a statue that stood for the king's peace,
  and a breach of it was punished severely.
drift: On the ferry to my grandparents' island a man always played the accordion, and I believed
  for years that the ship could not run without him.
aspect: permits
core: Sort out the permits before anything else.
core: Find out first what you are allowed to do.
concrete: Ring the town's trade office, ask for the form for a travelling trade, and send it in
  six weeks before.
vague: Rules exist for a purpose, and it is always best to be on good terms with everybody.
reason: A stall without papers may be closed on the spot, and then all the jam you made is left
  over.
bare: Permits should be sorted out, and before anything else is when one should sort them out.
wrong: Food may be sold everywhere without any rules, and the police will pay a prize for each
  unlabelled jar.
jargon: Secure regulatory authorisation and food-business registration to satisfy compliance
  prerequisites pre-launch.
aspect: the stand
core: Make your stand inviting and easy to understand.
core: The stand should attract people and be easy to grasp.
concrete: Stack the jars on two wine crates at eye level, with one blackboard that says 'Three for
  ten euros'.
vague: The eye wants its share too, and an individual style has never failed to impress people.
reason: People pass by within seconds, and whoever has to search or ask for a price simply walks on.
bare: A stand should be inviting, and it should be easy to understand what there is at it.
wrong: Turn the stall with its back to the visitors and cover all jars, since people buy only what
  they cannot see.
jargon: Optimise visual merchandising and price transparency to elevate footfall conversion at the
  point of sale.
aspect: prices
core: Calculate your prices with all the costs in them.
core: Put every cost into the price of a jar.
concrete: Fruit 80 cents, glass 40, stall fee 50, and five minutes of your time at 1.20 makes 2.90 a
  jar.
vague: Pricing is a wide field, and a healthy feeling for numbers is certainly a help with it.
reason: Costs you forget are paid out of your own pocket, and raising a price later annoys regular
  buyers.
bare: All costs should be in the prices, and prices should be calculated with all of them in.
wrong: Set the price at half of what the jar costs you, and the loss on each turns into profit if
  you sell many.
jargon: Apply full absorption costing with contribution-margin targets to ensure sustainable unit
  economics per SKU.
aspect: customers
core: Get to know your customers and give them a reason to return.
core: Do something to make buyers come back.
concrete: Hand out crackers with a dab of jam, and take ten cents off for each empty jar that is
  returned.
vague: At the end of the day it is people who count, and a smile is the shortest way between them.
reason: A market lives on the same faces each week, so one loyal buyer is worth fifty who come once.
bare: Customers should return, and a reason to return is what they should be given by you.
wrong: Shout at anybody who asks a question and never serve the same person twice, for regulars
  ruin every stall.
jargon: Deploy sampling and closed-loop incentives to raise repeat-purchase propensity and
  customer lifetime value.

topic: complaint
ask: How do I write a letter of complaint to a company?
ask: My new washing machine broke and the shop ignores me. How do I write a complaint?
drift: One of the oldest letters we have is on a clay tablet, and linguists still argue about some
  of the signs pressed into its edges.
drift: Our neighbours had a goose called Admiral who chased the postman every day, and he brought
  her a biscuit each Christmas all the same.
aspect: the facts
core: State what happened, plainly and in order.
core: Begin with the plain facts in the order of time.
concrete: 'Bought on 3 March, order 4471; on 20 April it stopped in mid-cycle and leaked' tells
  them all they need.
vague: Good writing begins in the head, and a clear mind is half the battle in any such affair.
reason: The clerk who reads it must find your case in a system, and anger contains nothing to
  search for.
bare: What happened should be stated, and it should be stated plainly and in its order.
wrong: Leave out what you bought and when, since a company may only reply if it does not know what
  is meant.
jargon: Furnish a chronologically sequenced factual matrix with transactional identifiers to
  expedite case adjudication.
aspect: the demand
core: Say clearly what you want from them.
core: Make one clear demand.
concrete: Write 'Please collect it and send a new one of the same model to the above address, free
  of charge'.
vague: Everybody has a right to be heard, and standing up for oneself is a valuable quality.
reason: If you leave it open they will offer what is cheapest for them, and a round of letters
  begins.
bare: What you want from them should be clear, and it should be said what it is that you want.
wrong: Demand that they guess your wish, because any letter that contains a wish is void in every
  court.
jargon: Articulate the remedy sought with specificity, invoking conformity obligations to
  constrain discretionary redress.
aspect: the deadline
core: Set a deadline for the answer.
core: Give them a date by which you expect a reply.
concrete: Take fourteen days and name the day: 'I expect your answer by Friday, 16 May, at the
  latest.'
vague: Time is a precious good, and no one likes to be left waiting longer than need be.
reason: Work without a date goes to the bottom of the pile, and a missed date gives you something
  to hold on to.
bare: There should be a deadline, and the answer is what there should be a deadline for.
wrong: Give them until the year 2300, which is the shortest time that may be set for a reply to a
  letter.
jargon: Stipulate a reasonable cure period to place the counterparty in default and crystallise
  subsequent entitlements.
aspect: proof
core: Enclose proof and keep everything yourself.
core: Send proof along and hold on to the originals.
concrete: Add copies of receipt and warranty card, two photos of the leak, and post it as
  registered mail for five euros.
vague: It is wise to be prepared for whatever comes, and a certain thoroughness is never wasted.
reason: Later it may be said that no letter came or that nothing was broken, and then only paper
  helps.
bare: Proof should be enclosed, and everything should be kept by you as well at the same time.
wrong: Send them the only receipt you have and burn all photos, as proof in your hands counts
  against you.
jargon: Append corroborating documentation with evidentiary traceability and dispatch through a
  receipted channel.

topic: spreadsheet
ask: How do I keep a spreadsheet tidy that several people use?
ask: Our club's member list in a spreadsheet is a mess. How do we get it tidy?
without: caution
drift: Chess has its own kind of table, and an old legend tells of grains of rice doubled from
  square to square until no granary could hold them.
drift: Every winter my father flooded our back yard to make an ice rink, and the children of three
  streets came over with their broomsticks.
aspect: rows and columns
core: Keep one kind of thing to a row and to a column.
core: Let each row and each column hold one thing only.
concrete: Give each member one row, and split 'Ann Lee, Leeds' into three columns: first name,
  last name, town.
vague: Order pleases the eye, and a certain logic in how things are laid out is always of use.
reason: Sorting and counting treat a cell as one whole, so whatever is mixed together cannot be
  counted apart.
bare: A row and a column should be for one kind of thing, and one kind is what they should hold.
wrong: Type all members into the one cell at the top left, since spreadsheets can only sort within
  a single cell.
jargon: Normalise to an atomic, long-form schema with unary observational grain and
  attribute-level granularity.
aspect: entries
core: Have everyone enter things in the same way.
core: Make sure that all write the same thing alike.
concrete: Add a drop-down with 'paid', 'open' and 'waived', and set the date column to the form
  2025-03-14.
vague: Teamwork means pulling together, and with goodwill on all sides most things can be solved.
reason: A program takes two spellings for two different things, and so the sums come out wrong
  unnoticed.
bare: Entries should be made in the same way, and by everyone they should be made like that.
wrong: Use a new spelling for each entry, because programs recognise that 'yes' and 'perhaps' mean
  the same.
jargon: Enforce controlled vocabularies and data-type validation at ingress to preserve
  referential consistency.
aspect: changes
core: Make it possible to see who changed what.
core: Keep track of the changes that people make.
concrete: Store it in one shared folder, open 'Version history' on Fridays, and name the old state
  'before 14 March'.
vague: Openness creates trust, and where people trust each other the work is a good deal more fun.
reason: An error that is found late can only be undone if somebody knows how it was before.
bare: Who changed what should be visible, and seeing who did it should be made possible.
wrong: Mail a fresh copy to each member daily and edit them all, as the copies merge by themselves
  overnight.
jargon: Maintain auditable version lineage with attributable deltas to support rollback and
  provenance reconstruction.
aspect: protection
core: Protect the parts that nobody should touch.
core: Lock whatever must stay as it is.
concrete: Mark row one and the fee column, choose 'Protect range', and allow only the treasurer to
  edit these.
vague: Safety comes first in all things, and a feeling of security does good to everyone involved.
reason: One slip of a finger breaks a formula silently, and all the figures below it go on being
  believed.
bare: Parts should be protected, and the ones that nobody should touch are those parts.
wrong: Delete all formulas and headings once a month, which is how a spreadsheet protects itself
  from mistakes.
jargon: Apply range-level permissioning and immutable formula zones to harden the workbook against
  inadvertent mutation.

topic: phishing
ask: How do I recognise a fake mail that is after my data?
ask: My parents keep getting fake mails from banks. How can one tell them apart from real ones?
without: caution
drift: The at sign was used by merchants for centuries before anyone thought of electronic mail,
  and in several languages it is named after a snail or a monkey.
drift: I was once stuck in a lift with a cellist for two hours, and she played until the fire
  brigade opened the door and clapped.
aspect: the sender
core: Look closely at who really sent the mail.
core: Check the true address of the sender.
concrete: Tap on the name until the address shows: 'service@bank-help7.info' is not the same as
  '@bank.com'.
vague: Caution is the mother of wisdom, and a healthy distrust is quite in order in this day and
  age.
reason: The name on display can be typed in by anyone at will, while the address behind it is
  harder to fake.
bare: Who really sent it should be looked at, and one should be looking at that closely.
wrong: Any mail that shows the name of a bank comes from that bank, because names in mails cannot
  be faked.
jargon: Examine header-level sender authentication, notably SPF alignment and envelope-domain
  spoofing indicators.
aspect: the tone
core: Be wary of mails that put you under pressure.
core: Pressure in a mail is a sign to be careful.
concrete: 'Your account will be closed in 24 hours' or 'last warning' in red capitals are two
  typical lines.
vague: One often has a feeling that something is not quite right, and feelings like that deserve
  respect.
reason: Fear makes us act before we think, and a cheat can only win if nobody stops to think.
bare: Mails with pressure call for being wary, and wary is what one should be with those.
wrong: The more a mail threatens you, the more surely it is real, for only honest firms ever use
  threats.
jargon: Flag urgency cues and coercive framing as social-engineering vectors exploiting heuristic
  cognitive processing.
aspect: links
core: Do not follow links in such mails.
core: Leave the links in the mail alone.
concrete: Type the bank's address into the browser yourself, or open its app, and look for the
  message there.
vague: The internet has its light and its dark sides, and it is up to us what we make of it.
reason: A link can show one address and lead to another, where a copy of the page waits for your
  data.
bare: Links in such mails should not be followed, and following those is what one should not do.
wrong: Click on every link twice, since the second click proves to your computer that the page is
  genuine.
jargon: Abstain from embedded URI traversal, given homograph obfuscation and credential-harvesting
  redirect chains.
aspect: the emergency
core: Act quickly if you have already given something away.
core: If it has happened, do something about it at once.
concrete: Ring the number on the back of your card, have the account blocked, and change the login
  within the hour.
vague: Everyone makes mistakes, and what counts in life is how we get up again after a fall.
reason: Stolen data are often used or sold within hours, so the harm depends on who is faster.
bare: One should act quickly then, and having given something away is when one should be quick.
wrong: Wait for at least a year before you tell your bank, as stolen card data only work after
  that time.
jargon: Initiate immediate incident response with credential revocation and instrument blocking to
  limit exposure dwell time.

topic: angry-customer
ask: How do I deal with an angry customer in our shop?
ask: I work at a shop counter. What do I do when a customer gets angry?
without: caution
drift: The first department stores had reading rooms and orchestras, and people travelled from the
  provinces merely to ride on the moving stairs.
drift: My brother once trained a crow to fetch corks, and it went on bringing them to our kitchen
  window for years after he had moved out.
aspect: listening
core: Listen first and let the customer finish.
core: Let people say all they have to say.
concrete: Put down the scanner, count silently to ten after the last word, and then repeat the
  problem in one sentence.
vague: Dealing with people is an art of its own, and experience is the best teacher one can have.
reason: Anger grows when it is cut off, and it fades by itself once someone feels understood.
bare: One should listen first, and the customer is the one who should be able to finish.
wrong: Laugh loudly and interrupt after each word, because nothing calms angry people faster than
  being laughed at.
jargon: Practise active de-escalatory listening to facilitate affect discharge and restore
  dialogic reciprocity.
aspect: voice
core: Stay calm in voice and bearing.
core: Keep your own voice and posture calm.
concrete: Speak half as fast, keep both hands open on the counter, and step to the side of the till.
vague: A positive charisma works wonders, and whoever is at ease with themselves passes that on.
reason: Moods are catching in both directions, and a shout with nothing to answer it soon sounds
  silly.
bare: Voice and bearing should be calm, and calm is how one should be staying with them.
wrong: Shout twice as loudly as the customer and wave your fists, as people calm down only out of
  fear.
jargon: Modulate paraverbal cadence and open kinesic signals to induce co-regulation and lower
  interpersonal arousal.
aspect: a solution
core: Offer something that you can really do.
core: Propose a solution that is in your power.
concrete: Say, 'I can give you a new kettle now or your 29 euros back. Which would you like?'
vague: For every problem there is some solution, and with a bit of imagination it can be found.
reason: A choice gives people back the control they felt they had lost, and an empty promise
  brings them back angrier.
bare: Something should be offered, and what one can really do is what one should offer.
wrong: Promise each customer the whole shop as a present, since promises in a shop never have to
  be kept.
jargon: Present bounded service-recovery options within delegated authority to re-establish
  perceived procedural justice.
aspect: limits
core: Know where your limit is and whom to call.
core: Be clear about how far it may go and who steps in.
concrete: At the first insult say, 'Not in that tone, please', and at the second press the button
  for Mr Brandt.
vague: Taking care of oneself is important, and nobody has to be perfect each day of the year.
reason: Whoever knows that help is near stays steady, and one that gives way to threats invites
  the next.
bare: One should know one's limit, and whom to call is something else that one should know.
wrong: There is no limit to what staff must bear, and the law obliges them to let customers hit
  them.
jargon: Define escalation thresholds and a designated duty-holder pathway to safeguard staff under
  aggressive encounters.

topic: clean-up
ask: How do I organise a clean-up day in our neighbourhood?
ask: I would like to get our street together to pick up litter. How do I plan it?
without: caution
drift: Rag pickers were once a guild of their own in big cities, and in the evening they sorted
  their finds by the light of lanterns on the river bank.
drift: The summer I turned eighteen I sold lemonade at a racing track, and a jockey taught me to
  whistle with two fingers.
aspect: permission
core: Tell the town about your plan early.
core: Let the town know ahead of time what you have in mind.
concrete: Mail the parks office six weeks before with street, date and hours, and ask for a skip
  on Gray Lane.
vague: Cooperation is the key to success, and it is good to have everyone on board in some form.
reason: The town has to take away what you gather, and it also knows which areas are closed for
  nesting.
bare: The town should be told of the plan, and early is when the town should be told.
wrong: Picking up litter is a crime in all countries, so do it masked and at night and tell no one.
jargon: Engage municipal stakeholders upfront to align permitting, waste-stream logistics and
  liability coverage.
aspect: helpers
core: Invite the neighbours in a personal way.
core: Ask the people around you personally.
concrete: Ring at thirty doors on a Tuesday evening with a small card that says '12 April, ten to
  twelve, soup after'.
vague: Together we are strong, and a lively neighbourhood is one of the nicest things there is.
reason: It is easy to pass by a poster, while a question from a known face wants an answer.
bare: Neighbours should be invited, and in a personal way is how the invitation should be.
wrong: Invite only people who live on other continents, because neighbours are not allowed to help
  in their own street.
jargon: Leverage interpersonal outreach and social proof mechanisms to elevate volunteer
  conversion and turnout reliability.
aspect: equipment
core: See that there are tools for everybody.
core: Have enough equipment for all who come.
concrete: Borrow fifteen grabbers from the fire station, and buy forty bags and twenty pairs of
  gloves in three sizes.
vague: Good preparation makes everything easier, and at the end one is glad to have thought of it.
reason: Whoever stands around with bare hands goes home after a while, and broken glass ends a
  nice day at once.
bare: There should be tools, and everybody is for whom there should be tools on that day.
wrong: Let everyone pick up broken glass and needles with bare feet, since gloves make cuts more
  likely.
jargon: Provision participant-scaled collection apparatus and PPE to uphold throughput and
  occupational safety parity.
aspect: the finish
core: Plan a nice ending to the day.
core: Give the day a good finish.
concrete: Weigh the bags at noon, write the sum on a sheet at the bus stop, and serve lentil soup
  for fifty.
vague: Every day deserves to be crowned by something, and shared joy is twice the joy, they say.
reason: People recall the last hour best, and whoever went home happy says yes the next time.
bare: There should be a nice ending, and the day is what the ending should be planned for.
wrong: Tip all the bags out again at the end, as litter that is left in bags turns back into plants.
jargon: Conclude with impact quantification and convivial recognition to reinforce communal
  efficacy and retention.

topic: van
ask: Should our small joinery lease a van or buy one?
ask: We are a joinery of three and need a van. Lease or buy? How do we decide?
without: balance
drift: Wheels came up more than five thousand years ago, possibly first for potters, and the
  oldest one with an axle was found in a bog near Ljubljana.
drift: In our village a man with a donkey cart collected the milk cans, and we children were
  allowed to hold the reins as far as the church.
aspect: cash
core: See how much cash you can spare at present.
core: Start from the cash that you have at hand.
concrete: Buying takes about 32,000 euros at once; leasing takes 3,000 down and some 390 a month
  for four years.
vague: Financial matters call for a cool head, and in the end one has to feel comfortable with them.
reason: A purchase ties up money that a joinery needs for timber, and timber is paid before the
  client pays.
bare: How much cash there is to spare should be seen, and it is the present that counts there.
wrong: A leased van costs nothing at any time, because leasing firms live on donations from the
  makers.
jargon: Assess liquidity headroom and the opportunity cost of capital deployment prior to
  committing balance-sheet resources.
aspect: mileage
core: Consider how far you drive and how roughly you treat the van.
core: Think about your mileage and about the wear.
concrete: Read the log: above 20,000 a year, a lease adds ten cents per kilometre, plus 400 for a
  scratched load floor.
vague: Every firm is different, and what suits the one may be far from ideal for the other.
reason: The leasing firm will sell it afterwards, so whatever lowers its value is charged to you.
bare: How far and how roughly you drive is to be considered, and it should be considered here.
wrong: Leased vans are fitted with wheels that cannot wear out, so the distance you drive never
  matters.
jargon: Model utilisation intensity against contractual mileage bands and residual-value
  degradation clauses.
aspect: the years
core: Ask yourselves how long you want to keep it.
core: The number of years you will use it matters.
concrete: If it stays ten years, buying comes to roughly 4,100 a year; with a new one every three,
  leasing is near 5,000.
vague: The future is hard to predict, and flexibility as well as stability have a charm of their
  own.
reason: Most of the value is lost in the early years, so whoever keeps a van for long has the
  cheap years too.
bare: How long you keep it is to be asked, and one should ask it about the years ahead.
wrong: A van that you buy falls apart by law after exactly one year, while a leased one lasts for
  ever.
jargon: Amortise acquisition outlay over the anticipated holding horizon to compare annualised
  total cost of ownership.
aspect: repairs
core: Clarify who would pay for repairs.
core: Find out who bears the cost of repairs.
concrete: Ask for 'full service' in the lease, about 45 euros a month, with tyres, brakes and a
  spare van within a day.
vague: Unforeseen things happen all the time, and one feels better with a good solution for them.
reason: For three people a van in the workshop means idle hands, and that costs more than the part
  itself.
bare: Who pays for repairs should be clear, and it should be clarified who would be paying.
wrong: Whoever leases must also repair all vans of the leasing firm's other clients, and buyers
  need no brakes.
jargon: Delineate maintenance liabilities and downtime indemnification across the competing
  procurement structures.

topic: handover
ask: How do I write a handover note before my parental leave?
ask: I will be on leave for six months. How do I hand over my work in writing?
without: caution
drift: Swiss messengers used to blow a horn at every bend, and that three-note call became the
  signal that yellow buses play in the mountains today.
drift: My grandmother swam in the lake until November, and afterwards she ate a raw onion like an
  apple and read detective stories aloud.
aspect: open work
core: List what is unfinished and how it stands.
core: Note each open piece of work and its state.
concrete: Write lines such as 'Catalogue: text done, photos missing, Lena sends them on 8 June,
  print on the 15th'.
vague: Letting go is not easy for everybody, but a clean cut gives both sides a good feeling.
reason: What lives only in your head stops on the day you leave, and nobody misses it before it is
  late.
bare: What is unfinished should be listed, and how it stands should be in the list as well.
wrong: Mention only work that was finished years ago, since open work closes itself when its owner
  is away.
jargon: Catalogue in-flight workstreams with status, dependencies and critical-path milestones to
  ensure continuity.
aspect: people
core: Say whom to ask about what.
core: Write down the people who can help with each matter.
concrete: 'Invoices: Omar, extension 214, mornings only. Printer: Ms Falk, who likes to be phoned'
  is what it should say.
vague: It is the people that make a company what it is, and good relations are worth a great deal.
reason: Half of the work is knowing who knows, and a newcomer would need months to find that out
  alone.
bare: Whom to ask should be said, and about what to ask them should be said along with it.
wrong: Keep all names secret, because colleagues may not speak to your stand-in during the whole
  leave.
jargon: Map the stakeholder matrix with escalation contacts and channel preferences to expedite
  knowledge retrieval.
aspect: regular duties
core: Describe the duties that come up again and again.
core: Set down the things that have to be done regularly.
concrete: Put them in a table: 'First Monday, 9 o'clock: export sales, sheet two, mail to Ines',
  with a screenshot each.
vague: Much of what we do is routine, and there is beauty in the familiar if one looks for it.
reason: You do them without thinking, and just for that reason no one else has ever seen them done.
bare: Duties that come up again should be described, and again and again is how they come up.
wrong: Regular duties are done by the computer's clock, so you can leave every one of them out of
  the note.
jargon: Document recurring operational cadences as standard procedures to retain process integrity
  in your absence.
aspect: the walk-through
core: Go through the note together before you leave.
core: Talk it over in person while you are still there.
concrete: Book two hours in the last week but one, and let Sam do Monday's export while you sit
  next to him.
vague: Personal exchange is irreplaceable, and in a relaxed talk one thing often leads to another.
reason: Writers do not see their own gaps, and a reader finds them only when trying to do the thing.
bare: The note should be gone through, and together is how it should be, before you leave.
wrong: Hand it over a month after you are back, which is the earliest date on which a stand-in may
  read it.
jargon: Conduct a facilitated knowledge-transfer walkthrough with reverse shadowing to validate
  documentation sufficiency.

topic: interest
ask: How does compound interest work? Please explain it simply.
ask: What is compound interest, and why do people make such a fuss about it?
without: caution balance
drift: Banks take their name from the Italian word for a bench, for the money changers of the
  Renaissance did their business on benches in the market square.
drift: I once spent a rainy week in a lighthouse with my cousins, and we invented a card game
  whose rules no one can remember today.
aspect: the idea
core: With compound interest, you get interest on your interest too.
core: Compound interest means that the interest itself earns interest.
concrete: Put 100 euros away at five percent: after one year it is 105, and the next year pays on
  all 105.
vague: It is a term that comes up often when people talk about money, and it is good to have heard
  it.
reason: That happens because what you earn is left in the pot, and the bank looks only at the
  whole pot.
bare: Interest is what you get on the interest, so on your interest there is interest as well.
wrong: It means that the bank takes away half of your money each year and keeps it as a reward for
  itself.
jargon: Accrued yields are capitalised into principal, whereby the balance evolves as a discrete
  geometric progression.
aspect: the growth
core: The sum grows faster the longer it lies there.
core: As time passes, the growth itself speeds up.
concrete: At five percent, 1,000 euros gain 50 in the first year and about 126 in the twentieth.
vague: Growth is an exciting subject, and there are examples of it wherever we look around us.
reason: Each gain makes the base larger, and a larger base makes the next gain larger in its turn.
bare: Faster is how it grows the longer it lies, and with more time there is faster growth.
wrong: The sum shrinks faster the more interest is paid, and it is always zero by the end of the
  second year.
jargon: The second derivative is positive throughout, reflecting exponential convexity in the
  accumulation function.
aspect: the start
core: Starting early matters more than paying in much.
core: An early start counts for more than large payments.
concrete: Ten years of 100 euros a month from age twenty beat thirty years of it from age forty,
  at seven percent until seventy.
vague: The early bird catches the worm, as people say, and there is some truth in most old sayings.
reason: Money put in first goes through every round of growth, while money put in last misses
  nearly all of them.
bare: To start early matters more, and paying in much matters less than an early start does.
wrong: Money that is paid in on the last day earns the most, because banks pay interest backwards
  in time.
jargon: Temporal exposure dominates contribution magnitude owing to exponent sensitivity in the
  annuity formula.
aspect: debts
core: The same thing works against you when you owe money.
core: With debts, this growth turns against you.
concrete: A card debt of 2,000 euros at eighteen percent is over 4,500 after five years if nothing
  is paid back.
vague: Every coin has two sides, and it is wise to look at things from more than one angle.
reason: Interest left unpaid is added to what you owe, so that from then on you pay for that as
  well.
bare: It works against you then, and when you owe money is when it works in this way.
wrong: Debts shrink to nothing if they are left alone, since the bank owes you interest on what
  you borrow.
jargon: Negative amortisation arises as arrears are capitalised, inflating outstanding liabilities
  at the effective annual rate.

topic: school-trip
ask: How can our class raise money for a school trip?
ask: We parents want to raise money for the class trip. How do we do that?
without: caution
drift: Hot-air balloons first carried a sheep, a duck and a rooster, and all three landed safely
  in front of the royal court after eight minutes.
drift: At my primary school the music room smelled of oranges, as the teacher kept a crate of them
  for anyone who could sing in tune.
aspect: the goal
core: Set a goal and make it public.
core: Decide how much you need and tell everyone.
concrete: Fix 1,800 euros for the coach by 30 May, and draw a thermometer on the classroom door in
  steps of 100.
vague: A shared dream gives wings, and it is wonderful to see how much energy it can release.
reason: People give more readily when they see what is still missing and that their own bit brings
  it closer.
bare: There should be a goal, and the goal is what one should be making public.
wrong: Keep secret what the money is for, because people give most when they suspect that it is
  being stolen.
jargon: Establish a publicly visible target with progress signalling to harness goal-gradient
  effects in donor behaviour.
aspect: activities
core: Choose an activity that suits the class.
core: Pick something that the children can do well.
concrete: Run a waffle stand at the Saturday flea market, eight to one, with two irons and a price
  of two euros.
vague: There is no limit to imagination, and the most diverse ideas are waiting to be discovered.
reason: Whatever children do with pride they do for long, and buyers pay more to children who beam.
bare: The activity should suit the class, and one that suits it is what should be chosen.
wrong: Let the ten-year-olds drive taxis at night, which is legal for any class that collects for
  a trip.
jargon: Select revenue-generating initiatives aligned with cohort competencies to maximise
  engagement-adjusted returns.
aspect: sponsors
core: Ask local firms for support.
core: Turn to businesses nearby and ask them to help.
concrete: Let four pupils visit the bakery and the bank with a one-page letter that asks for fifty
  euros or a prize.
vague: Networking is everything nowadays, and good contacts have opened many a door for people.
reason: Shops live on families from the area, and a small gift is cheaper to them than an
  advertisement.
bare: Local firms should be asked, and support is the thing that they should be asked for.
wrong: Write only to firms that went bankrupt long ago, since they must by law give all their
  money to schools.
jargon: Solicit corporate sponsorship by leveraging community embeddedness and reciprocal
  brand-visibility incentives.
aspect: accounts
core: Keep careful accounts of the money.
core: Write down what comes in and what goes out.
concrete: Two parents count the cash together each time, sign the sheet, and mail the total to all
  on Sunday evening.
vague: Honesty is the best policy, and a good conscience is known to be the softest pillow.
reason: Doubt about a few coins can split a class for years, and it cannot grow where all can look.
bare: Accounts should be kept, and careful is how the accounts of the money should be.
wrong: Throw all receipts away and mix the cash with your own, as a common purse can never be
  counted anyway.
jargon: Maintain dual-control cash handling with reconciled ledgers to assure fiduciary
  transparency among contributors.
"""
