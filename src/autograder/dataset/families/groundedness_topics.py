"""Slots of the `groundedness` passages: what is invented about whom, and how it is said.

In all templates `{s}` is the subject and `{v}` the value.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """One attribute.

    Attributes:
        ask: how a question names it.
        kind: which sampler makes its values.
        told: how the passage tells it.
        said: how a response repeats it.
        brief: how an explanation names it; also usable after `the`.
    """

    ask: str
    kind: str
    told: tuple[str, ...]
    said: tuple[str, ...]
    brief: str


@dataclass(frozen=True, slots=True)
class Topic:
    """A kind of subject; a claim (with its short name) is told by some passages
    and by responses to others, which makes it an invention there."""

    noun: str
    names: tuple[str, ...]
    facts: tuple[Fact, ...]
    claims: tuple[tuple[str, str], ...]


_FIRST = ("Alder", "Brenna", "Calder", "Doran", "Eskil", "Fenwick", "Garrow", "Hesper", "Ivory",
          "Juniper", "Kestrel", "Lantern", "Merrow", "Nordlys", "Orrin", "Pascal", "Quill",
          "Rowan", "Sable", "Tarn", "Umber", "Vesper", "Wicker", "Yarrow")  # fmt: skip


def _named(*kinds: str) -> tuple[str, ...]:
    return tuple(f"{first} {kind}" for first in _FIRST for kind in kinds)


COMPANY = Topic(
    "company",
    _named("Works", "Trading", "Group", "Brothers"),
    (
        Fact("when it was founded", "year", ("{s} was founded in {v}.", "{s} started in {v}."),
             ("{s} was founded in {v}", "{s} has existed since {v}"), "founding year"),
        Fact("where it has its head office", "town",
             ("{s} has its head office in {v}.", "{s} is run from {v}."),
             ("{s} has its head office in {v}", "its head office is in {v}"), "head office"),
        Fact("who leads it", "person", ("{s} is led by {v}.", "The chief executive is {v}."),
             ("{s} is led by {v}", "the chief executive is {v}"), "chief executive"),
        Fact("how many people it employs", "count",
             ("{s} employs {v} people.", "{v} people work there."),
             ("{s} employs {v} people", "{v} people work there"), "staff number"),
        Fact("how many shops it runs", "small", ("{s} runs {v} shops.", "It has {v} shops."),
             ("{s} runs {v} shops", "there are {v} shops"), "number of shops"),
        Fact("who founded it", "person",
             ("The founder was {v}.", "The first owner and founder was {v}."),
             ("the founder was {v}", "{s} was founded by {v}"), "founder"),
        Fact("what its main material is", "material",
             ("{s} works mainly with {v}.", "Most of its goods use {v}."),
             ("{s} works mainly with {v}", "its main material is {v}"), "main material"),
    ),
    (("{s} won an export prize", "an export prize"),
     ("{s} plans a second factory", "a second factory"),
     ("its shares are publicly traded", "publicly traded shares"),
     ("{s} supports a football team", "a football team"),
     ("the staff canteen is free", "a free canteen"),
     ("{s} sells mostly abroad", "sales abroad")),
)  # fmt: skip

TRIP = Topic(
    "trip",
    _named("Valley Tour", "Coast Trip", "Lakes Walk", "Ridge Trail"),
    (
        Fact("where it starts", "town", ("{s} starts in {v}.", "The group meets in {v}."),
             ("{s} starts in {v}", "the starting point is {v}"), "starting point"),
        Fact("where it ends", "town", ("{s} ends in {v}.", "The last stop is {v}."),
             ("{s} ends in {v}", "the last stop is {v}"), "last stop"),
        Fact("how long the route is", "small",
             ("The route is {v} kilometres long.", "{s} covers {v} kilometres."),
             ("the route is {v} kilometres long", "{s} covers {v} kilometres"), "route length"),
        Fact("what it costs", "price", ("The price is {v} euros.", "{s} costs {v} euros."),
             ("the price is {v} euros", "{s} costs {v} euros"), "price"),
        Fact("who guides it", "person", ("{v} is the guide.", "{s} is guided by {v}."),
             ("the guide is {v}", "{s} is guided by {v}"), "guide"),
        Fact("on which day it departs", "weekday",
             ("{s} departs on a {v}.", "Departure is always on a {v}."),
             ("{s} departs on a {v}", "departure is on a {v}"), "departure day"),
        Fact("how many people can join", "small",
             ("Up to {v} people can join.", "There are places for {v} people."),
             ("up to {v} people can join", "there is room for {v} people"), "group size"),
    ),
    (("a picnic lunch is included", "a picnic lunch"),
     ("{s} includes a rain jacket", "a rain jacket"),
     ("dogs may come along", "a rule on dogs"),
     ("{s} passes an old monastery", "a monastery"),
     ("there is one river crossing", "a river crossing"),
     ("children pay half", "a price for children")),
)  # fmt: skip

PRODUCT = Topic(
    "product",
    _named("Kettle", "Letter Box", "Desk Lamp", "Bike Bell"),
    (
        Fact("what it costs", "price", ("{s} costs {v} euros.", "The price is {v} euros."),
             ("{s} costs {v} euros", "the price is {v} euros"), "price"),
        Fact("how much it weighs", "count", ("{s} weighs {v} grams.", "Its weight is {v} grams."),
             ("{s} weighs {v} grams", "its weight is {v} grams"), "weight"),
        Fact("which colour it comes in", "colour",
             ("{s} comes in {v}.", "The only colour is {v}."),
             ("{s} comes in {v}", "the only colour is {v}"), "colour"),
        Fact("what it is made of", "solid", ("{s} is made of {v}.", "The body is {v}."),
             ("{s} is made of {v}", "it is made from {v}"), "material"),
        Fact("who designed it", "person", ("{s} was designed by {v}.", "The designer is {v}."),
             ("{s} was designed by {v}", "the designer is {v}"), "designer"),
        Fact("where it is made", "town", ("{s} is made in {v}.", "The factory is in {v}."),
             ("{s} is made in {v}", "the factory is in {v}"), "place of manufacture"),
        Fact("how long the warranty lasts", "small",
             ("The warranty lasts {v} months.", "{s} has a warranty of {v} months."),
             ("the warranty lasts {v} months", "the warranty ends after {v} months"), "warranty"),
    ),
    (("{s} has a rubber foot", "a rubber foot"),
     ("a spare screw is included", "a spare screw"),
     ("{s} won a design award", "a design award"),
     ("{s} ships in a cotton bag", "a cotton bag"),
     ("the parts can be recycled", "recycling"),
     ("a smaller model is planned", "a smaller model")),
)  # fmt: skip

EVENT = Topic(
    "event",
    _named("Jazz Week", "Book Fair", "Harvest Market", "Film Nights"),
    (
        Fact("where it takes place", "town", ("{s} takes place in {v}.", "The venue is in {v}."),
             ("{s} takes place in {v}", "the venue is in {v}"), "place"),
        Fact("in which month it is held", "month", ("{s} is held in {v}.", "It happens each {v}."),
             ("{s} is held in {v}", "the month is {v}"), "month"),
        Fact("how many visitors came last year", "count",
             ("Last year {v} visitors came.", "{s} drew {v} visitors last year."),
             ("{v} visitors came last year", "last year it drew {v} visitors"),
             "visitor number"),
        Fact("what a ticket costs", "small",
             ("A ticket costs {v} euros.", "Tickets are {v} euros."),
             ("a ticket costs {v} euros", "tickets are {v} euros"), "ticket price"),
        Fact("who organises it", "person", ("The organiser is {v}.", "{s} is organised by {v}."),
             ("the organiser is {v}", "{s} is organised by {v}"), "organiser"),
        Fact("who opens it", "person",
             ("The opening speech is given by {v}.", "{v} opens the first evening."),
             ("the opening speech is given by {v}", "{v} opens it"), "opening speaker"),
        Fact("when it was first held", "year",
             ("{s} was first held in {v}.", "The first one was in {v}."),
             ("{s} was first held in {v}", "the first one was in {v}"), "first year"),
    ),
    (("children get in free", "free entry"),
     ("{s} ends with fireworks", "a firework display"),
     ("bakers sell food outside", "food for sale"),
     ("{s} is broadcast on radio", "a broadcast"),
     ("dogs are not allowed", "a ban on dogs"),
     ("part of it is outdoors", "an outdoor part")),
)  # fmt: skip

TOPICS = (COMPANY, TRIP, PRODUCT, EVENT)
