"""What a chat endpoint is asked, and what it answered. No I/O.

https://platform.openai.com/docs/api-reference/chat/create
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import msgspec

from shared.model.insights.question import Question
from shared.ports.prompter import Answered, Ended
from shared.providers.decoding import Undecodable, decode

PATH = "/chat/completions"
MOST_BYTES = 1024 * 1024
"""Of an answer."""
MOST_TOKENS = 4_000
Format = Literal["json_schema", "json_object", "none"]


class _Message(msgspec.Struct, frozen=True):
    content: str | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct, frozen=True):
    message: _Message
    finish_reason: str | None = None


class _Usage(msgspec.Struct, frozen=True):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Completion(msgspec.Struct, frozen=True):
    choices: tuple[_Choice, ...]
    model: str | None = None
    usage: _Usage | None = None


_completion = msgspec.json.Decoder(_Completion)
_ENDED: Mapping[str | None, Ended] = {"length": "cut", "content_filter": "refused"}


class Choices(NamedTuple):
    """What is the same in every call: the model, how the form of an answer is asked for, and
    further fields, which go over all the rest but model and messages; null takes one out."""

    model: str
    form: Format
    parameters: Mapping[str, Any]


def body_of(question: Question, choices: Choices) -> bytes:
    """Where the server keeps to no schema, the question says it."""
    model, form, parameters = choices
    user = question.user
    if form != "json_schema":
        schema = msgspec.json.encode(question.schema).decode()
        user = f"{user}\n\nThe JSON object has this JSON Schema:\n{schema}"
    body: dict[str, Any] = {
        "max_completion_tokens": MOST_TOKENS,
        **_format(question, form),
        **parameters,
        "model": model,
        "messages": [
            {"role": "system", "content": question.system},
            {"role": "user", "content": user},
        ],
    }
    return msgspec.json.encode({key: value for key, value in body.items() if value is not None})


def _format(question: Question, form: Format) -> dict[str, Any]:
    if form == "none":
        return {}
    if form == "json_object":
        return {"response_format": {"type": "json_object"}}
    schema = {"name": "answers", "strict": True, "schema": question.schema}
    return {"response_format": {"type": "json_schema", "json_schema": schema}}


def read_answer(body: bytes) -> Answered:
    """Raises `Undecodable`."""
    found = decode(_completion, body)
    if not found.choices:
        raise Undecodable("no choice")
    choice, usage = found.choices[0], found.usage or _Usage()
    content = choice.message.content or ""
    ended = _ENDED.get(choice.finish_reason, "whole")
    if choice.message.refusal:
        ended = "refused"
    return Answered(
        content=content,
        ended=ended,
        model=(found.model or "")[:100] or None,
        input_tokens=usage.prompt_tokens,
        output_tokens=usage.completion_tokens,
    )
