"""What a trigger hands to a flow: an event, as docs/webhooks.md describes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OUTPUTS = ("json", "vtt", "srt", "ttml", "txt", "docx", "csv", "words")
_TEXT: dict[str, Any] = {"type": "string"}
_HIDDEN: dict[str, Any] = {**_TEXT, "x-ms-visibility": "internal"}
_NUMBER: dict[str, Any] = {"type": "integer"}
_MOMENT: dict[str, Any] = {"type": "string", "format": "date-time"}


def _field(description: str, kind: Mapping[str, Any] = _TEXT) -> dict[str, Any]:
    return {**kind, "description": description}


def _object(description: str, **properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "description": description, "properties": properties}


_COST = _object(
    "What the provider will bill",
    amount=_field("How much money", {"type": "number"}),
    currency=_field("In which currency"),
    estimated=_field("Whether it is an estimate", {"type": "boolean"}),
)
_RECORDING = {
    "batch_id": _field("The id of the batch"),
    "recording_id": _field("The id of the recording"),
    "client_item_id": _field("The id that its sender gave it"),
    "title": _field("What its sender calls it"),
    "state": _field("Transcribed, failed or unchanged"),
    "attempt": _field("Which attempt this was", _NUMBER),
    "profile": _field("How it was transcribed"),
    "container": _field("Where the audio lies"),
    "name": _field("The name of the audio"),
    "etag": _field("The version of the audio"),
    "duration_ms": _field("The length of the audio in milliseconds", _NUMBER),
    "metadata": {
        "type": "object",
        "description": "What was sent with it",
        "additionalProperties": {"type": "string"},
    },
    "note": _field("What had to be cut for the event to stay small"),
}
_TRANSCRIBED = {
    **_RECORDING,
    "language": _field("What is spoken in it"),
    "confidence": _field("How sure the provider is, 0 to 1", {"type": "number"}),
    "needs_review": _field("Whether a person should look at it", {"type": "boolean"}),
    "cost": _COST,
    "outputs": _object(
        "Where the files lie, by format",
        **{kind: _field(f"The {kind} file") for kind in OUTPUTS},
    ),
    "links": _object(
        "Where to go from here",
        self=_field("The recording"),
        transcript=_field("The transcript"),
    ),
}
_FAILED = {
    **_RECORDING,
    "failure": _object(
        "Why it failed",
        kind=_field("Whose fault it is"),
        code=_field("A name of it that does not change"),
        reason=_field("What happened"),
        advice=_field("What to do"),
        retryable=_field("Whether another attempt may succeed unchanged", {"type": "boolean"}),
    ),
    "error_report": _field("Where the error report lies"),
    "links": _object("Where to go from here", self=_field("The recording")),
}
_COMPLETED = {
    "batch_id": _field("The id of the batch"),
    "title": _field("What its maker calls it"),
    "origin": _field("How it came in"),
    "profile": _field("How it was transcribed, where that was one way"),
    "created_at": _field("When it came in", _MOMENT),
    "finished_at": _field("When its report was written", _MOMENT),
    "cancelled": _field("Whether it was cancelled", {"type": "boolean"}),
    "counts": _object(
        "How many recordings there are",
        accepted=_field("All of them", _NUMBER),
        transcribed=_field("How many are transcribed", _NUMBER),
        failed=_field("How many failed", _NUMBER),
        unchanged=_field("How many hold the same bytes as an earlier version", _NUMBER),
    ),
    "reports": _object(
        "Where the report lies, by format",
        **{kind: _field(f"The {kind} file") for kind in ("json", "csv", "html")},
    ),
    "links": _object(
        "Where to go from here",
        self=_field("The batch"),
        items=_field("Its recordings"),
        report=_field("Its report"),
    ),
}
DATA: Mapping[str, Mapping[str, Any]] = {
    "recording.transcribed": _TRANSCRIBED,
    "recording.needs_review": _TRANSCRIBED,
    "recording.failed": _FAILED,
    "batch.completed": _COMPLETED,
}


def event_schema(type_: str) -> dict[str, Any]:
    return {
        **_object(
            "The event",
            id=_field("The id of the event, the same however often it is sent"),
            type=_field("What happened"),
            source=_field("Which deployment it happened in"),
            subject=_field("What it happened to"),
            time=_field("When it happened", _MOMENT),
            specversion=_field("The version of CloudEvents", _HIDDEN),
            datacontenttype=_field("What the data is written as", _HIDDEN),
            data=_object("What is told of it", **DATA[type_]),
        )
    }
