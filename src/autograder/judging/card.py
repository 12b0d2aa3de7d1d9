"""The model card that travels with a judge."""

from __future__ import annotations

from typing import Any

from autograder.bases.catalog import resolve
from autograder.errors import UnknownModelError
from autograder.judging.folder import can_solve

_CARD = """---
base_model: {name}
library_name: peft
license: {licence}
tags: [llm-as-a-judge, lora]
---

# A judge: (prompt, response, rubric) -> score 1 to 5 and a reasoning

A LoRA adapter (r={r}, alpha={alpha:g}, dropout={dropout:g}) on `{name}`, trained with the base in
{bits} bits on graded examples, with the loss on the verdict only.

```python
from autograder import Judge

judge = Judge.load("{folder}")
print(judge.evaluate("What is 2+2?", "5", "Factual accuracy"))
```

The score is the most probable digit after `Score: `; the five probabilities come from one
forward pass at temperature {temperature:.3f}, fitted on the validation split. `judge.json` holds
the base's pin, the digits' token ids and every parameter. The adapter alone loads with plain
`peft` on the same base.
{solves}
## On the validation split, at the best epoch

| measure | value |
|---|---|
{rows}

The best epoch was chosen on this split, so these figures flatter; those of the held-out test
split are in `reports/metrics.json` of the project that trained it.

## Limits

It grades by its rubric what it can see in the text; it looks nothing up and runs no code. A
score is an estimate: use the expected score and the confidence, and let a human see what
matters. It was trained on short texts, mostly English.
"""

_SOLVES = """
Where there is no reference answer, the base first answers the prompt itself in a sentence, and the
judge reads that before the response: the figures below are of this. With `solve=False`, and with
plain `peft`, it reads the response alone, which is quicker and less often right.
"""


def model_card(judge: dict[str, Any], folder: str = "build/judge") -> str:
    """The card, as Markdown, from the contents of `judge.json`."""
    name = judge["base"]["name"]
    try:
        licence = resolve(name).licence
    except UnknownModelError:
        licence = ""
    rows = "\n".join(
        f"| {key} | {'undefined' if value is None else format(value, '.3f')} |"
        for key, value in judge["validation"].items()
    )
    return _CARD.format(
        name=name,
        licence=licence or "other",
        bits=judge["params"]["quantization"]["bits"],
        temperature=judge["temperature"],
        rows=rows,
        solves=_SOLVES if can_solve(judge) else "",
        folder=folder,
        **{key: judge["params"]["lora"][key] for key in ("r", "alpha", "dropout")},
    )
