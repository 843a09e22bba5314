"""What is told of a row that was just changed: the events that follow from it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from shared.model.batch.batch import Batch
from shared.model.endpoint.endpoint import EndpointState
from shared.model.events.event import Event, EventType, event_id, timestamp
from shared.model.events.subscription import Subscription
from shared.model.job.carrier import Stretch, stretches
from shared.model.job.job import Job
from shared.model.recording.recording import Recording

_ASIDE = ("recording.needs_review", "transcript.corrected")
"""What an address that is told once of a recording does not hear."""
WHOLE_BATCH = "batch"
"""Stands in `Event.callback` for the address of the batch as a whole."""


class Links(msgspec.Struct, frozen=True, kw_only=True):
    """How things are found: `api` is the public address of this app, None where it has none, and
    `blob` makes the plain address, without a secret, of "container/name"."""

    api: str | None
    blob: Callable[[str], str]
    reports: str

    def to(self, paths: dict[str, str]) -> dict[str, str]:
        """Absolute links into the API; none where nobody knows its address."""
        if self.api is None:
            return {}
        return {name: f"{self.api}/api/{path}" for name, path in paths.items()}


def of_recording(row: Recording, links: Links) -> list[Event]:
    """Of a row that was saved as terminal; nothing of any other."""
    if row.state == "transcribed":
        types = _of_transcribed(row)
    elif row.state == "failed":
        types = ["recording.failed"]
    elif row.state == "unchanged":
        types = ["recording.unchanged"]
    else:
        return []
    subject, data = f"batches/{row.batch_id}/items/{row.id}", _recording_data(row, links)
    what = row.batch_id, row.id
    return [
        msgspec.structs.replace(
            _event(type_, row.changed_at, subject, data, *what, batch_id=row.batch_id),
            recording_id=row.id,
            profile=row.profile.name,
            callback=None if type_ in _ASIDE else row.callback,
        )
        for type_ in types
    ]


def _of_transcribed(row: Recording) -> list[EventType]:
    """A row that somebody corrected is saved for that alone."""
    if row.outcome is not None and row.outcome.correction is not None:
        return ["transcript.corrected"]
    if row.needs_review:
        return ["recording.transcribed", "recording.needs_review"]
    return ["recording.transcribed"]


def _recording_data(row: Recording, links: Links) -> dict[str, Any]:
    item = f"batches/{row.batch_id}/items/{row.id}"
    outcome, failure = row.outcome, row.failure
    data = {
        "batch_id": row.batch_id,
        "recording_id": row.id,
        "state": row.state,
        "attempt": row.attempt,
        "profile": row.profile.name,
        "container": row.container,
        "name": row.name,
        "etag": row.etag,
        "title": row.labels.title,
        "client_item_id": row.labels.client_item_id,
        "metadata": row.labels.metadata,
        "duration_ms": row.duration_ms or None,
    }
    if outcome is not None:
        data |= {
            "language": outcome.language,
            "confidence": outcome.confidence,
            "needs_review": outcome.needs_review,
            "cost": msgspec.to_builtins(outcome.cost),
            "outputs": {name: links.blob(path) for name, path in outcome.outputs.items()},
            "links": links.to({"self": item, "transcript": f"{item}/transcript"}),
        }
    if row.same_as is not None:
        data["same_as"] = msgspec.to_builtins(row.same_as)
    if failure is not None:
        data |= {
            "failure": msgspec.to_builtins(failure),
            "error_report": links.blob(row.error_report) if row.error_report else None,
            "links": links.to({"self": item}),
        }
    return data


def of_accepted(batch: Batch, links: Links) -> Event:
    """Of a header that was just made."""
    return _of_batch("batch.accepted", batch, batch.created_at, {"items": batch.items}, links)


def of_completed(batch: Batch, links: Links) -> list[Event]:
    """Of a header that says that a report was written; nothing of any other."""
    is_over = batch.finished_at is not None and batch.reported >= 0 and batch.is_settled
    if not is_over or batch.finished_at is None or batch.error_report is not None:
        return []
    more = {
        "finished_at": timestamp(batch.finished_at),
        "counts": {
            "accepted": batch.reported,
            "transcribed": batch.reported - batch.failed - batch.unchanged,
            "failed": batch.failed,
            "unchanged": batch.unchanged,
        },
        "cancelled": batch.cancelled_at is not None,
        "reports": {
            kind: links.blob(f"{links.reports}/{batch.id}.{kind}")
            for kind in ("json", "csv", "html")
        },
    }
    event = _of_batch("batch.completed", batch, batch.finished_at, more, links)
    callback = WHOLE_BATCH if batch.callbacks else None
    return [msgspec.structs.replace(event, callback=callback)]


def _of_batch(
    type_: EventType, batch: Batch, at: datetime, more: dict[str, Any], links: Links
) -> Event:
    path = f"batches/{batch.id}"
    data = {
        "batch_id": batch.id,
        "title": batch.title or None,
        "origin": batch.origin,
        "profile": batch.profile or None,
        "created_at": timestamp(batch.created_at),
        **more,
        "links": links.to({"self": path, "items": f"{path}/items", "report": f"{path}/report"}),
    }
    event = _event(type_, at, path, data, batch.id, batch_id=batch.id)
    return msgspec.structs.replace(event, profile=batch.profile or None)


def of_submitted(job: Job, links: Links) -> list[Event]:
    """Of a job whose provider took it, one for each batch that it carries; nothing of any other."""
    if job.state != "submitted" or job.submitted_at is None:
        return []
    return [_of_sent(part, job, job.submitted_at, links) for part in stretches(job)]


def _of_sent(part: Stretch, job: Job, at: datetime, links: Links) -> Event:
    path = f"batches/{part.batch_id}"
    data = {
        "batch_id": part.batch_id,
        "job_id": part.id,
        "provider": job.provider,
        "endpoint": job.endpoint,
        "mode": job.mode,
        "recordings": part.recordings,
        "audio_ms": part.audio_ms,
        "links": links.to({"self": path}),
    }
    what = (part.batch_id, part.id)
    return _event("batch.submitted", at, path, data, *what, batch_id=part.batch_id)


def of_endpoint(state: EndpointState, now: datetime) -> Event:
    """Of a provider's endpoint that was well and is taken out, closed to new jobs, or without
    money."""
    trouble = state.trouble(now)
    data = {
        "endpoint": state.name,
        "reason": trouble.reason if trouble else state.reason,
        "until_at": timestamp(trouble.until_at) if trouble else None,
    }
    return _event("endpoint.failing", now, f"endpoints/{state.name}", data, state.name)


def of_disabled(subscription: Subscription, now: datetime) -> Event:
    """Of a subscription that is called no more."""
    since = subscription.failing_since_at
    data = {
        "subscription_id": subscription.id,
        "title": subscription.title or None,
        "origin": subscription.origin,
        "reason": subscription.reason,
        "failing_since_at": timestamp(since) if since else None,
    }
    subject = f"subscriptions/{subscription.id}"
    return _event("subscription.disabled", now, subject, data, subscription.id)


def of_test(subscription: Subscription, now: datetime, unique: str) -> Event:
    """What a person sends to see whether it arrives."""
    subject = f"subscriptions/{subscription.id}"
    data = {"subscription_id": subscription.id, "message": "This is a test."}
    return _event("subscription.tested", now, subject, data, subscription.id, unique)


def _event(
    type_: EventType,
    at: datetime,
    subject: str,
    data: dict[str, Any],
    *what: str,
    batch_id: str | None = None,
) -> Event:
    """Its id follows from `what` it happened to. What is not known is left out of `data`; false
    and 0 are known."""
    return Event(
        id=event_id(type_, at, *what),
        type=type_,
        at=at,
        subject=subject,
        data={key: value for key, value in data.items() if value is not None and value != {}},
        batch_id=batch_id,
    )
