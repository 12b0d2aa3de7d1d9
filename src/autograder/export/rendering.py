"""How a prompt is rendered, written down for programs that are not ours."""

from __future__ import annotations

from typing import Any

from autograder.errors import ModelError
from autograder.model.encode import Encoder
from autograder.prompt import INSTRUCTION, VERDICT_ROOM, sections


def rendering(encoder: Encoder) -> dict[str, Any]:
    """The template as plain JSON values, for this tokenizer.

    A prompt is `opening`, then for each pair in `sections` its heading and the named field's text,
    with `separator` between two of them, then `closing` and `lead`; the next token is the score,
    one of `digit_ids`. Each of these pieces is tokenised by itself, without special tokens added. A
    field's text is moreover cut after the first character of every name in `control`, so that it
    imitates no control token and no heading.
    """
    frame = (encoder.opening, encoder.separator, encoder.closing, encoder.lead)
    opening, separator, closing, lead = (_text(encoder, ids) for ids in frame)
    return {
        "instruction": INSTRUCTION,
        "opening": opening,
        "opening_ids": list(encoder.opening),
        "sections": [[part.heading, part.field] for part in sections("", "", "", "any")],
        "separator": separator,
        "separator_ids": list(encoder.separator),
        "closing": closing,
        "closing_ids": list(encoder.closing),
        "lead": lead,
        "lead_ids": list(encoder.lead),
        "end": _text(encoder, (encoder.end_id,)),
        "end_id": encoder.end_id,
        "control": encoder.broken,
        "max_tokens": encoder.max_length - VERDICT_ROOM,
    }


def one_message(form: dict[str, Any], **fields: str) -> str:
    """All sections as one text, for programs that take no token ids."""
    texts = [part.heading + part.text for part in sections(**fields)]
    return str(form["separator"]).join(texts)


def _text(encoder: Encoder, ids: tuple[int, ...]) -> str:
    text: str = encoder.tokenizer.decode(list(ids), skip_special_tokens=False)
    return text


def check_texts(encoder: Encoder, form: dict[str, Any]) -> None:
    """Refuse a tokenizer that reads the template's text in other tokens than the judge's.

    Raises:
        ModelError: names the text.
    """
    for name in ("opening", "separator", "closing", "lead"):
        again = encoder.tokenizer(form[name], add_special_tokens=False)["input_ids"]
        if list(again) != form[f"{name}_ids"]:
            raise ModelError(
                f"the tokenizer reads {form[name]!r} in other tokens than it was trained with; "
                "export as merged, where token ids are used"
            )


def chat_template(form: dict[str, Any]) -> str:
    """A Jinja chat template that makes any chat client ask as the judge was trained.

    It renders the last message as the user's turn, under the judge's own instruction, and forces
    the answer's beginning; what stood before is ignored, for a judge sees one response at a time.
    """
    opening, closing = _literal(form["opening"]), _literal(form["closing"] + form["lead"])
    return (
        # llama.cpp puts a system message that a template does not read into the user's turn.
        "{% set ignored = messages[0]['content'] %}"
        f"{{{{ {opening} }}}}{{{{ messages[-1]['content'] }}}}"
        f"{{% if add_generation_prompt %}}{{{{ {closing} }}}}{{% endif %}}"
    )


def _literal(text: str) -> str:
    """The text as a Jinja string."""
    escapes = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return "'" + "".join(escapes.get(character, character) for character in text) + "'"
