"""Chats in the fields of a row as the texts that a judge reads: what was asked, and the answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from autograder.empty import is_empty, stands_for_nothing
from autograder.errors import DataError
from autograder.jsonl import nothing_said, show, unique_keys
from autograder.tables.messages import (
    Turns,
    answer_of,
    answered_at,
    conversation_text,
    is_answering,
    is_bare,
    is_only_message,
    message_text,
    part_text,
    turns_of,
    unknown_role,
)
from autograder.tables.values import as_written

CHATS = ("messages", "conversations", "conversation")
"""Columns in which a chat usually stands, its answer included."""

_REMEDY = "--map prompt=COLUMN names the prompt's own"
_TEXT_REMEDY = "name a usual one, such as user or assistant, or write a text"
_JSON_REMEDY = "this is how Python shows a list; write the column with json.dumps"
_SPEAKERS = ("Human", "Assistant")
_SPEAKER = re.compile(rf"\n\n({'|'.join(_SPEAKERS)}):")
_PYTHON = re.compile(r"\[?\s*\{'(?:role|content|from|value)':")
_NUM_LOOKED = 200


def as_texts(
    values: Mapping[str, Any],
    fault: Callable[[str, str], DataError],
    *,
    prompt: str,
    answers: Collection[str],
    others: Collection[str],
    in_answer: bool = False,
) -> dict[str, Any]:
    """The fields of a row with chats and numbers as texts; what is neither stays as it is.

    Of a chat the last turn of the assistant is an answer. A prompt is all turns; where it is the
    same chat as an answer, or ends with it, only those before. A prompt that is one turn of an
    answer's chat becomes all turns before the answer. Where the chats of two answers part before
    their last turns, the prompt is what they share, and all that follows are the answers.

    A text that an answer has for itself may have been written to change the prompt, to hide a
    part of itself or to stop the run. None does: it is at most freed of the messages around it,
    see `_said_in`. A text that is read as a chat for the place where it stands is one of which
    the prompt is a part: `in_answer`, or the very object that is the prompt too.

    Args:
        values: field by name.
        fault: makes an error of a field and a message.
        prompt: the name of the prompt.
        answers: names of responses.
        others: names of further texts, of which a chat gives the answer too; one that says nothing
            is left out.
        in_answer: whether the prompt has to be the beginning of an answer's chat.

    Raises:
        DataError: a chat has no turn of an assistant, or none before it, or shares none with that
            of the other answer, has a role that is not known, or says nothing; or the text of a
            prompt is a chat as Python shows it.
    """
    found = dict(values)
    named = [name for name in (prompt, *answers, *others) if name in values]
    for name in named:
        if role := unknown_role(values[name]):
            raise fault(name, f"messages have the role {show(role)}; {_TEXT_REMEDY}")
    given = {name: values[name] for name in answers if name in values}
    asked, opened = values.get(prompt), dict(given)
    # Equal texts are no sign: an answer may repeat what was asked.
    if in_answer or (isinstance(asked, str) and any(asked is answer for answer in given.values())):
        asked, opened = _whole(asked), {name: _whole(value) for name, value in given.items()}
    elif isinstance(asked, str):
        asked = _written(asked) or asked
        opened = {name: _said_in(value, asked) for name, value in given.items()}
    for name, text in {prompt: asked, **(opened if in_answer else {})}.items():
        if isinstance(text, str) and _of_python(text):
            raise fault(name, f"expected messages, got {show(text)}; {_JSON_REMEDY}")
    for name in named:
        if name != prompt:
            found[name] = _answer(opened.get(name, values[name]), name, fault)
    shared = _shared(opened, found, fault)
    for name in named:
        if name == prompt or found[name] is values[name]:
            continue  # a text is looked at before it comes here
        if name in others and is_empty(found[name]):
            del found[name]
        elif stands_for_nothing(found[name]):
            raise fault(name, nothing_said(found[name]))
    if prompt not in values:
        return found
    turns = turns_of(asked)
    if turns is None:
        if in_answer:
            raise fault(prompt, f"expected the chat of an answer, got {show(asked)}; {_REMEDY}")
        is_one_of_many = len(shared) > 1 and _is_turn(asked, shared)
        found[prompt] = conversation_text(shared) if is_one_of_many else _plain(asked)
        return found
    if turns in map(turns_of, opened.values()):
        turns = shared if answered_at(turns) else []
    else:
        role, text = turns[-1]
        is_answer = is_answering(role) and text in [found[name] for name in opened]
        turns = turns[: len(turns) - is_answer]
        if len(shared) > len(turns) and shared[: len(turns)] == turns:
            turns = shared
    if not turns:
        raise fault(prompt, "the chat has no turn before the answer")
    found[prompt] = conversation_text(turns)
    if stands_for_nothing(found[prompt]):
        raise fault(prompt, nothing_said(found[prompt]))
    return found


def chat_in(values: Mapping[str, Any]) -> tuple[str, Any]:
    """The first of `CHATS` in which a chat stands, and its messages; an empty name if none does."""
    for name in CHATS:
        value = values.get(name)
        messages = _decoded(value) if isinstance(value, str) else value
        if turns_of(messages):
            return name, messages
    return "", None


def holds_chat(answer: object) -> bool:
    """Whether an answer is a chat, or a text that holds one."""
    chat = (_decoded(answer) or _transcript(answer)) if isinstance(answer, str) else answer
    return bool(turns_of(chat))


def _whole(value: object) -> object:
    """The chat that a text is where it has to be one; any other value as it is."""
    return (_decoded(value) or _transcript(value) or value) if isinstance(value, str) else value


def _written(text: str) -> list[Any] | None:
    """The chat that a text is beyond doubt; None if it is none, or might be something else.

    It is the JSON of a list of messages with roles that are known, of which none has a field that
    messages do not have. An object alone is as likely what the prompt or the answer is about.
    """
    messages = _loaded(text, "[")
    if not isinstance(messages, list) or not all(map(is_only_message, messages)):
        return None
    turns = turns_of(messages) or []
    return messages if turns and all(_is_sound(said) for _, said in turns) else None


def _said_in(value: object, asked: object) -> object:
    """An answer of its own, and where it is the text of messages, what the assistant says in them.

    Nothing may get lost: the messages are texts alone, and there is one, or those before it are
    the prompt. A program that writes lists as text, as for CSV, does so with prompts too; where
    the prompt is a list, a text is what the assistant has written.

    Args:
        value: any other than a text stays as it is.
        asked: the prompt, a text or the messages in one.
    """
    messages = _written(value) if isinstance(value, str) else None
    if messages is None or not is_bare(messages[-1]):
        return value
    *before, (role, said) = turns_of(messages) or [("", "")]
    try:
        if isinstance(asked, str):
            # To a plain prompt a message may well be the answer itself.
            repeats = len(before) == 1 and is_bare(messages[0]) and _is_turn(asked, before)
        else:
            repeats = not before or messages[:-1] == asked
    except RecursionError:  # of messages with parts within parts
        repeats = False
    is_said = repeats and is_answering(role) and not is_empty(said) and "\0" not in said
    return said if is_said else value


def _is_sound(text: str) -> bool:
    """Whether a text can be written; the JSON of one may hold half a surrogate pair."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _shared(
    opened: Mapping[str, Any], found: dict[str, Any], fault: Callable[[str, str], DataError]
) -> Turns:
    """The turns before the answers; what follows them in chats that part earlier is an answer."""
    talks = {name: turns_of(value) or [] for name, value in opened.items()}
    ends = {name: end for name, turns in talks.items() if (end := answered_at(turns))}
    befores = [talks[name][:end] for name, end in ends.items()]
    shared = max(befores, key=len, default=[])
    for before in befores:
        pairs = zip(shared, before, strict=False)
        num = next((at for at, (one, other) in enumerate(pairs) if one != other), len(before))
        shared = shared[:num]
    for name, end in ends.items():
        if not shared:
            raise fault(name, "begins with another turn than the other answer; remove the row")
        if end > len(shared):
            found[name] = conversation_text(talks[name][len(shared) : end + 1])
    return shared


