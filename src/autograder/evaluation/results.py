"""What the evaluate stage measured: what is in which file, and how it is written and read.

    reports/metrics.json            `Metrics`: the headline, small enough for `dvc metrics diff`
    reports/eval/systems.json       `Systems`: judge, baselines and gains in full
    reports/eval/groups.json        `Grouped`: the judge by level, category, language and source
    reports/eval/distribution.json  `Distribution`: shares of the scores, and reliability
    reports/eval/behaviour.json     `Failures[Rate]`: known failures, with counts
    reports/eval/reasoning.json     `Reasoning`: the generated sample
    reports/eval/predictions.jsonl  `Prediction` rows
    reports/eval/reasonings.jsonl   `Reasoned` rows

Importing this takes no torch.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.evaluation.headline import (
    BaselineHeadline,
    JudgeHeadline,
    MainIntervals,
    Metrics,
    PartHeadline,
    ReasoningHeadline,
    StartHeadline,
)
from autograder.evaluation.result_models import (
    Distribution,
    Failures,
    Figure,
    Grouped,
    Model,
    Rate,
    Reasoning,
    Speed,
    Systems,
    UsualBaselines,
)
from autograder.evaluation.typed_files import M, made_by, read_json
from autograder.files import json_text

SYSTEMS = "systems.json"


@dataclass(frozen=True)
class Measured:
    """All figures of one evaluation; each field but `speed` is a file in `reports/eval`."""

    systems: Systems
    groups: Grouped
    distribution: Distribution
    behaviour: Failures[Rate]
    reasoning: Reasoning
    speed: Speed

    def headline(self) -> Metrics:
        """What `reports/metrics.json` holds."""
        test, holdout = self.systems.test, self.systems.holdout
        natural, first_tests = self.systems.natural, self.systems.first_tests
        intervals = _part(MainIntervals, test.judge.interval)
        return Metrics(
            judge=_part(JudgeHeadline, test.judge, interval=intervals),
            baselines=UsualBaselines[BaselineHeadline](
                **{
                    name: _part(BaselineHeadline, row)
                    for name, row in test.baselines.items()
                    if name != "start"
                }
            ),
            start=self._start(),
            natural=_part(PartHeadline, natural) if natural else None,
            first_tests=_part(PartHeadline, first_tests) if first_tests else None,
            holdout=_part(PartHeadline, holdout.judge) if holdout else None,
            behaviour=Failures[Figure](**{name: row.rate for name, row in self.behaviour}),
            reasoning=_part(ReasoningHeadline, self.reasoning),
            speed=self.speed,
        )

    def _start(self) -> StartHeadline | None:
        started, test = self.systems.start, self.systems.test
        if started is None or test.baselines.start is None or test.gain.start is None:
            return None
        user = started.user.gain if started.user else None
        return _part(StartHeadline, test.baselines.start, gain=test.gain.start, gain_user=user)

    def write(self, folder: Path) -> None:
        """Write the files of `reports/eval` that hold figures."""
        for name in _TABLES:
            (folder / f"{name}.json").write_text(to_json(getattr(self, name)), encoding="utf-8")


_TABLES: dict[str, type[Model]] = {
    "systems": Systems,
    "groups": Grouped,
    "distribution": Distribution,
    "behaviour": Failures[Rate],
    "reasoning": Reasoning,
}


def read_results(metrics: Path, folder: Path) -> Measured:
    """Read what `Measured` holds.

    Args:
        metrics: `reports/metrics.json`.
        folder: `reports/eval`.

    Raises:
        DataError: names file and field, and the stage that makes the file anew.
    """
    with made_by("evaluate"):
        speed = read_json(metrics, Metrics).speed
        tables: dict[str, Any] = {
            name: read_json(folder / f"{name}.json", model) for name, model in _TABLES.items()
        }
    return Measured(**tables, speed=speed)


def to_json(model: Model) -> str:
    """A model as the text of a file."""
    return json_text(rounded(model.model_dump()))


def to_jsonl(rows: Sequence[Model]) -> str:
    """Models as the text of a file, one a line."""
    lines = (json.dumps(rounded(row.model_dump()), ensure_ascii=False) for row in rows)
    return "".join(f"{line}\n" for line in lines)


def rounded(values: Any) -> Any:
    """Six digits after the point: more would be noise in a diff."""
    if isinstance(values, float):
        return round(values, 6)
    if isinstance(values, dict):
        return {key: rounded(value) for key, value in values.items()}
    if isinstance(values, list | tuple):
        return [rounded(value) for value in values]
    return values


def _part(model: type[M], whole: Model, **changes: Model | None) -> M:
    """The fields of `whole` that `model` has, too."""
    same = {name: getattr(whole, name) for name in model.model_fields if name not in changes}
    return model(**same | changes)
