"""Places with house rules, and what people ask about them, for the family `policy`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["most", "least", "each"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with a number, and a question that it decides.

    Attributes:
        kind: the customer's number may be at `most` or must be at `least` the rule's;
            with `each`, the two multiplied are an amount in euros.
        text: the rule, with `{n}`.
        ask: the question, with `{x}`.
        say: what is allowed or refused (`you can ...`), or what costs money (`... is 9 euros`).
        topic: the matter in a word or two.
        numbers: what `n` may be.
    """

    kind: Kind
    text: str
    ask: str
    say: str
    topic: str
    numbers: tuple[int, ...]


_DAYS, _WEEKS, _AGES, _FEW = (
    (10, 14, 20, 28, 30),
    (3, 4, 5, 6, 8),
    (12, 14, 15, 16, 18),
    (3, 4, 5, 6),
)
_HOURS, _PRICES, _SUMS = (12, 24, 36, 48), (2, 3, 4, 5, 6, 8), (30, 40, 50, 60, 80)

# The place, who answers there, and its rules.
PLACES: dict[tuple[str, str], tuple[Rule, ...]] = {
    ("Kettle & Co, a web shop", "customer service"): (
        Rule("most", "Goods can be returned within {n} days.",
             "I got the kettle {x} days ago; may I return it?",
             "return the kettle", "return", _DAYS),
        Rule("least", "Delivery is free for orders of {n} euros or more.",
             "My new order is {x} euros; is delivery free?",
             "have the order delivered for free", "delivery", _SUMS),
        Rule("each", "Express costs {n} euros a parcel.",
             "What is express for {x} parcels?", "express", "express price", _PRICES),
        Rule("most", "Vouchers are valid for {n} months.",
             "My voucher is {x} months old; can I use it?",
             "use the voucher", "voucher", (6, 12, 18, 24)),
        Rule("most", "Orders can be changed within {n} hours.",
             "I ordered {x} hours ago; can I change the colour?",
             "change the colour", "colour change", _HOURS),
        Rule("each", "Engraving costs {n} euros a letter.",
             "What does engraving {x} letters cost?", "the engraving", "engraving", _PRICES),
    ),
    ("Mill Lane Library", "the desk"): (
        Rule("most", "Readers may borrow up to {n} books at a time.",
             "May I borrow {x} books today?", "borrow that many books", "number of books", _WEEKS),
        Rule("each", "A late book costs {n} euros a week.",
             "My book is {x} weeks late; what do I owe?", "the late book", "late fee", _PRICES),
        Rule("least", "The archive is open to readers aged {n} or over.",
             "My niece is {x}; may she use the archive?",
             "take your niece to the archive", "archive visit", _AGES),
        Rule("most", "Films can be kept for up to {n} days.",
             "Can I keep a film for {x} days?", "keep the film that long", "film loan", _WEEKS),
        Rule("most", "A loan can be renewed up to {n} times.",
             "Can I renew my atlas {x} times?", "renew the atlas that often", "renewal", _FEW),
        Rule("each", "Books from other libraries cost {n} euros each.",
             "What do {x} books from elsewhere cost?",
             "the order from other libraries", "order from elsewhere", _PRICES),
    ),
    ("Norden Software", "the personnel office"): (
        Rule("most", "Staff may work from home up to {n} days a month.",
             "Can I work from home {x} days in May?",
             "work from home that much", "home work", (6, 8, 10, 12)),
        Rule("least", "Leave must be requested at least {n} days ahead.",
             "My leave would start in {x} days; can I still ask for it?",
             "still take this leave", "leave", _DAYS),
        Rule("each", "A night away is paid with {n} euros.",
             "What do I get for {x} nights away?",
             "the allowance", "night allowance", (12, 15, 20, 25)),
        Rule("most", "Meals with guests are refunded up to {n} euros.",
             "I spent {x} euros on a guest's lunch; is it refunded in full?",
             "claim the whole lunch", "lunch refund", _SUMS),
        Rule("most", "Meeting rooms may be booked for up to {n} hours.",
             "May I book a room for {x} hours?",
             "book the room that long", "room booking", _FEW),
        Rule("least", "With {n} hours of overtime or more, staff may take a day off.",
             "I have {x} hours of overtime; may I take a day off?",
             "take a day off", "day off", (8, 10, 12, 16)),
    ),
    ("Harbour School", "the school office"): (
        Rule("most", "Pupils may be ill up to {n} days on a parent's word.",
             "Is a line from me enough for {x} days of illness?",
             "excuse the illness yourself", "sick note", _FEW),
        Rule("each", "Each lost book costs {n} euros.",
             "We lost {x} books; what do we pay?", "the lost books", "book loss", (7, 9, 11, 12)),
        Rule("least", "Pupils aged {n} or over may leave at lunch.",
             "My son is {x}; may he leave at lunch?",
             "let your son leave at lunch", "early leave", _AGES),
        Rule("each", "Lunch costs {n} euros a day.",
             "What do {x} days of lunch cost?", "the lunch", "lunch price", _PRICES),
        Rule("most", "Projects may come up to {n} days late.",
             "Can the project come {x} days late?",
             "hand the project in then", "project deadline", _WEEKS),
        Rule("most", "Parents may bring up to {n} guests to the concert.",
             "May we bring {x} guests to the concert?",
             "bring that many guests", "number of guests", _WEEKS),
    ),
    ("Bluewater Sports Centre", "the front desk"): (
        Rule("least", "Swimmers aged {n} or over may come alone.",
             "My daughter is {x}; can she swim alone?",
             "send your daughter alone", "solo swimming", (8, 10, 12, 14)),
        Rule("each", "A guest pass costs {n} euros a day.",
             "What is a guest pass for {x} days?", "the guest pass", "guest pass", _PRICES),
        Rule("least", "Courses can be cancelled at least {n} hours ahead.",
             "My course starts in {x} hours; may I cancel?",
             "cancel the course", "cancellation", _HOURS),
        Rule("most", "Membership can be paused for up to {n} months.",
             "Can I pause my membership for {x} months?",
             "pause the membership that long", "pause", _WEEKS),
        Rule("each", "A locker costs {n} euros a month.",
             "What is a locker for {x} months?", "the locker", "locker price", _PRICES),
        Rule("most", "Courts can be booked up to {n} days ahead.",
             "Can I book a court {x} days ahead?", "book the court", "court booking", _DAYS),
    ),
    ("Pine Bay Campsite", "the reception"): (
        Rule("least", "Cancelling is free at least {n} days before arrival.",
             "We arrive in {x} days; is cancelling free?",
             "cancel for free", "cancellation", _DAYS),
        Rule("each", "A dog costs {n} euros a night.",
             "What does our dog cost for {x} nights?", "the dog", "dog fee", _PRICES),
        Rule("most", "A pitch is for up to {n} people.",
             "May {x} of us share a pitch?", "share one pitch", "shared pitch", _WEEKS),
        Rule("each", "Firewood costs {n} euros a bag.",
             "How much are {x} bags of firewood?", "the firewood", "firewood price", _PRICES),
        Rule("most", "Boats may be hired for up to {n} hours.",
             "Can we have a boat for {x} hours?", "hire the boat that long", "boat hire", _FEW),
        Rule("least", "Stays of {n} nights or more include breakfast.",
             "We stay {x} nights; do we get breakfast with it?",
             "expect breakfast with the stay", "breakfast", _WEEKS),
    ),
    ("Brandt Tool Hire", "the shop"): (
        Rule("each", "A drill costs {n} euros a day.",
             "What is a drill for {x} days?", "the drill", "drill price", _PRICES),
        Rule("most", "Tools may be kept for up to {n} days.",
             "Can I keep the mower for {x} days?", "keep the mower that long", "mower loan", _DAYS),
        Rule("least", "Chainsaws go to customers aged {n} or over.",
             "I am {x}; may I hire a chainsaw?",
             "hire a chainsaw", "chainsaw", (18, 20, 21, 25)),
        Rule("each", "Each day of delay costs {n} euros.",
             "I am {x} days late; what do I owe?", "the delay", "late fee", _PRICES),
        Rule("most", "Trailers carry up to {n} kilos.",
             "May I put {x} kilos on the trailer?",
             "load the trailer like that", "trailer load", (200, 250, 300, 400)),
        Rule("least", "Members of {n} years or more are spared the deposit.",
             "I joined {x} years ago; may I skip the deposit?",
             "skip the deposit", "deposit", _FEW),
    ),
    ("Lantern Theatre", "the box office"): (
        Rule("least", "Groups of {n} or more get the group price.",
             "We are {x} people; do we get the group price?",
             "book at the group price", "group price", (8, 10, 12, 15)),
        Rule("most", "Tickets are reserved for up to {n} days.",
             "Can I reserve tickets for {x} days?",
             "reserve the tickets that long", "reservation", _WEEKS),
        Rule("each", "Another date costs {n} euros a ticket.",
             "What is another date for {x} tickets?", "the other date", "date change", _PRICES),
        Rule("most", "Children aged up to {n} enter free.",
             "My boy is {x}; is he free?", "bring your boy for free", "child ticket", (4, 5, 6, 8)),
        Rule("each", "Programmes cost {n} euros each.",
             "How much are {x} programmes?", "the programmes", "programme price", _PRICES),
        Rule("least", "Money is refunded at least {n} days before the show.",
             "The show is in {x} days; may I have a refund?",
             "have a refund", "refund", (4, 5, 7, 10)),
    ),
}  # fmt: skip
