"""Clock questions of the family `dates`: each with its answer, slips and gross misses."""

from __future__ import annotations

import random
from datetime import datetime, timedelta, timezone

from autograder.dataset.families import compose
from autograder.dataset.families.dates_words import Make, Words
from autograder.dataset.families.questions import Question

_ORDINALS = ("first", "second", "third", "fourth", "fifth")
_MIDNIGHT = datetime(2024, 1, 1)
_DAY = 24 * 60


def _clock(minutes: int) -> str:
    return (_MIDNIGHT + timedelta(minutes=minutes)).strftime("%H:%M")


def _twelve(minutes: int) -> str:
    hour, minute = divmod(minutes % _DAY, 60)
    return f"{(hour + 11) % 12 + 1}:{minute:02} {'am' if hour < 12 else 'pm'}"


def _length(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    parts = (f"{hours} h" if hours else "", f"{rest} min" if rest else "")
    return " ".join(part for part in parts if part)


def _in_full(text: str) -> str:
    parts = text.replace(" h", " hours").replace(" min", " minutes").split()
    singular = [w[:-1] if n and parts[n - 1] == "1" else w for n, w in enumerate(parts)]
    return " ".join(singular)


def _far_clock(rng: random.Random, minutes: int) -> tuple[str, ...]:
    return tuple(
        _clock(minutes + 60 * hours + rng.choice((0, 15, 20)))
        for hours in rng.sample(range(3, 21), 3)
    )


def _near_clock(minutes: int) -> tuple[str, ...]:
    return tuple(_clock(minutes + slip) for slip in (-60, 60, -10, 10, 5, -5))


def _duration(rng: random.Random, words: Words) -> Question:
    start, minutes = 5 * rng.randint(84, 240), 5 * rng.randint(9, 47)
    thing, a, b = rng.choice(words.things.running), _clock(start), _clock(start + minutes)
    ask = rng.choice(
        (f"A {thing} runs from {a} to {b}. How long is it?", f"How long is a {thing}, {a} to {b}?")
    )
    label = f"the time from {a} to {b}"
    said = (f"the {thing} takes {{v}}", f"from {a} to {b} it is {{v}}", f"{a} to {b}: {{v}}")
    slips = [minutes + slip for slip in (-60, 60, -10, 10, 5, -5)]
    near = tuple(_length(slip) for slip in slips if slip > 0)
    far = tuple(_length(m) for m in (minutes * 2 + 60, minutes + 240, minutes + 305, 7))
    brief = f"{a} to {b}"
    return Question(ask, label, brief, said, _length(minutes), near, far, _in_full)


def _end(rng: random.Random, words: Words) -> Question:
    start, minutes = 5 * rng.randint(72, 260), 5 * rng.randint(5, 28)
    thing = rng.choice(words.things.starting)
    end = start + minutes
    a = _clock(start)
    ask = rng.choice(
        (
            f"A {thing} of {minutes} minutes starts at {a}. When does it end?",
            f"When is a {thing} over that begins at {a} and takes {minutes} minutes?",
        )
    )
    label = f"the end of the {thing}"
    said = (f"the {thing} ends at {{v}}", f"{label} is at {{v}}", f"{a} + {minutes} minutes: {{v}}")
    brief = f"{a} + {minutes} min"
    return Question(ask, label, brief, said, _clock(end), _near_clock(end), _far_clock(rng, end))


def _start(rng: random.Random, words: Words) -> Question:
    end, minutes = 5 * rng.randint(144, 250), 5 * rng.randint(5, 25)
    thing = rng.choice(words.things.baked)
    start = end - minutes
    b = _clock(end)
    ask = rng.choice(
        (
            f"The {thing} bakes for {minutes} minutes. When must it go in to be ready at {b}?",
            f"The {thing} has to be done at {b} and takes {minutes} minutes. When do I start it?",
        )
    )
    label = f"the start for the {thing}"
    said = (f"the {thing} starts at {{v}}", f"{label} is {{v}}", f"{b} - {minutes} minutes: {{v}}")
    near, far = _near_clock(start), _far_clock(rng, start)
    return Question(ask, label, f"{b} - {minutes} min", said, _clock(start), near, far)


def _zone(rng: random.Random, words: Words) -> Question:
    cities = words.cities
    a, b = rng.sample(sorted(cities), 2)
    while cities[a] == cities[b]:
        a, b = rng.sample(sorted(cities), 2)
    here, there = (timezone(timedelta(hours=cities[city])) for city in (a, b))
    now = datetime(2024, 1, 2, rng.randrange(24), 5 * rng.randrange(12), tzinfo=here)
    then = now.astimezone(there)
    gap = cities[b] - cities[a]
    side = "ahead of" if gap > 0 else "behind"
    hours = f"{abs(gap)} hour{'s' if abs(gap) > 1 else ''}"
    clock = f"{now:%H:%M}"
    ask = f"{b} is {hours} {side} {a}. What time is it in {b} when it is {clock} in {a}?"
    minutes = then.hour * 60 + then.minute
    label = f"the time in {b} at {clock} in {a}"
    said = (f"in {b} it is {{v}}", f"{label} is {{v}}", f"{clock} in {a}, time in {b}: {{v}}")
    near = tuple(_clock(minutes + slip) for slip in (-60, 60, 120, -120, -120 * gap))
    far = (clock, *_far_clock(rng, minutes))
    return Question(ask, label, f"the time in {b}", said, f"{then:%H:%M}", near, far)


def _to_24(rng: random.Random, _: Words) -> Question:
    minutes = rng.choice((rng.randrange(_DAY), rng.randrange(13 * 60, _DAY)))
    twelve, right = _twelve(minutes), _clock(minutes)
    ask = rng.choice(
        (f"How is {twelve} written on a 24-hour clock?", f"What is {twelve} in 24-hour time?")
    )
    label = f"{twelve} on the 24-hour clock"
    said = (f"{twelve} is {{v}}", f"{twelve} is written {{v}}", f"{twelve} = {{v}}")
    near = tuple(_clock(minutes + slip) for slip in (-720, -720, -120, 60, -60))
    return Question(ask, label, twelve, said, right, near, _far_clock(rng, minutes))


def _to_12(rng: random.Random, _: Words) -> Question:
    minutes = rng.choice((rng.randrange(_DAY), rng.randrange(13 * 60, _DAY)))
    full, right = _clock(minutes), _twelve(minutes)
    ask = rng.choice(
        (f"How is {full} written with am or pm?", f"What is {full} on a 12-hour clock?")
    )
    label = f"{full} with am or pm"
    said = (f"{full} is {{v}}", f"{full} is written {{v}}", f"{full} = {{v}}")
    near = tuple(_twelve(minutes + slip) for slip in (-720, -720, 120, 60, -60))
    far = tuple(_twelve(minutes + 60 * hours + 17) for hours in rng.sample(range(3, 21), 3))
    return Question(ask, label, full, said, right, near, far)


def _every(rng: random.Random, words: Words) -> Question:
    first, gap = 5 * rng.randint(66, 200), 5 * rng.randint(2, 9)
    ride = rng.choice(words.things.regular)
    number = rng.randint(2, 4)
    a, which, then = _clock(first), _ORDINALS[number], first + gap * number
    ask = f"The first {ride} leaves at {a}, then one every {gap} minutes. When does the {which} go?"
    label = f"the departure of the {which} {ride}"
    said = (f"the {which} {ride} leaves at {{v}}", f"{label} is {{v}}", f"{which} {ride}: {{v}}")
    near = tuple(_clock(then + slip) for slip in (-gap, gap, 5, -5))
    return Question(
        ask, label, f"the {which} {ride}", said, _clock(then), near, _far_clock(rng, then)
    )


def _next(rng: random.Random, words: Words) -> Question:
    first, ride = 5 * rng.randint(66, 200), rng.choice(words.things.listed)
    times = [first]
    for _ in range(3):
        times.append(times[-1] + 5 * rng.randint(3, 9))
    place = rng.randrange(1, 4)
    after = rng.randrange(times[place - 1] + 1, times[place])
    listed = [_clock(minutes) for minutes in times]
    ask = (
        f"There is a {ride} at {compose.join(listed)}. "
        f"Which is the first I can take after {_clock(after)}?"
    )
    label = f"the first {ride} after {_clock(after)}"
    said = (f"{label} goes at {{v}}", f"{label} is the one at {{v}}", f"{label}: {{v}}")
    near = tuple(clock for clock in listed if clock != listed[place])
    far = _far_clock(rng, times[place])
    return Question(ask, label, label, said, listed[place], near, far)


def _minutes(rng: random.Random, _: Words) -> Question:
    hours, rest = rng.randint(1, 5), 5 * rng.randint(1, 11)
    total, length = hours * 60 + rest, f"{hours} h {rest} min"
    ask = rng.choice((f"How many minutes are {length}?", f"What is {length} in minutes?"))
    said = (f"{length} = {{v}}", f"{length} is {{v}}", f"{length} makes {{v}}")
    near = tuple(f"{n} minutes" for n in (hours * 100 + rest, total + 10, total - 10, total - 60))
    far = tuple(f"{n} minutes" for n in (total * 3, hours + rest, total + 400, total * 10))
    return Question(ask, f"{length} in minutes", length, said, f"{total} minutes", near, far)


KINDS: tuple[Make, ...] = (
    _duration, _end, _start, _zone, _to_24, _to_12, _every, _next, _minutes
)  # fmt: skip
