"""The questions of the family `strings`: each with its answer, slips and gross misses."""

from __future__ import annotations

import random
from collections.abc import Callable

from autograder.dataset.families.questions import Question
from autograder.dataset.families.strings_words import (
    Vocabulary,
    dropped,
    number,
    question,
    quoted,
    swapped,
    usual,
)

_ORDINALS = ("first", "second", "third", "fourth", "fifth")
_SEPARATORS = {"-": "a hyphen", "/": "a slash", "+": "a plus sign", "_": "an underscore"}
_VOWELS = "aeiou"

Make = Callable[[random.Random, Vocabulary, str], Question]


def _reversed(rng: random.Random, words: Vocabulary, word: str) -> Question:
    answer = word[::-1]
    ask = rng.choice((f'Write "{word}" backwards.', f'What is "{word}" reversed?'))
    near = (swapped(rng, answer), swapped(rng, answer), dropped(rng, answer))
    far = (word, "".join(sorted(word)), words.another(rng, word), word.upper())
    return usual(ask, f'"{word}" reversed', answer, near, far)


def _upper(rng: random.Random, words: Vocabulary, word: str) -> Question:
    answer, i = word.upper(), rng.randrange(len(word))
    ask = rng.choice((f'Write "{word}" in capital letters.', f'Put "{word}" in upper case.'))
    near = (answer[:i] + word[i] + answer[i + 1 :], dropped(rng, answer), swapped(rng, answer))
    far = (word, word.capitalize(), words.another(rng, word).upper(), word[0].upper())
    return usual(ask, f'"{word}" in capitals', answer, near, far)


def _lower(rng: random.Random, words: Vocabulary, word: str) -> Question:
    mixed = "".join(letter.upper() if rng.random() < 0.5 else letter for letter in word[1:])
    mixed = word[0].upper() + mixed
    ask = rng.choice((f'Write "{mixed}" in small letters.', f'Put "{mixed}" in lower case.'))
    near = (word.capitalize(), dropped(rng, word), swapped(rng, word))
    far = (mixed, word.upper(), words.another(rng, word), word[::-1])
    return usual(ask, f'"{mixed}" in small letters', word, near, far)


def _count(rng: random.Random, _: Vocabulary, word: str) -> Question:
    letter = rng.choice([c for c in word if word.count(c) > 1] or list(word))
    value = word.count(letter)
    ask = rng.choice(
        (
            f'How many times does the letter "{letter}" occur in "{word}"?',
            f'Count the letter "{letter}" in "{word}".',
        )
    )
    label = f'the count of "{letter}" in "{word}"'
    return number(ask, label, f'"{letter}" in "{word}"', value, (value + 4, value + 6, 10))


def _letters(rng: random.Random, _: Vocabulary, word: str) -> Question:
    ask = rng.choice((f'How many letters does "{word}" have?', f'Count the letters of "{word}".'))
    label = f'the number of letters in "{word}"'
    far = (len(word) * 2, len(word) + 10, 2, 1)
    return number(ask, label, f'the length of "{word}"', len(word), far)


def _start(rng: random.Random, words: Vocabulary, word: str) -> Question:
    n = rng.randint(2, 3)
    ask = rng.choice(
        (
            f"Give the first {n} letters of " + f'"{word}".',
            f'What are the first {n} letters of "{word}"?',
        )
    )
    near = (word[: n - 1], word[: n + 1], swapped(rng, word[:n]), word[1 : n + 1])
    far = (word[-n:], word, words.another(rng, word)[:n], word[::-1])
    return usual(ask, f'the start of "{word}"', word[:n], near, far)


def _tail(rng: random.Random, words: Vocabulary, word: str) -> Question:
    n = rng.randint(2, 3)
    ask = rng.choice(
        (f'Give the last {n} letters of "{word}".', f'What are the last {n} letters of "{word}"?')
    )
    near = (word[-n + 1 :], word[-n - 1 :], swapped(rng, word[-n:]), word[-n - 1 : -1])
    far = (word[:n], word, words.another(rng, word)[-n:], word[::-1])
    return usual(ask, f'the end of "{word}"', word[-n:], near, far)


