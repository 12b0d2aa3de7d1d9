"""Python code with four stated tests; the number that pass when it is run decides.

Every response is run in the sandbox. The construction says which tests should pass, too: where
the run disagrees, no item is made.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autograder.dataset import sandbox
from autograder.dataset.families import compose
from autograder.dataset.families.code_branches import BRANCHES
from autograder.dataset.families.code_lists import lists
from autograder.dataset.families.code_numbers import NUMBERS
from autograder.dataset.families.code_parts import Exercise, Part, four_functions, with_stubs
from autograder.dataset.families.code_texts import texts
from autograder.dataset.families.code_words import FAMILY, Words, read
from autograder.dataset.sandbox import Outcome, Program
from autograder.errors import DataError
from autograder.schema import SCORES, GradedResponse, Item

_ONE_FUNCTION = 0.35
_GROSS = 0.5  # of the misses
_BROKEN = 0.08  # of the responses that pass nothing: right but for its syntax
_IN_PROMPT = 0.78  # the tests; else in the rubric
_SOLVED = 0.9  # with a right solution in the rubric, of those with the tests in the prompt
_PROMPT_WORDS = 110
_RUBRIC_WORDS = 70
_SHORT_CALL = 3  # words

_VERBS = ("==", "->", "gives", "returns")
_NOUNS = (
    ("test", "passing", "failing"),
    ("test", "passed", "failed"),
    ("example", "right", "wrong"),
)


@dataclass(frozen=True, slots=True)
class _Answer:
    score: int
    text: str
    program: Program
    kept: list[bool]


@dataclass(frozen=True, slots=True)
class _Draft:
    """An item before its code has been run."""

    identity: str
    prompt: str
    rubric: str
    exercise: Exercise
    noun: tuple[str, str]
    answers: tuple[_Answer, ...]
    rng: random.Random
    words: Words

    def finish(self, outcomes: list[tuple[Outcome, ...]]) -> Item:
        """The item with the reasons that the run gives.

        Raises:
            DataError: the run and the construction disagree about a test.
        """
        rng, words, responses = self.rng, self.words, []
        for answer, results in zip(self.answers, outcomes, strict=True):
            findings = []
            checks = zip(self.exercise.parts, answer.kept, results, strict=True)
            for part, right, outcome in checks:
                if outcome.passed != right:
                    message = (
                        f"{part.call} {'fails' if right else 'passes'} with the response of score "
                        f"{answer.score}, against its construction; mend the template"
                    )
                    raise DataError(message, path=f"family {FAMILY}", field=self.identity)
                findings.append(_finding(part, outcome, self.exercise.loose))
            if all(outcome.error == "SyntaxError" for outcome in results):
                told = rng.choice(words.say.unparsed)
                reason = told.format(call=self.exercise.parts[0].call)
            else:
                reason = words.composer.explain(rng, *self.noun, findings)
            responses.append(GradedResponse(answer.score, answer.text, reason))
        return Item(
            id=self.identity,
            category="code",
            level=1,
            language="en",
            prompt=self.prompt,
            rubric=self.rubric,
            responses=tuple(responses),
            source=FAMILY,
        )


def _finding(part: Part, outcome: Outcome, named: bool) -> compose.Finding:
    wanted, call = repr(part.test.wanted), f"`{part.call}`"
    is_short = not named or len(call.split()) <= _SHORT_CALL
    brief = call if is_short else f"`{part.test.name}`"
    if outcome.passed:
        text = f"{brief} gives {wanted}" if is_short else f"{brief} is right"
        return compose.Finding(True, text, text)
    if outcome.error == "NotImplementedError":
        told = f"`{part.test.name}` is left unwritten"
        return compose.Finding(False, told, told)
    got = f"raises {outcome.error}" if outcome.error else f"gives {outcome.value}"
    long = f"{call} {got} instead of {wanted}"
    return compose.Finding(False, long, f"{brief} {got}, not {wanted}")


def _exercise(words: Words, rng: random.Random) -> Exercise:
    if rng.random() < _ONE_FUNCTION:
        return rng.choice(BRANCHES)(words, rng)
    makers = (*NUMBERS, *lists(words), *texts(words))
    parts = [make(rng) for make in rng.sample(makers, 4)]
    return four_functions([with_stubs(part, words.say.stubs, words.say.echoes) for part in parts])


def _tests(exercise: Exercise, verb: str) -> list[str]:
    return [f"{part.call} {verb} {part.test.wanted!r}" for part in exercise.parts]


def _ask(words: Words, rng: random.Random, exercise: Exercise, tests: list[str] | None) -> str:
    leads = words.say.one_function if exercise.head else words.say.four_functions
    lead = rng.choice(leads).format(head=exercise.head)
    mark = rng.choice(("- ", "* ", "{}. ", "{}) "))
    form = rng.choice(("{ask}; {test}", "{ask} ({test})", "{ask}. Test: {test}", "{ask}, {test}"))
    rows = []
    for k, part in enumerate(exercise.parts):
        text = form.format(ask=part.ask, test=tests[k]) if tests else part.ask
        rows.append(mark.format(k + 1) + text)
    return "\n".join((lead, *rows))


def _solution(exercise: Exercise) -> str:
    """Expressions that do it, where each function is one line."""
    parts = []
    for part in exercise.parts:
        bodies = [version.split("\n")[1:] for version in part.right]
        short = [lines[0] for lines in bodies if len(lines) == 1]
        if exercise.head or not short:
            return ""
        parts.append(f"{part.test.name} {short[0].split('return ')[1]}")
    return "; ".join(parts)


def _respond(
    composer: compose.Composer,
    rng: random.Random,
    style: random.Random,
    exercise: Exercise,
    score: int,
) -> _Answer:
    kept = compose.draw_kept(rng, score)
    broken = score == 1 and rng.random() < _BROKEN
    pieces = []
    form = style.randrange(2)
    for part, right in zip(exercise.parts, kept, strict=True):
        if right or broken:
            pieces.append(part.right[form % len(part.right)])
        else:
            pieces.append(rng.choice(part.gross if rng.random() < _GROSS else part.near))
    if exercise.loose and style.random() < 0.3:
        style.shuffle(pieces)
    source = exercise.compose(pieces)
    if broken:
        source = source.replace("):\n", ")\n", 1)
    opener, closer = style.choice(composer.openers), style.choice(composer.closers)
    fence = style.random() < 0.5
    shown = f"```python\n{source}\n```" if fence else source
    text = "\n".join(part for part in (opener, shown, closer) if part)
    calls = tuple(part.test for part in exercise.parts)
    return _Answer(score, text, Program(source, calls), kept)


def _draft(words: Words, rng: random.Random, identity: str) -> _Draft:
    composer = words.composer
    while True:
        exercise = _exercise(words, rng)
        tests = _tests(exercise, rng.choice(_VERBS))
        where = "prompt" if rng.random() < _IN_PROMPT else "rubric"
        prompt = _ask(words, rng, exercise, tests if where == "prompt" else None)
        if len(prompt.split()) <= _PROMPT_WORDS:
            break
    thing, good, bad = rng.choice(_NOUNS)
    scale = composer.rule(rng, thing, good, bad)
    extra = ""
    if where == "rubric":
        extra = rng.choice(("Tests: ", "To be run: ", "Examples: ")) + "; ".join(tests) + "."
    elif rng.random() < _SOLVED and (solution := _solution(exercise)):
        extra = rng.choice(("Right would be: ", "Reference: ", "Key: ")) + solution + "."
    criterion = rng.choice(words.say.criteria)
    rubric = composer.rubric(rng, criterion, scale, extra, remark=len(extra.split()) < 24)
    if len(rubric.split()) > _RUBRIC_WORDS:
        rubric = f"{extra if where == 'rubric' else criterion} {scale}"
    answers = tuple(
        _respond(composer, rng, style, exercise, score)
        for score, style in zip(SCORES, compose.styles(rng), strict=True)
    )
    return _Draft(identity, prompt, rubric, exercise, (thing, good), answers, rng, words)


def items(count: int, seed: int, words: Path) -> list[Item]:
    """Make `count` items; the first m are the same whatever `count` is.

    Raises:
        DataError: the run of a response disagrees with its construction.
    """
    drafts = compose.build(FAMILY, partial(_draft, read(words)), count, seed)
    outcomes = sandbox.run([answer.program for draft in drafts for answer in draft.answers])
    size = len(SCORES)
    return [draft.finish(outcomes[k * size : (k + 1) * size]) for k, draft in enumerate(drafts)]
