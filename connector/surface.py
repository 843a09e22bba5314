"""What of the API a flow sees, and how it is called there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

Visibility = Literal["important", "advanced", "internal"]


class Action(NamedTuple):
    """`parameters` are the visibilities of those that are not shown as a matter of course.
    `description` is for builders of flows, where that of the API speaks to programmers."""

    visibility: Visibility | None = None
    parameters: Mapping[str, Visibility] = {}
    description: str = ""


_PAGING: Mapping[str, Visibility] = {"limit": "advanced", "after": "internal"}

ACTIONS: Mapping[str, Action] = {
    "create_batch": Action(
        "important",
        {"Idempotency-Key": "advanced", "wait": "important", "again": "advanced"},
        "Has recordings transcribed: all that are named, or none if something is wrong with them. "
        "The same sent twice within five minutes is one batch.",
    ),
    "list_batches": Action(None, _PAGING),
    "get_batch": Action(),
    "get_batch_result": Action(description="Goes on once every recording of the batch is over."),
    "cancel_batch": Action("advanced"),
    "retry_batch": Action(),
    "delete_batch": Action("advanced"),
    "list_items": Action(
        "important",
        _PAGING,
        "Lists the recordings of a batch, or finds the one with an id that you gave it.",
    ),
    "get_item": Action(),
    "get_transcript": Action(
        "important", {"format": "important"}, "Gives what was said, in the format that you choose."
    ),
    "get_insights": Action(),
    "get_report": Action(None, {"format": "important"}),
    "create_upload": Action("important", {"folder": "advanced", "minutes": "advanced"}),
    "estimate_lengths": Action("advanced"),
    "get_health": Action("advanced"),
    "list_profiles": Action("internal"),
    "list_formats": Action("internal"),
    "list_locales": Action("internal"),
    "get_transcript_schema": Action("internal"),
    "delete_subscription": Action("internal"),
}
"""Left out are what a flow has no use for: the description itself, other subscriptions, and
manifests sent as files."""

REQUIRED = frozenset({("get_transcript", "format"), ("get_report", "format")})
"""What a designer has to choose, because no `Accept` is negotiated there."""

DYNAMIC: Mapping[str, str] = {
    "profile": "ListProfiles",
    "locale": "ListLocales",
    "format": "ListFormats",
}
"""Where the values for a parameter or a field come from."""


class Trigger(NamedTuple):
    """`name` is that of its operation."""

    name: str
    summary: str
    description: str


TRIGGERS: Mapping[str, Trigger] = {
    "transcript-ready": Trigger(
        "WhenATranscriptIsReady",
        "When a transcript is ready",
        "This operation triggers when a recording was transcribed and its transcript is there.",
    ),
    "recording-failed": Trigger(
        "WhenARecordingFails",
        "When a recording fails",
        "This operation triggers when a recording could not be transcribed, and says why.",
    ),
    "review-needed": Trigger(
        "WhenARecordingNeedsReview",
        "When a recording needs review",
        "This operation triggers when parts of a transcript are uncertain, so that somebody looks.",
    ),
    "batch-completed": Trigger(
        "WhenABatchIsCompleted",
        "When a batch is completed",
        "This operation triggers when every recording of a batch is over and its report is there.",
    ),
}

TOLD: Mapping[str, str] = {
    "wait": "Whether the action ends only when the batch is over",
    "again": "Whether another batch is meant, although the same was asked for just before",
    "format": "In which format it is wanted",
    "accepted": "How many recordings there are",
    "unregistered": "Entries of the request that nobody has looked at yet",
    "waiting": "How many wait to be sent",
    "planned": "How many are on their way",
    "transcribed": "How many are transcribed",
    "failed": "How many failed",
    "needs_review": "How many a person should look at",
    "amount": "How much money",
    "currency": "In which currency",
    "estimated": "Whether it is an estimate",
    "kind": "Whose fault it is",
    "code": "A name of it that does not change",
    "reason": "What happened",
    "advice": "What to do",
    "retryable": "Whether another attempt may succeed unchanged",
    "start_ms": "Where it begins, in milliseconds",
    "end_ms": "Where it ends, in milliseconds",
    "confidence": "How sure the provider is, 0 to 1",
    "name": "Its name",
    "provider": "Who transcribes",
    "status": "How it is",
    "active_jobs": "How many jobs are under way",
    "until_at": "How long yet",
    "storage": "Whether storage answers",
    "endpoints": "The endpoints of providers",
    "open_batches": "How many batches have work to do",
    "oldest_seconds": "The age of the oldest of them in seconds",
    "measured_at": "When it was measured",
    "recordings": "How many recordings there are",
    "looked_at": "How many were looked into, or told of with their lengths",
    "guessed": "Of how many the size alone told the length",
    "refused": "How many would be refused",
    "audio_ms": "The length of the audio in milliseconds",
    "prices": "What each provider and mode would cost",
    "mode": "Cheap and slow, or quick and dear",
    "is_asked": "Whether the profile asks for it",
    "is_enough": "Whether that is enough",
    "notes": "Sentences for the reader",
    "batch_id": "The id of the batch",
    "recording_id": "The id of the recording",
    "subscription_id": "The id of the subscription",
}
"""Descriptions of what has none of its own in the API."""
