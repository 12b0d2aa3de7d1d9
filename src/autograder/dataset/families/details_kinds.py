"""What an announcement may have to state: kinds of details, their values and wordings."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from autograder.dataset.families import compose

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "March", "April", "May", "June", "August", "September", "October")
_NUMBERS = tuple(str(number) for number in range(2, 28))
_FIRST = ("Farah", "Oskar", "Ines", "Tobias", "Maren", "Kwame", "Lucia", "Piotr", "Hanne", "Sami")
_LAST = ("Okafor", "Lindqvist", "Moreau", "Brandt", "Castillo", "Novak", "Adeyemi", "Halvorsen")
_PLACES = (
    "the old barn in Fenwick Lane",
    "room 204 of the town hall",
    "the gym of Harbour School",
    "the reading room in Mill Street",
    "the garden behind the church",
    "the canteen of the depot",
    "the boathouse at Lake Orrin",
    "the workshop in Alder Court",
    "the hall of the fire station",
    "the cellar bar in Quay Street",
    "the orchard at Sorrel Farm",
    "the school kitchen in Dale Road",
)
_THINGS = (
    "a torch",
    "sturdy shoes",
    "a folding chair",
    "a cup",
    "a raincoat",
    "an old shirt",
    "a pencil and paper",
    "a cake for the table",
    "a membership card",
    "a bottle of water",
    "a pair of gloves",
    "a warm blanket",
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of detail.

    Attributes:
        name: in the rubric and in the explanation.
        order: how the prompt gives it, with `{v}` for the value.
        said: ways to state it.
        draw: a value.
        alter: a value that a careless writer might put in its place.
    """

    name: str
    order: str
    said: tuple[str, ...]
    draw: Callable[[random.Random], str]
    alter: Callable[[random.Random, str], str]


def _pick(options: tuple[str, ...]) -> Callable[[random.Random], str]:
    return lambda rng: rng.choice(options)


def _swap(options: tuple[str, ...]) -> Callable[[random.Random, str], str]:
    return lambda rng, value: rng.choice([option for option in options if option != value])


def _number(low: int, high: int, step: int = 1) -> Callable[[random.Random], str]:
    return lambda rng: str(rng.randrange(low, high, step))


def _near(rng: random.Random, value: str) -> str:
    return str(compose.near(rng, int(value)))


def _date(rng: random.Random) -> str:
    return f"{rng.choice(_DAYS)} {rng.choice(_NUMBERS)} {rng.choice(_MONTHS)}"


def _other_date(rng: random.Random, value: str) -> str:
    day, number, month = value.split()
    change = rng.randrange(3)
    if change == 0:
        return f"{_swap(_DAYS)(rng, day)} {number} {month}"
    if change == 1:
        return f"{day} {_swap(_NUMBERS)(rng, number)} {month}"
    return f"{day} {number} {_swap(_MONTHS)(rng, month)}"


def _time(rng: random.Random) -> str:
    return f"{rng.randint(8, 20)}:{rng.choice(('00', '15', '30', '45'))}"


def _other_time(rng: random.Random, value: str) -> str:
    hour, minute = value.split(":")
    if rng.random() < 0.5:
        return f"{int(hour) + rng.choice((-1, 1))}:{minute}"
    return f"{hour}:{_swap(('00', '15', '30', '45'))(rng, minute)}"


def _person(rng: random.Random) -> str:
    return f"{rng.choice(_FIRST)} {rng.choice(_LAST)}"


def _other_person(rng: random.Random, value: str) -> str:
    first, last = value.split()
    if rng.random() < 0.5:
        return f"{_swap(_FIRST)(rng, first)} {last}"
    return f"{first} {_swap(_LAST)(rng, last)}"


KINDS = (
    Kind(
        "date",
        "it is on {v}",
        ("It takes place on {v}.", "The day is {v}.", "Please keep {v} free.", "Join us on {v}."),
        _date,
        _other_date,
    ),
    Kind(
        "starting time",
        "it starts at {v}",
        (
            "We start at {v}.",
            "The start is at {v}.",
            "Be there at {v}, please.",
            "It begins at {v}.",
        ),
        _time,
        _other_time,
    ),
    Kind(
        "place",
        "the place is {v}",
        (
            "The meeting point is {v}.",
            "You find us in {v}.",
            "The place is {v}.",
            "Come to {v}.",
        ),
        _pick(_PLACES),
        _swap(_PLACES),
    ),
    Kind(
        "price",
        "it costs {v} euros",
        (
            "Taking part costs {v} euros.",
            "The price is {v} euros a head.",
            "We ask for {v} euros each.",
            "Admission is {v} euros.",
        ),
        _number(3, 60),
        _near,
    ),
    Kind(
        "contact",
        "questions go to {v}",
        (
            "Questions are answered by {v}.",
            "{v} knows more.",
            "If anything is unclear, ask {v}.",
            "Please turn to {v} with questions.",
        ),
        _person,
        _other_person,
    ),
    Kind(
        "phone number",
        "the phone number is {v}",
        (
            "You can reach us on {v}.",
            "The phone number is {v}.",
            "Just call {v}.",
            "By phone we are there on {v}.",
        ),
        _number(2013, 9876),
        _near,
    ),
    Kind(
        "thing to bring",
        "people should bring {v}",
        (
            "Please bring {v}.",
            "Do not forget {v}.",
            "You will need {v}.",
            "Everyone should come with {v}.",
        ),
        _pick(_THINGS),
        _swap(_THINGS),
    ),
    Kind(
        "number of seats",
        "there are {v} seats",
        (
            "There are {v} seats.",
            "We have room for {v} people.",
            "It is limited to {v} people.",
            "The number of seats is {v}.",
        ),
        _number(12, 95),
        _near,
    ),
    Kind(
        "deadline",
        "people sign up by {v}",
        (
            "Sign up by {v}.",
            "Registration closes on {v}.",
            "The last day to register is {v}.",
            "We take names until {v}.",
        ),
        _date,
        _other_date,
    ),
    Kind(
        "duration",
        "it lasts {v} minutes",
        (
            "It lasts {v} minutes.",
            "Plan for {v} minutes.",
            "The whole thing takes {v} minutes.",
            "After {v} minutes it is over.",
        ),
        _number(30, 190, 5),
        _near,
    ),
)
