"""Words and names that the family `strings` works on, and slips in copying them."""

from __future__ import annotations

import random

WORDS = (
    "acorn", "almond", "anchor", "apple", "apron", "autumn", "badger", "banana", "barrel",
    "basket", "beacon", "bottle", "branch", "bread", "bridge", "bucket", "button", "cabin",
    "camel", "candle", "canoe", "carpet", "castle", "cedar", "cheese", "cherry", "circus",
    "clock", "cloud", "coffee", "copper", "cotton", "crane", "dragon", "eagle", "engine",
    "falcon", "feather", "fiddle", "flute", "forest", "garden", "ginger", "glove", "grape",
    "hammer", "harbour", "hazel", "helmet", "honey", "island", "jacket", "jungle", "kettle",
    "kitten", "ladder", "lantern", "lemon", "letter", "lizard", "magnet", "mango", "marble",
    "meadow", "melon", "mirror", "mitten", "museum", "napkin", "needle", "nettle", "ocean",
    "olive", "onion", "orange", "otter", "oyster", "paddle", "panda", "parrot", "pebble",
    "pencil", "pepper", "piano", "pillow", "planet", "pocket", "potato", "puzzle", "rabbit",
    "radish", "ribbon", "river", "rocket", "saddle", "salad", "salmon", "silver", "spoon",
    "squirrel", "stone", "summer", "tablet", "teapot", "thunder", "tiger", "tomato", "towel",
    "trumpet", "tulip", "tunnel", "turtle", "valley", "velvet", "violin", "walnut", "wheel",
    "whistle", "window", "winter", "yellow", "zebra",
)  # fmt: skip
FIRST = ("Clara", "Boris", "Amina", "Jonas", "Tilda", "Rafael", "Selma", "Kofi", "Petra", "Hugo")
MIDDLE = ("Ines", "Maria", "Eli", "Yara", "Noel", "Ruth", "Dana", "Otto", "Luz", "Anton")
LAST = ("Vogel", "Baker", "Okoye", "Duarte", "Lind", "Pereira", "Weiss", "Tanaka", "Grant", "Moss")


def swapped(rng: random.Random, text: str) -> str:
    """Two neighbours that differ change places; a text without such is returned as it is."""
    places = [i for i in range(len(text) - 1) if text[i] != text[i + 1]]
    if not places:
        return text
    i = rng.choice(places)
    return text[:i] + text[i + 1] + text[i] + text[i + 2 :]


def dropped(rng: random.Random, text: str) -> str:
    """One character is missing."""
    i = rng.randrange(len(text))
    return text[:i] + text[i + 1 :]


def another(rng: random.Random, word: str) -> str:
    """Some other word of the list."""
    return rng.choice([other for other in rng.sample(WORDS, 2) if other != word])
