"""The README of an export: what it is, how to grade with it, how good it is, what it is not."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping

from autograder.evaluation.result_models import Figures
from autograder.export.evidence import Evidence
from autograder.export.trained import Trained
from autograder.terminal import printable

_MEASURES = {
    "exact": "exactly the label",
    "within_1": "at most 1 off",
    "mae": "mean distance",
    "pearson": "Pearson",
    "spearman": "Spearman",
    "kappa": "weighted kappa",
    "rps": "ranked probability score",
    "ece": "calibration error",
}
_SYSTEMS = ("judge", "base_model", "linear_probe", "majority", "length_only")
_DRAWN = {
    "num_natural": "natural examples",
    "num_bank": "ladders from 1 to 5",
    "num_constructed": "program-made examples",
}
_LICENCES = {"Apache-2.0": "apache-2.0", "MIT": "mit"}
_LIBRARIES = {"judge": "peft", "merged": "transformers", "adapter": "peft", "gguf": "gguf"}

_INTENDED = """\
To rank, filter and watch the answers of other models by a rubric that you write, where a grade
can be wrong now and then: comparing two versions of a system, finding the answers that a person
should read, regression tests. Use `expected_score` and the probabilities, not the score alone.

Not for decisions about people (exams, hiring, benefits, moderation without appeal), not as the
only check before an answer that can do harm, and not as a fact checker."""

_LIMITS = """\
It grades by its rubric what it can see in the text; it looks nothing up and runs no code. It is a
small model trained on short texts, mostly English; on longer texts, other languages and kinds of
task that are not in its training it is less sure and less right. A reasoning is generated after
the score and does not explain how the score came about. Whoever writes the response can try to
talk the judge into a grade: the texts are kept from becoming control tokens, but no judge is
proof against persuasion."""


def escape(text: str) -> str:
    """Somebody's text as one line of Markdown that is nothing but text."""
    line = printable(text)
    return re.sub(f"([{re.escape(string.punctuation)}])", r"\\\1", line)


def fenced(text: str, language: str = "") -> str:
    """A code block whose fence is longer than any in the text."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip(chr(10))}\n{fence}"


def front_matter(trained: Trained, kind: str) -> str:
    """The card's metadata as the hub reads it; whatever stands in a name stays a string."""
    from huggingface_hub import ModelCardData

    licence, repo = trained.licence, trained.hub_repo
    known = _LICENCES.get(licence or "")
    data = ModelCardData(
        base_model=repo[0] if repo else None,
        language=["en"],
        license=known or "other",
        license_name=None if known or not licence else licence,
        library_name=_LIBRARIES[kind],
        pipeline_tag="text-generation",
        tags=["llm-as-a-judge", "evaluation", "autograder", kind],
    )
    return f"---\n{data.to_yaml()}\n---\n"


def card(
    trained: Trained,
    kind: str,
    use: str,
    evidence: Evidence | None,
    notes: str,
    more: Mapping[str, str] | None = None,
) -> str:
    """The whole README.

    Args:
        trained: the judge.
        kind: of the export: merged, adapter or gguf; or judge, of one in the box.
        use: how to grade with it, in Markdown.
        evidence: its measured figures.
        notes: what this kind of export changes about the scores, in Markdown.
        more: sections after the figures, in Markdown, by their headings.
    """
    parts = [
        front_matter(trained, kind),
        "# A judge: (prompt, response, rubric) -> score 1 to 5\n",
        f"{_origin(trained)}\n",
        f"## Use\n\n{use}\n",
        f"## What this form of it changes\n\n{notes}\n",
        f"## How good it is\n\n{_figures(trained, evidence)}\n",
        *(f"## {heading}\n\n{text}\n" for heading, text in (more or {}).items()),
        f"## Data\n\n{_data(trained)}\n",
        f"## Intended use\n\n{_INTENDED}\n",
        f"## Limits\n\n{_LIMITS}\n",
        f"## Licence\n\n{_licence(trained)}\n",
    ]
    return "\n".join(parts)


