"""Events: what happened, as others are told of it. CloudEvents 1.0, structured as JSON.

An event is thin: it says what happened to what and where to look, never what was said. Its id is
computed from what happened, so whoever tells of it twice, after a crash, tells of the same event.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, get_args

import msgspec

EventType = Literal[
    "batch.accepted",
    "batch.submitted",
    "recording.transcribed",
    "recording.failed",
    "recording.unchanged",
    "recording.needs_review",
    "transcript.corrected",
    "batch.completed",
    "endpoint.failing",
    "sending.held",
    "subscription.disabled",
    "subscription.tested",
]
EVENT_TYPES: tuple[EventType, ...] = get_args(EventType)
MOST_BYTES = 20_000
CUT = "metadata is cut: the event would be larger than 20 kB. The transcript holds all of it."
_SHORTENED = 500


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`profile` is None where it is not of one profile alone. `callback` is the id of an address
    of the batch's own that is to hear of it, "batch" for that of the batch as a whole."""

    id: str
    type: EventType
    at: datetime
    subject: str
    data: dict[str, Any]
    batch_id: str | None = None
    recording_id: str | None = None
    profile: str | None = None
    callback: str | None = None


class _CloudEvent(msgspec.Struct, frozen=True, kw_only=True):
    specversion: str = "1.0"
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str = "application/json"
    data: dict[str, Any]


_encoder = msgspec.json.Encoder()


def event_id(type_: str, at: datetime, *what: str) -> str:
    """`evt_`, the milliseconds since 1970 as thirteen digits, and 24 hex digits of a hash. The
    time in it tells where in the books the event lies."""
    digest = hashlib.sha256("\n".join((type_, at.isoformat(), *what)).encode()).hexdigest()
    return f"evt_{_milliseconds(at):013}{digest[:24]}"


def key_of(event_id_: str) -> str | None:
    """Sorts the newest first. None: that is no id of an event."""
    stamp, digest = event_id_[4:17], event_id_[17:]
    is_one = event_id_.startswith("evt_") and stamp.isascii() and stamp.isdigit()
    if not is_one or not digest.isalnum() or len(digest) != 24:
        return None
    return f"{9_999_999_999_999 - int(stamp):013}{digest}"


def key_at(at: datetime) -> str:
    """Between the keys of what happened later and of what happened then or before."""
    return f"{9_999_999_999_999 - _milliseconds(at):013}"


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1_000)


def body_of(event: Event, source: str) -> bytes:
    """What is sent: at most 20 kB. The metadata gives way, the longest values first, and then
    says so."""
    data = event.data
    body = _encode(event, source, data)
    if len(body) <= MOST_BYTES:
        return body
    kept: dict[str, str] = dict(data.get("metadata", {}))
    for name in sorted(kept, key=lambda name: len(kept[name].encode()), reverse=True):
        del kept[name]
        body = _encode(event, source, {**data, "metadata": kept, "note": CUT})
        if len(body) <= MOST_BYTES:
            return body
    return _encode(event, source, {**_shortened(data), "metadata": {}, "note": CUT})


def _shortened(data: Mapping[str, Any]) -> dict[str, Any]:
    """For names of a length that nobody gives: the last resort."""
    return {
        key: value[:_SHORTENED] if isinstance(value, str) else value
        for key, value in data.items()
        if not isinstance(value, dict)
    }


def _encode(event: Event, source: str, data: dict[str, Any]) -> bytes:
    return _encoder.encode(
        _CloudEvent(
            id=event.id,
            source=source,
            type=event.type,
            subject=event.subject,
            time=timestamp(event.at),
            data=data,
        )
    )


def timestamp(moment: datetime) -> str:
    """RFC 3339, UTC."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
