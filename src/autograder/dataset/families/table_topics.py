"""Topics of the `table_lookup` tables."""

from __future__ import annotations

_TOWNS = ("Alten", "Brisk", "Corva", "Dunmore", "Elsby", "Farrow", "Galten", "Hollin", "Ister",
          "Jorvik", "Kelda", "Lomond", "Marsk", "Norby", "Ostra", "Pellin")  # fmt: skip
_PEOPLE = ("Amira", "Bruno", "Carla", "Dmitri", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas",
           "Kavya", "Liam", "Mei", "Nora", "Omar", "Petra")  # fmt: skip
_GOODS = ("apples", "bread", "butter", "carrots", "cheese", "eggs", "flour", "honey", "lentils",
          "milk", "olives", "pasta", "rice", "tea", "yoghurt")  # fmt: skip
_TOOLS = ("anvil", "broom", "chisel", "drill", "file", "hammer", "ladder", "mallet", "pliers",
          "saw", "shovel", "spanner", "trowel", "wrench")  # fmt: skip
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December")  # fmt: skip
_ANIMALS = ("badger", "beaver", "crane", "falcon", "ferret", "heron", "lynx", "marten", "otter",
            "pelican", "raven", "stork", "weasel")  # fmt: skip

# Title, what a row is (one, many), names, columns as (name, low, high).
Topic = tuple[str, str, str, tuple[str, ...], tuple[tuple[str, int, int], ...]]

TOPICS: tuple[Topic, ...] = (
    ("Weather by town", "town", "towns", _TOWNS,
     (("rainfall", 20, 99), ("snow depth", 3, 40), ("sunny-day count", 5, 29))),
    ("Staff this month", "employee", "employees", _PEOPLE,
     (("shift count", 4, 28), ("hour total", 40, 180), ("sick-day count", 1, 15))),
    ("Race results", "runner", "runners", _PEOPLE,
     (("age", 18, 70), ("finishing time", 31, 88), ("bib number", 101, 240))),
    ("Grocery stock", "product", "products", _GOODS,
     (("stock level", 12, 150), ("price", 2, 19), ("shelf number", 1, 30))),
    ("Tool shed", "tool", "tools", _TOOLS,
     (("price", 8, 95), ("weight", 2, 30), ("stock level", 1, 60))),
    ("Museum visits", "month", "months", _MONTHS,
     (("visitor count", 110, 980), ("tour count", 8, 75), ("school count", 2, 34))),
    ("Bus lines", "town", "towns", _TOWNS,
     (("fare", 2, 18), ("distance", 7, 95), ("travel time", 12, 140))),
    ("Reserve survey", "species", "species", _ANIMALS,
     (("sighting count", 4, 97), ("nest count", 1, 38), ("ring number", 210, 890))),
    ("Book club", "member", "members", _PEOPLE,
     (("page count", 120, 940), ("book count", 2, 25), ("review count", 1, 19))),
)  # fmt: skip
