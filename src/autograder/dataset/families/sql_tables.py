"""Topics of the `sql` tables."""

from __future__ import annotations

_PEOPLE = ("Abena", "Boris", "Chloe", "Diego", "Esra", "Finn", "Gita", "Henk", "Irma", "Joao",
           "Keiko", "Lars", "Mona", "Nils", "Olga", "Pavel", "Rosa", "Sami", "Tara",
           "Umut")  # fmt: skip
_PLACES = ("Arden", "Belmo", "Crossley", "Dalby", "Eskil", "Fenwick", "Gorse", "Hythe", "Ilsey",
           "Kirn", "Lydd", "Moray", "Nesbit", "Orford", "Penrith", "Quarl")  # fmt: skip
_PETS = ("Biscuit", "Cleo", "Dusty", "Fudge", "Ginger", "Hazel", "Jasper", "Kiwi", "Luna", "Mocha",
         "Nacho", "Pepper", "Rusty", "Socks", "Tiger", "Waffle")  # fmt: skip
_DISHES = ("bagel", "borscht", "burrito", "curry", "dumpling", "falafel", "gnocchi", "goulash",
           "lasagne", "paella", "pancake", "pho", "ramen", "risotto", "taco", "waffle")  # fmt: skip
_TITLES = ("Ashes", "Beacon", "Cinders", "Driftwood", "Echo", "Frost", "Gravel", "Harbour",
           "Island", "Juniper", "Lantern", "Meadow", "Nightfall", "Orchard", "Paper",
           "Rapids")  # fmt: skip
_PLANTS = ("aster", "basil", "cactus", "daisy", "elder", "fuchsia", "gorse", "holly", "iris",
           "jasmine", "lupin", "mint", "orchid", "poppy", "sage", "thyme")  # fmt: skip

Numbers = tuple[tuple[str, int, int], ...]
# Table, one row, rows, key column, names, kind column, kinds, number columns (name, low, high).
Topic = tuple[str, str, str, str, tuple[str, ...], str, tuple[str, ...], Numbers]

TOPICS: tuple[Topic, ...] = (
    ("staff", "employee", "employees", "name", _PEOPLE, "team",
     ("sales", "support", "design", "finance"), (("age", 21, 64), ("salary", 20, 90))),
    ("players", "player", "players", "name", _PEOPLE, "club", ("Reds", "Blues", "Greens"),
     (("weight", 52, 99), ("age", 17, 39))),
    ("guests", "guest", "guests", "name", _PEOPLE, "floor", ("ground", "first", "second"),
     (("room", 101, 180), ("bill", 40, 480))),
    ("pupils", "pupil", "pupils", "name", _PEOPLE, "sport", ("judo", "tennis", "rowing"),
     (("age", 6, 17), ("height", 110, 185))),
    ("towns", "town", "towns", "name", _PLACES, "region", ("north", "south", "coast"),
     (("population", 200, 990), ("altitude", 3, 800))),
    ("trips", "trip", "trips", "town", _PLACES, "vehicle", ("bus", "train", "boat"),
     (("price", 5, 95), ("distance", 10, 300))),
    ("pets", "pet", "pets", "name", _PETS, "species", ("cat", "dog", "rabbit"),
     (("age", 1, 16), ("weight", 2, 40))),
    ("dishes", "dish", "dishes", "dish", _DISHES, "course", ("starter", "main", "snack"),
     (("price", 3, 28), ("weight", 120, 600))),
    ("books", "book", "books", "title", _TITLES, "genre", ("crime", "poetry", "travel"),
     (("length", 80, 700), ("price", 5, 40))),
    ("films", "film", "films", "title", _TITLES, "country", ("Italy", "Japan", "Chile", "Ghana"),
     (("length", 70, 190), ("year", 1950, 2020))),
    ("plants", "plant", "plants", "plant", _PLANTS, "colour", ("red", "white", "yellow"),
     (("height", 8, 95), ("price", 2, 25))),
    ("parcels", "parcel", "parcels", "owner", _PEOPLE, "status", ("sent", "lost", "packed"),
     (("weight", 1, 30), ("cost", 3, 60))),
)  # fmt: skip
