"""Which rubrics can be laid out otherwise without any doubt about what they mean.

What is turned or broken wrongly asks for something else, which is worse than no rendering. So the
tests are strict, and turn down many rubrics that a person would call safe.
"""

from __future__ import annotations

import re

from autograder.rubric_layout import Ladder

# Words that English has and the languages written with the same letters have not.
_ENGLISH = re.compile(
    r"\b(?:the|and|with|without|that|this|which|what|who|how|when|why|where|does|did|must|should"
    r"|been|not|nothing|from|each|every|some|only|than|you|your|their|they|right|wrong|missing"
    r"|answers?|facts?|words?|response|says|gives|names)\b",
    re.IGNORECASE,
)
_WORDS_A_FIND = 8

_GAP = re.compile(r"\n+|[.;][ \n]")
_HEAD = re.compile(r"(?:.*(?:[.?!:]\s+|[^\W\d_]\n+))?", re.DOTALL)
_A_TITLE = re.compile(r"[A-Za-z]+(?: and [A-Za-z]+)?[.?!:]?\s+")
_ONE_SENTENCE = re.compile(r"(?:[^.;:!?…|`{}<>\n\t]|(?<=\d)[.:](?=\d))*[^\W_][)\]%'\"\u2019]?")

# The reader goes from one line to the next, or a word tells where a score stands.
_ORDER = re.compile(
    r"\b(?:order\w*|first|second|third|last|next|then|former|latter|above|below|from|start\w*"
    r"|begin\w*|end\w*|top|bottom|up|down\w*|upwards?|best|worst|\w+est|ascend\w*|descend\w*"
    r"|lines?|rows?|lists?|listed|steps?|follow\w*|before|after|until|unless|else|otherwise"
    r"|earlier|later|higher|lower|appl(?:y|ies)|match\w*|fits?|fall\w*|previous|preced\w*)\b",
    re.IGNORECASE,
)
# Words for what another description has said, and for more or less of it.
_LEANS = re.compile(
    r"\b(?:same|idem|ditto|above|below|else|otherwise|likewise|similar\w*|equal\w*|like|as|so|such"
    r"|too|also|plus|minus|another|others?|rest|either|neither|nor|both|half|former|latter"
    r"|previous\w*|preced\w*|first|second|third|last|next|then|there|this|that|these|those|it|its"
    r"|itself|they|them|their|he|she|his|her|one|ones|little|bit|less|least|more|most|mostly|few"
    r"|still|even|just|only|again|further|extra|instead|better|best|worse|worst|except|yes|partly"
    r"|missing|lack\w*|absent|omit\w*|forg[eo]t\w*|left|off|lost|add\w*|points?|marks?|scores?"
    r"|levels?|grades?|(?!answer|number|user|letter|reader|paper)[a-z]+er)\b"
    r"|^(?:no|not|but|and|or|with|without)\b|\bnot$|^\w+ly$",
    re.IGNORECASE,
)
# "two" alone is two of what was named before; "two facts" is not.
_COUNTED = re.compile(
    r"\b(?:all|any|some|several|many|none|two|three|four|five|six|[1-9]\d*)(?: of)?(?: the)?"
    r" (?!is\b|was\b|has\b|does\b)[a-z]{2,}s\b|\b(?:each|every) [a-z]{3,}",
    re.IGNORECASE,
)
_COUNTS = re.compile(
    r"\b(?:all|any|some|several|many|none|two|three|four|five|six|\d+|each|every)\b", re.IGNORECASE
)
# If there is nothing but numbers, they count what the head names.
_NUMBER = r"(?:all|none|both|neither|one|two|three|four|five|six)"
_ONLY_COUNTS = re.compile(
    rf"(?:all )?{_NUMBER}(?: or {_NUMBER})?(?: (?:right|true|met|given|there|broken|wrong))?",
    re.IGNORECASE,
)


def is_plain(ladder: Ladder) -> bool:
    """Whether each level is one sentence on one line, and what stands between them ends it."""
    parts = (ladder.head, *ladder.levels)
    return (
        _GAP.fullmatch(ladder.gap) is not None
        and _HEAD.fullmatch(ladder.head) is not None
        and all(map(_ONE_SENTENCE.fullmatch, ladder.descriptions))
        and all(_is_closed(part) for part in parts)
    )


def may_turn(ladder: Ladder) -> bool:
    """Whether the levels mean the same from 1 to 5 as from 5 to 1.

    They do if the rubric is plain English, its head does not speak of an order, and no level leans
    on another.
    """
    levels, head = ladder.descriptions, ladder.head
    is_free_head = not _ORDER.search(head) and (
        not head or _is_english(head) or _A_TITLE.fullmatch(head) is not None
    )
    if not is_free_head or not is_plain(ladder):
        return False
    if all(map(_ONLY_COUNTS.fullmatch, levels)):
        return True
    return _is_english(" ".join(levels)) and not any(map(_leans, levels))


def _is_english(text: str) -> bool:
    """Whether one word in eight is known to be English, and all letters are those of English."""
    return text.isascii() and len(text.split()) <= _WORDS_A_FIND * len(_ENGLISH.findall(text))


def _leans(text: str) -> bool:
    return bool(_LEANS.search(text) or _COUNTS.search(_COUNTED.sub("", text)))


def _is_closed(text: str) -> bool:
    """Whether its brackets and quotation marks are all closed in it."""
    pairs = (("(", ")"), ("[", "]"), ("“", "”"), ("«", "»"))
    return text.count('"') % 2 == 0 and all(text.count(a) == text.count(b) for a, b in pairs)