def _origin(trained: Trained) -> str:
    config, repo = trained.config, trained.hub_repo
    place = (
        f" (hub: {escape(repo[0])}" + (f" @ {escape(repo[1])}" if repo[1] else "") if repo else ""
    )
    pin = trained.values["base"].get("pin")
    lora = config.lora
    return (
        f"{escape(trained.base_title)}{place + ')' if place else ''} with a LoRA adapter "
        f"(r={lora.r}, alpha={lora.alpha:g}), trained with the base in "
        f"{config.quantization.bits} bits to grade by a rubric.\n\n"
        f"- base's pin: {escape(str(pin or 'none'))}\n"
        f"- the judge's sha256: `{trained.fingerprint}`\n"
        f"- template version: {int(trained.values['template_version'])}\n"
        f"- temperature of the score distribution: {float(trained.values['temperature']):.4f}"
    )


def _figures(trained: Trained, evidence: Evidence | None) -> str:
    if evidence is None:
        return "It came without figures. Measure it on your own answers before you rely on it."
    lines = [
        "In brackets the 95 % interval, bootstrapped over whole items. `majority` gives the most "
        "frequent score, `length_only` knows the response's length alone, `linear_probe` is a "
        "ridge regression on the untrained base's hidden states."
    ]
    if not evidence.is_certain:
        lines.append(
            "Nothing in the file of figures says which judge they are of; whoever exported this "
            "says they are of this one."
        )
    if trained.values.get("merge"):
        lines.append("This judge is merged of several; see `judge.json`.")
    for title, systems in evidence.sets.items():
        judge = systems["judge"]
        names = [name for name in _SYSTEMS if name in systems]
        head = f"**{escape(title)}**: {judge.num_examples} answers to {judge.num_items} items"
        rows = [f"| | {' | '.join(name.replace('_', ' ') for name in names)} |"]
        rows.append("|---" * (len(names) + 1) + "|")
        rows += [
            f"| {label} | {' | '.join(_cell(systems[name], measure) for name in names)} |"
            for measure, label in _MEASURES.items()
        ]
        lines.append(f"{head}\n\n" + "\n".join(rows))
    return "\n\n".join(lines)


def _cell(figures: Figures, measure: str) -> str:
    value, bounds = getattr(figures, measure), getattr(figures.interval, measure)
    if value is None:
        return "-"
    if bounds is None:
        return f"{value:.3f}"
    return f"{value:.3f} ({bounds[0]:.3f} to {bounds[1]:.3f})"


def _data(trained: Trained) -> str:
    made = trained.values["params"].get("dataset")
    if not isinstance(made, Mapping):
        return "The judge's own record does not say what it was trained on."
    own = "and the project's own (`data/user/`), if there were any"
    words = {
        "full": f"hand-written and program-made examples, {own}",
        "bank": f"hand-written examples, {own}",
        "starter": "the starter set, a smoke test",
        "user": "the project's own labelled answers (`data/user/`)",
    }
    recipe = str(made.get("recipe"))
    lines = [f"Recipe `{escape(recipe)}`: {words.get(recipe, 'unknown to this version')}."]
    if recipe == "full":
        # A judge made before a kind of example came names no number of it.
        drawn = [f"{kind} ({_number(made[name])})" for name, kind in _DRAWN.items() if name in made]
        balanced = ", before balancing" if made.get("balance") else ""
        if drawn:
            lines.append(f"Drawn{balanced}: {', '.join(drawn)}.")
    if recipe in ("full", "bank"):
        lines.append("Labels were given by the authors of the texts, not by a panel.")
    return "\n".join(lines)


def _number(count: object) -> str:
    """How many examples were drawn: of whole items, so that a few more may have come."""
    if count is None:
        return "all"
    return escape(f"about {count}") if count else "none"


def _licence(trained: Trained) -> str:
    licence = trained.licence
    named = f"Its licence: {escape(licence)}." if licence else "See its own page for the licence."
    return f"The base is {escape(trained.base_title)}. {named} This is a derived work of it."