def _initials(rng: random.Random, words: Vocabulary, _: str) -> Question:
    names = [
        rng.choice(words.first_names),
        rng.choice(words.middle_names),
        rng.choice(words.last_names),
    ]
    if rng.random() < 0.3:
        del names[1]
    full = " ".join(names)
    answer = "".join(name[0] for name in names)
    ask = rng.choice((f'Give the initials of "{full}".', f'What are the initials of "{full}"?'))
    near = (swapped(rng, answer), dropped(rng, answer), answer[:-1] + names[-1][1].upper())
    far = (names[-1], "".join(name[-1].upper() for name in names), full.upper(), full)
    return usual(ask, f'"{full}" in initials', answer, near, far)


def _no_vowels(rng: random.Random, words: Vocabulary, word: str) -> Question:
    answer = "".join(letter for letter in word if letter not in _VOWELS)
    kept = rng.choice([i for i, letter in enumerate(word) if letter in _VOWELS])
    slip = "".join(c for i, c in enumerate(word) if c not in _VOWELS or i == kept)
    ask = rng.choice(
        (f'Remove all vowels from "{word}".', f'What is left of "{word}" without a, e, i, o and u?')
    )
    near = (slip, slip, dropped(rng, answer), swapped(rng, answer))
    far = (word, "".join(c for c in word if c in _VOWELS), word[::-1], words.another(rng, word))
    return usual(ask, f'"{word}" without vowels', answer, near, far)


def _sorted(rng: random.Random, words: Vocabulary, word: str) -> Question:
    answer = "".join(sorted(word))
    ask = rng.choice(
        (
            f'Sort the letters of "{word}" alphabetically.',
            f'Put the letters of "{word}" in alphabetical order.',
        )
    )
    near = (swapped(rng, answer), swapped(rng, answer), dropped(rng, answer))
    far = (word, word[::-1], answer[::-1], words.another(rng, word))
    return usual(ask, f'"{word}" sorted', answer, near, far)


def _join(rng: random.Random, words: Vocabulary, word: str) -> Question:
    parts = [word, *rng.sample([other for other in rng.sample(words.words, 3) if other != word], 2)]
    sign = rng.choice(tuple(_SEPARATORS))
    other = rng.choice([s for s in _SEPARATORS if s != sign])
    answer, listed = sign.join(parts), ", ".join(map(quoted, parts))
    ask = f"Join {listed} with {_SEPARATORS[sign]}."
    near = (
        other.join(parts),
        sign.join((parts[0], parts[2], parts[1])),
        f"{parts[0]}{sign}{parts[1]}{parts[2]}",
    )
    far = (
        "".join(parts),
        sign.join(parts[:2]),
        sign.join(map(str.upper, parts)),
        f"{sign}{parts[2]}",
    )
    said = (f'"{word}" joined is', f'the join from "{word}":', f'joining "{word}" and so on gives')
    return question(ask, f'the join of "{word}"', answer, near, far, *said)


def _replace(rng: random.Random, words: Vocabulary, word: str) -> Question:
    old = rng.choice([c for c in word if word.count(c) > 1] or list(word))
    new = rng.choice([c for c in "aeioukmstx" if c not in word])
    answer = word.replace(old, new)
    ask = rng.choice(
        (
            f'Replace every "{old}" in "{word}" with "{new}".',
            f'Write "{word}" with "{new}" instead of each "{old}".',
        )
    )
    slip = rng.choice([c for c in "aeioukmstx" if c not in (old, new)])
    near = (word.replace(old, new, 1), word.replace(old, slip), swapped(rng, answer))
    far = (word, word.replace(old, ""), new * len(word), words.another(rng, word))
    return usual(ask, f'"{word}" with "{new}" for "{old}"', answer, near, far)


