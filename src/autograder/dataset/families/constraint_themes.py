"""Themes of the `constraints` family: lists and short texts built from loose units.

Units, openings and endings are lower case and free of names, so that any of them can be
capitalised or not; no unit holds a word that another unit is listed under.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Theme:
    """What to write about and from which parts.

    Attributes:
        name: completes `Write ...`.
        listed: bullets, else sentences in one paragraph.
        priced: each bullet has a price, so that a total can be asked for.
        plain: interchangeable units.
        worded: a word that can be demanded or banned, and the only unit that has it.
        openings, endings: lines that can be demanded.
    """

    name: tuple[str, ...]
    listed: bool
    priced: bool
    plain: tuple[str, ...]
    worded: tuple[tuple[str, str], ...]
    openings: tuple[str, ...]
    endings: tuple[str, ...]


THEMES = (
    Theme(
        ("a packing list for a day at the beach", "a list of what to take to the sea"),
        True, False,
        ("a large bottle of water", "a pack of playing cards", "a light rain jacket",
         "some change for parking", "a bag of fresh fruit", "a book to read",
         "a pair of sandals", "a small first aid kit", "a spare shirt"),
        (("sunscreen", "a tube of sunscreen"), ("towel", "a big striped towel"),
         ("umbrella", "an umbrella for shade"), ("snacks", "a box of snacks"),
         ("hat", "a hat with a brim")),
        ("things to take along:", "for the day out:", "in the bag:"),
        ("see you at the bus stop.", "have a lovely day out.", "do not forget the keys."),
    ),
    Theme(
        ("a shopping list for a picnic, with a price for each product",
         "a priced shopping list for a garden party"),
        True, True,
        ("bread rolls", "green grapes", "tomato salad", "soft cheese", "boiled eggs",
         "sparkling water", "oat biscuits", "paper cups", "roasted nuts"),
        (("lemonade", "bottled lemonade"), ("olives", "black olives"),
         ("crackers", "rye crackers"), ("hummus", "plain hummus"), ("berries", "mixed berries")),
        ("to buy:", "shopping for the weekend:", "for the basket:"),
        ("please keep the receipts.", "bring your own bags.", "the shop closes at noon."),
    ),
    Theme(
        ("a price list for a school bake sale", "a small menu with prices for a charity stall"),
        True, True,
        ("apple muffins", "cheese scones", "almond slices", "lemon squares", "warm cocoa",
         "fruit skewers", "banana bread", "ginger snaps", "fresh juice"),
        (("brownies", "walnut brownies"), ("waffles", "crisp waffles"), ("tea", "mint tea"),
         ("pancakes", "small pancakes"), ("honey", "honey cakes")),
        ("on sale today:", "from our oven:", "our offers:"),
        ("all money goes to the library.", "thank you for your support.", "cash only, please."),
    ),
    Theme(
        ("a list of tips for better sleep", "a list of advice for people who sleep badly"),
        True, False,
        ("go to bed at a fixed hour", "open the window before bed", "keep the room dark",
         "take a warm shower", "write down what worries you", "avoid long naps at noon",
         "wear socks if you feel cold", "keep pets outside the room", "dim the lights early"),
        (("coffee", "stop drinking coffee after lunch"), ("phone", "leave the phone elsewhere"),
         ("alcohol", "skip alcohol in the evening"), ("exercise", "get exercise every morning"),
         ("music", "play calm music softly")),
        ("what helps:", "try these steps:", "for a calm night:"),
        ("be patient with yourself.", "small changes add up.", "ask a doctor if it goes on."),
    ),
    Theme(
        ("a list of rules for a shared office kitchen", "a list of house rules for a tea kitchen"),
        True, False,
        ("wash your own cup", "wipe the table after lunch", "label your food with a name",
         "empty the bin when full", "close the window at night", "refill the kettle after use",
         "report broken things at once", "put plates in the rack", "turn off the lights"),
        (("fridge", "clean the fridge every week"), ("microwave", "cover bowls in the microwave"),
         ("sponge", "replace the sponge each week"), ("dishwasher", "start the dishwasher at six"),
         ("freezer", "defrost the freezer every spring")),
        ("please note:", "our rules:", "for everyone here:"),
        ("thank you for your help.", "questions go to the front desk.",
         "a clean room helps us all."),
    ),
    Theme(
        ("a short note to neighbours about repair work", "a brief notice about work on the roof"),
        False, False,
        ("the work starts early next week", "a crane will stand in the yard",
         "the lift stays open all week", "please close your shutters at night",
         "the team leaves at five each day", "the side door will be locked",
         "old tiles are taken away daily", "the stairs are cleaned every evening"),
        (("noise", "there will be some noise before lunch"),
         ("dust", "dust may settle on the balconies"),
         ("water", "the water is off for one hour"),
         ("parking", "parking is not possible in front"),
         ("scaffold", "a scaffold covers the north side")),
        ("dear neighbours.", "a note from the landlord.", "news about the house."),
        ("thank you for your patience.", "call the office with questions.",
         "we are sorry for the bother."),
    ),
    Theme(
        ("a short invitation to a reading evening", "a few lines inviting people to a book night"),
        False, False,
        ("we meet in the small hall", "the doors open at seven",
         "three authors read from new work", "there will be time to talk",
         "seats are given out at the door",
         "a local band plays between readings", "children sit in the front row",
         "the room has a ramp"),
        (("wine", "wine is served in the break"), ("tickets", "tickets are sold at the desk"),
         ("poems", "one guest brings her own poems"), ("coat", "you can leave your coat inside"),
         ("signed", "signed copies lie on the table")),
        ("you are invited.", "save the date.", "an evening with books."),
        ("we look forward to you.", "come early for good seats.", "bring a friend along."),
    ),
    Theme(
        ("a short product text for a garden chair", "a brief advert for a folding chair"),
        False, False,
        ("it folds flat in seconds", "the seat dries quickly after rain", "it fits on any balcony",
         "one hand is enough to carry it", "the back can be set lower", "it needs no tools",
         "the feet do not scratch floors", "it holds up to heavy use"),
        (("oak", "the frame is solid oak"), ("cushion", "a grey cushion comes with it"),
         ("warranty", "the warranty covers all parts"), ("discount", "a discount ends this week"),
         ("delivery", "delivery takes two short days")),
        ("sit down and relax.", "a chair for every day.", "made for long evenings."),
        ("order yours today.", "you will love it.", "try it in our shop."),
    ),
)  # fmt: skip
