"""How a prompt is rendered, written down for programs that are not ours."""

from __future__ import annotations

from typing import Any

from autograder.errors import ModelError
from autograder.model.encode import Encoder
from autograder.prompt import INSTRUCTION, VERDICT_ROOM, user_parts

_FIELDS = ("rubric", "prompt", "reference", "response")


def rendering(encoder: Encoder) -> dict[str, Any]:
    """The template as plain JSON values, for this tokenizer.

    A prompt is `opening`, then for each pair in `user` our own text and the named field's, then
    `closing` and `lead`; the next token is the score, one of `digit_ids`. Each of these pieces is
    tokenised by itself, without special tokens added. A field's text is moreover cut after the
    first character of every name in `control`, so that none of it becomes a control token.
    """
    opening, closing, lead = (
        _text(encoder, ids) for ids in (encoder.opening, encoder.closing, encoder.lead)
    )
    return {
        "instruction": INSTRUCTION,
        "opening": opening,
        "opening_ids": list(encoder.opening),
        "user": [[own, field] for own, field in _user()],
        "closing": closing,
        "closing_ids": list(encoder.closing),
        "lead": lead,
        "lead_ids": list(encoder.lead),
        "end": _text(encoder, (encoder.end_id,)),
        "end_id": encoder.end_id,
        "control": sorted(map(str, encoder.tokenizer.get_added_vocab())),
        "max_tokens": encoder.max_length - VERDICT_ROOM,
    }


def _user() -> list[tuple[str, str]]:
    parts = user_parts(**{name: name for name in _FIELDS})
    pairs = list(zip(parts[::2], parts[1::2], strict=True))
    assert all(own.field is None and field.field for own, field in pairs), parts
    return [(own.text, str(field.field)) for own, field in pairs]


def user_turn(**fields: str) -> str:
    """The user's turn as one text, for programs that take no token ids."""
    return "".join(part.text for part in user_parts(**fields))


def _text(encoder: Encoder, ids: tuple[int, ...]) -> str:
    text: str = encoder.tokenizer.decode(list(ids), skip_special_tokens=False)
    return text


def check_texts(encoder: Encoder, form: dict[str, Any]) -> None:
    """Refuse a tokenizer that reads the template's text in other tokens than the judge's.

    Raises:
        ModelError: names the text.
    """
    for name in ("opening", "closing", "lead"):
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
        f"{{{{ {opening} }}}}{{{{ messages[-1]['content'] }}}}"
        f"{{% if add_generation_prompt %}}{{{{ {closing} }}}}{{% endif %}}"
    )


def _literal(text: str) -> str:
    """The text as a Jinja string."""
    escapes = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return "'" + "".join(escapes.get(character, character) for character in text) + "'"
