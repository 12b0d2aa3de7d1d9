"""What goes over the wire: the requests and answers of the service, as pydantic checks them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)
from pydantic_core import PydanticCustomError

from autograder.empty import is_empty, stands_for_nothing
from autograder.jsonl import nothing_said, show
from autograder.judging import grader
from autograder.schema import Request, Verdict
from autograder.tables.messages import (
    answer_of,
    answered_at,
    conversation_text,
    turns_of,
    unknown_role,
)

DEFAULT_REASONING_TOKENS = grader.MAX_REASONING_TOKENS
MAX_REASONING_TOKENS = 256


def _whole(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise PydanticCustomError(
            "text", f"holds half a surrogate pair at position {error.start}; remove it"
        ) from None
    return text


def _not_blank(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("text", "is empty; write the text")
    if stands_for_nothing(text):
        raise PydanticCustomError("text", "{why}", {"why": nothing_said(text)})
    return text


def _said(text: object) -> object:
    return None if is_empty(text) else text


def _known(value: object) -> object:
    if role := unknown_role(value):
        shown = show(role.encode("utf-8", "backslashreplace").decode())
        why = f"messages have the role {shown}; name a usual one, such as user or assistant"
        raise PydanticCustomError("text", "{why}", {"why": why})
    return value


def _asked(value: object) -> object:
    turns = turns_of(_known(value))
    return value if turns is None else conversation_text(turns)


def _answer(value: object) -> object:
    if turns_of(_known(value)) is None:
        return value
    try:
        return answer_of(value)
    except ValueError as error:
        raise PydanticCustomError("text", "{why}", {"why": str(error)}) from None


def _without_answer(values: object) -> object:
    """A body whose prompt ends before the answer that its chat holds too, as in a file."""
    if not isinstance(values, dict) or not (turns := turns_of(values.get("prompt"))):
        return values
    given = [values[name] for name in ("response", "a", "b") if name in values]
    last = [(turns_of(answer) or [("", answer)])[-1][1] for answer in given]
    end = answered_at(turns)
    if end and (
        turns in map(turns_of, given) or (turns[end][1] in last and turns[end:] == turns[-1:])
    ):
        return {**values, "prompt": conversation_text(turns[:end])}
    return values


Chat = str | list[dict[str, Any]]
OptionalText = Annotated[Annotated[str, AfterValidator(_whole)] | None, BeforeValidator(_said)]
Text = Annotated[str, AfterValidator(_whole), AfterValidator(_not_blank)]
Prompt = Annotated[Text, BeforeValidator(_asked, json_schema_input_type=Chat)]
Response = Annotated[Text, BeforeValidator(_answer, json_schema_input_type=Chat)]
_EXAMPLE: dict[str, Any] = {
    "prompt": "What is the boiling point of water at sea level?",
    "response": "100 degrees Celsius.",
    "rubric": "Factual accuracy: 5 if the answer is right, 1 if it is wrong.",
}


class Body(BaseModel):
    """A request: nothing is converted, nothing is ignored."""

    model_config = ConfigDict(strict=True, extra="forbid")

    _parted = model_validator(mode="before")(_without_answer)


class Answer(Body):
    """A response to grade."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    prompt: Prompt = Field(description="what was asked: a text, or messages")
    response: Response = Field(description="the answer to grade, or messages that end with it")
    rubric: Text = Field(description="what a good answer is")
    reference: OptionalText = Field(None, description="an answer that deserves a 5")

    @property
    def request(self) -> Request:
        return Request(self.prompt, self.response, self.rubric, self.reference or "")


class EvaluateBody(Answer):
    """A response to grade, and how."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [_EXAMPLE, {**_EXAMPLE, "stream": True}]}
    )

    reasoning: bool = Field(True, description="generate the reasoning too")
    max_reasoning_tokens: int = Field(DEFAULT_REASONING_TOKENS, ge=1, le=MAX_REASONING_TOKENS)
    stream: bool = Field(False, description="answer with server-sent events")


class BatchBody(Body):
    """Responses to grade, in order."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"requests": [_EXAMPLE]}]})

    # One fault is told; thousands would fill the memory.
    requests: list[Answer] = Field(min_length=1, fail_fast=True)
    reasoning: bool = False


class CompareBody(Body):
    """Two responses to one prompt."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "prompt": _EXAMPLE["prompt"],
                    "a": "100 degrees Celsius.",
                    "b": "About 90 degrees.",
                    "rubric": _EXAMPLE["rubric"],
                }
            ]
        }
    )

    prompt: Prompt
    a: Response = Field(description="one response")
    b: Response = Field(description="the other response")
    rubric: Text
    reference: OptionalText = None
    reasoning: bool = False

    @property
    def requests(self) -> list[Request]:
        return [
            Request(self.prompt, response, self.rubric, self.reference or "")
            for response in (self.a, self.b)
        ]


class VerdictBody(BaseModel):
    """The judge's answer for one response."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "score": 5,
                    "expected_score": 4.61,
                    "probabilities": [0.02, 0.02, 0.05, 0.15, 0.76],
                    "confidence": 0.76,
                    "reasoning": "Water boils at 100 degrees Celsius at sea level.",
                    "truncated": [],
                    "model": "qwen2.5-coder-1.5b-instruct+1f2e3d4c",
                }
            ]
        }
    )

    score: int = Field(ge=1, le=5, description="the most probable score")
    expected_score: float = Field(ge=1, le=5, description="the mean of the five scores")
    probabilities: list[float] = Field(
        min_length=5, max_length=5, description="of the scores 1 to 5; they sum to 1"
    )
    confidence: float = Field(ge=0, le=1, description="the probability of `score`")
    reasoning: str | None = Field(description="null where it was not asked for")
    truncated: list[str] = Field(description="the fields that were cut to fit the model")
    model: str = Field(description="the base model and the fingerprint of its adapter")


class BatchVerdicts(BaseModel):
    """One verdict for each request, in order."""

    verdicts: list[VerdictBody]


class ComparisonBody(BaseModel):
    """Which response is better, and by how much."""

    winner: Literal["a", "b", "tie"]
    margin: float = Field(description="expected score of a less that of b")
    a: VerdictBody
    b: VerdictBody


class Error(BaseModel):
    """What went wrong."""

    code: str = Field(examples=["invalid"])
    message: str = Field(examples=["is empty; write the text"])
    field: str | None = Field(None, examples=["rubric"], description="absent where there is none")


class ErrorBody(BaseModel):
    """The body of every answer that is no success."""

    error: Error


class StateBody(BaseModel):
    """What the service is doing."""

    state: Literal["loading", "ready", "failed", "draining"]


def verdict_values(verdict: Verdict) -> dict[str, Any]:
    """A verdict as `VerdictBody` describes it."""
    return asdict(verdict)
