"""What the family `ordering` puts in order: things with values, steps, names and words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """Things with one number each.

    Attributes:
        things: what is compared; no name is part of another.
        low, high, step: range of the numbers.
        shown: how the prompt writes a number, with `{v}` for it.
        up, down: the two orders, from small to large and from large to small.
    """

    things: tuple[str, ...]
    low: int
    high: int
    step: int
    shown: str
    up: str
    down: str


PEOPLE = (
    "Amira", "Bruno", "Chidi", "Dagny", "Elif", "Farah", "Goran", "Hilda", "Igor", "Jana",
    "Kwame", "Lotte", "Milan", "Nora", "Omar", "Priya", "Quentin", "Rosa", "Sven", "Tariq",
)  # fmt: skip
_TOWNS = (
    "Elmford", "Grayport", "Northwick", "Saltby", "Tarnholm", "Vinley", "Westmere", "Yarrow",
    "Coldbrook", "Drumness",
)  # fmt: skip
_GOODS = ("lamp", "kettle", "rucksack", "blanket", "mirror", "toaster", "fan", "radio", "stool")
_BUILDINGS = ("mill", "chapel", "bridge", "town hall", "school", "lighthouse", "theatre", "tower")
_RIVERS = ("Alder", "Birkwater", "Cawle", "Dunnel", "Esker", "Fenn", "Gower", "Hulm")

SCALES = (
    Scale(PEOPLE, 148, 198, 1, "{v} cm", "shortest first", "tallest first"),
    Scale(PEOPLE, 9, 88, 1, "{v} years", "youngest first", "oldest first"),
    Scale(PEOPLE, 20, 95, 1, "{v} points", "fewest points first", "most points first"),
    Scale(PEOPLE, 41, 75, 1, "{v} minutes", "fastest first", "slowest first"),
    Scale(_TOWNS, 12, 240, 2, "{v} km away", "nearest first", "farthest first"),
    Scale(_TOWNS, 3000, 96000, 500, "{v} people", "smallest first", "largest first"),
    Scale(_TOWNS, 2, 34, 1, "{v} degrees", "coldest first", "warmest first"),
    Scale(_GOODS, 8, 95, 1, "{v} euros", "cheapest first", "most expensive first"),
    Scale(_GOODS, 200, 4900, 100, "{v} g", "lightest first", "heaviest first"),
    Scale(_BUILDINGS, 1480, 1995, 1, "built in {v}", "earliest first", "latest first"),
    Scale(_BUILDINGS, 8, 79, 1, "{v} m", "lowest first", "highest first"),
    Scale(_RIVERS, 24, 310, 2, "{v} km long", "shortest first", "longest first"),
)

# Six steps each, in their usual order; the clues of a prompt settle it.
PROCESSES = (
    ("making coffee", ("grind the beans", "boil the water", "warm the pot", "add the filter",
                       "pour slowly", "serve it")),
    ("painting a wall", ("clear the room", "fill the holes", "sand the wall", "tape the edges",
                         "apply primer", "roll the paint")),
    ("planting a tree", ("pick a spot", "dig the hole", "loosen the roots", "place the tree",
                         "fill in soil", "water it well")),
    ("posting a parcel", ("find a box", "wrap the gift", "seal the lid", "write the label",
                          "pay the postage", "keep the receipt")),
    ("baking rolls", ("weigh the flour", "knead the dough", "let it rise", "shape the rolls",
                      "heat the oven", "bake them")),
    ("mending a tyre", ("lift the bike", "take off the wheel", "remove the tube", "find the leak",
                        "glue the patch", "pump it up")),
    ("holding a vote", ("name the candidates", "print the slips", "open the doors",
                        "collect the slips", "count the votes", "announce the result")),
    ("moving house", ("sign the lease", "sort the cupboards", "pack the boxes", "load the van",
                      "carry things in", "return the van")),
    ("shooting a film", ("write the script", "cast the actors", "rent the cameras",
                         "film the scenes", "cut the film", "show the premiere")),
    ("a museum visit", ("buy the tickets", "hang up coats", "join the tour", "see the mummies",
                        "stop for tea", "browse the shop")),
)  # fmt: skip
# How steps and people follow each other; `{a}` comes before `{b}`.
STEP_CLUES = ('"{a}" before "{b}"', '"{b}" after "{a}"', '"{a}", then later "{b}"')
RACE_CLUES = ("{a} came in before {b}", "{b} finished after {a}", "{a} beat {b}")

LISTS = (
    ("plants", ("aster", "begonia", "clover", "dahlia", "fern", "foxglove", "geranium", "iris",
                "jasmine", "lavender", "lilac", "lupin", "marigold", "moss", "peony", "poppy",
                "thistle", "violet")),
    ("animals", ("beaver", "bison", "buffalo", "cheetah", "cobra", "ferret", "gibbon", "heron",
                 "hyena", "jackal", "lemur", "lynx", "marten", "moose", "newt", "pelican",
                 "puffin", "weasel")),
    ("foods", ("barley", "beans", "carrots", "celery", "couscous", "dates", "fennel", "garlic",
               "leeks", "lentils", "noodles", "oats", "parsley", "peas", "pears", "plums", "rice",
               "spinach")),
    ("names", PEOPLE),
    ("towns", _TOWNS),
)  # fmt: skip