def _nth(rng: random.Random, _: Vocabulary, word: str) -> Question:
    n = rng.randint(1, 4)
    ask = rng.choice(
        (
            f'What is the {_ORDINALS[n]} letter of "{word}"?',
            f'Name the {_ORDINALS[n]} letter in "{word}".',
        )
    )
    beside = (word[n - 1], word[n + 1 : n + 2], word[n - 2] if n > 1 else "")
    absent = [letter for letter in "bdgkqvwxyz" if letter not in word]
    far = (*rng.sample(absent, 3), word)
    near = tuple(letter for letter in beside if letter not in ("", word[n])) or (absent[0],)
    return usual(ask, f'the {_ORDINALS[n]} letter of "{word}"', word[n], near, far)


def _ends_swapped(rng: random.Random, words: Vocabulary, word: str) -> Question:
    answer = word[-1] + word[1:-1] + word[0]
    ask = rng.choice(
        (
            f'Swap the first and the last letter of "{word}".',
            f'Write "{word}" with its first and last letter exchanged.',
        )
    )
    near = (word[-1] + word[1:-1], word[-1] + word[1:], swapped(rng, answer))
    far = (word, word[::-1], words.another(rng, word), word.upper())
    return usual(ask, f'"{word}" with its ends swapped', answer, near, far)


def _code(rng: random.Random, _: Vocabulary, __: str) -> Question:
    letters = "".join(rng.sample("ABCDEFGHJKLMNPRSTUVWXYZ", rng.randint(2, 3)))
    digits = "".join(rng.sample("123456789", rng.randint(3, 4)))
    code = f"{letters}-{digits}"
    what, answer, rest = rng.choice((("digits", digits, letters), ("letters", letters, digits)))
    ask = rng.choice(
        (f'Keep only the {what} of the code "{code}".', f'What are the {what} in "{code}"?')
    )
    near = (swapped(rng, answer), dropped(rng, answer), answer + rest[0])
    far = (code, rest, code[::-1], answer[::-1] + rest)
    return usual(ask, f'"{code}" cut to its {what}', answer, near, far)


def _title(rng: random.Random, words: Vocabulary, word: str) -> Question:
    parts = [word, rng.choice(("with", "and", "or", "for")), words.another(rng, word)]
    phrase, i = " ".join(parts), rng.randrange(3)
    answer = " ".join(part.capitalize() for part in parts)
    ask = f'Start every word of "{phrase}" with a capital letter.'
    one_left = " ".join(p if n == i else p.capitalize() for n, p in enumerate(parts))
    near = (one_left, one_left, phrase.capitalize())
    far = (phrase, phrase.upper(), " ".join(reversed(parts)), "".join(p[0].upper() for p in parts))
    return usual(ask, f'"{phrase}" with capitals', answer, near, far)


def _word_order(rng: random.Random, words: Vocabulary, word: str) -> Question:
    others = [other for other in rng.sample(words.words, 4) if other != word][:3]
    parts = [word, *others[: rng.randint(2, 3)]]
    phrase, back = " ".join(parts), parts[::-1]
    ask = f'Put the words of "{phrase}" in reverse order.'
    near = (" ".join((back[1], back[0], *back[2:])), " ".join((*back[:-2], back[-1], back[-2])))
    far = (phrase, phrase[::-1], word, " ".join(back[:2]).upper())
    said = (
        f'"{word}" and the others in reverse:',
        f'from "{word}" backwards:',
        f'the list with "{word}" last:',
    )
    return question(ask, f'the words from "{word}" reversed', " ".join(back), near, far, *said)


KINDS: tuple[Make, ...] = (
    _reversed, _upper, _lower, _count, _letters, _start, _tail, _initials, _no_vowels, _sorted,
    _join, _replace, _nth, _ends_swapped, _code, _title, _word_order,
)  # fmt: skip