def _is_turn(asked: object, turns: Turns) -> bool:
    """Whether a prompt is what somebody says to the assistant in these turns."""
    said = [text.strip() for role, text in turns if not is_answering(role)]
    return isinstance(asked, str) and asked.strip() in said


def _decoded(text: str) -> object:
    """The chat that a text is the JSON of, as a cell of CSV holds it; None if it is none."""
    value = _loaded(text, "[", "{")
    return value if turns_of(value) else None


def _loaded(text: str, *signs: str) -> object:
    """The JSON in a text that begins with one of the signs; None if it is none."""
    try:
        if text.lstrip().startswith(signs):
            return json.loads(text, object_pairs_hook=unique_keys)  # of two none may get lost
    except (ValueError, RecursionError):
        pass
    return None


def _transcript(text: str) -> object:
    """The chat that a text has by `Human:` and `Assistant:` at the start of paragraphs, or None."""
    first, *parts = _SPEAKER.split(f"\n\n{text.strip()}")
    chat = [
        {"role": role.lower(), "content": said.strip()}
        for role, said in zip(parts[::2], parts[1::2], strict=True)
    ]
    is_whole = not first.strip() and len({turn["role"] for turn in chat}) == len(_SPEAKERS)
    return chat if is_whole else None


def _of_python(text: str) -> bool:
    """Whether a text is a list or an array of messages as Python or numpy shows it."""
    start, end = text[:_NUM_LOOKED].lstrip(), text[-_NUM_LOOKED:].rstrip()
    return bool(_PYTHON.match(start)) and end.endswith(("}]", "}"))


def _answer(value: object, name: str, fault: Callable[[str, str], DataError]) -> object:
    if turns_of(value) is None:
        return _plain(value)
    try:
        return answer_of(value)
    except ValueError as error:
        raise fault(name, str(error)) from None


def _plain(value: object) -> object:
    """A number, a date, or the parts of a message as a text; anything else as it is."""
    parts = [value] if isinstance(value, Mapping) else value
    if isinstance(parts, list | tuple) and any(map(_is_text_part, parts)):
        return message_text(parts)
    return as_written(value)


def _is_text_part(part: object) -> bool:
    return isinstance(part, Mapping) and "type" in part and part_text(part) is not None
