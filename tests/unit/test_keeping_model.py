"""How long audio and outputs are kept, as tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from shared.model.failure_texts import AUDIO_GONE
from shared.model.keeping.blank import blank
from shared.model.keeping.due import Days, days_for, due, stays
from shared.model.keeping.hold import Hold
from shared.model.keeping.removal import DELETED_NAME, Removal, gone, is_pending, to_go
from shared.model.keeping.told_in_report import kept_for
from shared.model.profile.profile import Labels, Profile
from shared.model.recording.fingerprint import Twin
from shared.model.recording.outcome import Correction, Outcome
from shared.model.recording.recording import Recording
from shared.model.transcript.transcript import Cost

NOW = datetime(2026, 11, 30, tzinfo=UTC)
DAY = timedelta(days=1)
TWIN = Twin(batch_id="b", recording_id="0" * 32)
HOLD = Hold(at=NOW, by="somebody")


def row(**fields: Any) -> Recording:
    """Transcribed, ten days ago."""
    usual: dict[str, Any] = {
        "batch_id": "b",
        "id": "1" * 32,
        "container": "audio",
        "name": "calls/ann.wav",
        "etag": "0x1",
        "last_modified_at": NOW - 10 * DAY,
        "registered_at": NOW - 10 * DAY,
        "changed_at": NOW - 9 * DAY,
        "profile": Profile(name="calls"),
        "state": "transcribed",
        "outcome": Outcome(outputs={"json": "t/a.json"}, cost=Cost(amount=0.2, currency="USD")),
    }
    return Recording(**(usual | fields))


@pytest.mark.parametrize(
    ("recording", "days", "expected"),
    [
        (row(), Days(), ()),
        (row(), Days(audio=11), ()),
        (row(), Days(audio=10), ("audio",)),
        (row(), Days(outputs=10), ("outputs",)),
        (row(), Days(audio=1, outputs=2), ("audio", "outputs")),
        (row(), Days(audio=1, outputs=11), ("audio",)),
        (row(state="unchanged", same_as=TWIN), Days(audio=1), ("audio",)),
        (row(state="failed", outcome=None, failure=AUDIO_GONE), Days(audio=1), ()),
        (row(state="failed", outcome=None, failure=AUDIO_GONE), Days(1, 1), ("outputs",)),
        (row(state="planned", outcome=None), Days(1, 1), ()),
        (row(state="waiting", outcome=None), Days(1, 1), ()),
        (row(web_url="https://files.example/a"), Days(1, 1), ("outputs",)),
        (row(hold=HOLD), Days(1, 1), ()),
        (row(removal=Removal(audio_at=NOW, is_done=True)), Days(1, 1), ("outputs",)),
        (row(removal=Removal(audio_at=NOW, outputs_at=NOW)), Days(1, 1), ()),
    ],
)
def test_what_is_due(recording: Recording, days: Days, expected: tuple[str, ...]) -> None:
    assert due(recording, days, NOW) == expected


@pytest.mark.parametrize(
    ("recordings", "expected"),
    [
        ([row()], ("audio", "outputs")),
        ([row(hold=HOLD)], ("audio", "outputs")),
        ([row(removal=Removal(audio_at=NOW, is_done=True))], ("outputs",)),
        ([row(state="failed", outcome=None)], ("outputs",)),
        ([row(removal=Removal(audio_at=NOW, outputs_at=NOW, is_done=True))], ()),
        ([], ()),
    ],
)
def test_what_stays_for_now(recordings: list[Recording], expected: tuple[str, ...]) -> None:
    assert stays(recordings) == expected


def test_the_profile_that_is_in_force_counts_and_else_the_one_of_then() -> None:
    mine = row(profile=Profile(name="calls", keep_audio_days=30))
    assert days_for(mine, {}) == Days(audio=30)
    assert days_for(mine, {"calls": Profile(name="calls", keep_outputs_days=7)}) == Days(outputs=7)


def test_what_was_asked_for_first_stays_asked_for() -> None:
    once = gone(to_go(row(), ["audio"], NOW), with_audio=True)
    later = to_go(once, ["audio", "outputs"], NOW + DAY, "somebody")
    assert later.removal == Removal(audio_at=NOW, outputs_at=NOW + DAY, by="somebody")
    assert is_pending(later) and not is_pending(once) and not is_pending(row())


def test_audio_that_storage_keeps_may_go_another_time() -> None:
    kept = gone(to_go(row(), ["audio"], NOW), with_audio=False)
    assert kept.removal == Removal(is_done=True)
    assert due(kept, Days(audio=1), NOW) == ("audio",)


def test_without_its_outputs_nothing_of_it_is_to_be_reviewed() -> None:
    correction = Correction(
        number=1, at=NOW, author="a", is_reviewed=True, outputs={"json": "c/a.json"}
    )
    outcome = msgspec.structs.replace(
        row().outcome, needs_review=True, correction=correction, language="en-US"
    )
    now = gone(to_go(row(outcome=outcome), ["outputs"], NOW), with_audio=True)
    assert now.outcome == Outcome(outputs={}, language="en-US", cost=outcome.cost)
    assert now.name == "calls/ann.wav"


PERSONAL = {
    "labels": Labels(title="Ann", client_item_id="a-1", metadata={"who": "Ann"}),
    "notes": ("Ann",),
    "profile": Profile(name="calls", roles={0: "Ann"}),
    "callback": "x",
    "content": "x",
}


def deleted(recording: Recording, *parts: Any) -> Recording:
    return blank(gone(to_go(recording, ["outputs", "contents", *parts], NOW), with_audio=True))


def test_of_a_deleted_recording_nothing_is_left_that_tells_of_anybody() -> None:
    left = msgspec.json.encode(deleted(row(**PERSONAL), "audio")).decode()
    assert "nn" not in left.replace("channels", "")
    now = deleted(row(**PERSONAL), "audio")
    assert (now.name, now.etag, now.state) == (DELETED_NAME, "", "transcribed")
    assert now.outcome == Outcome(outputs={}, cost=Cost(amount=0.2, currency="USD"))
    assert now.profile == Profile(name="calls")


def test_its_name_stays_as_long_as_its_audio() -> None:
    now = deleted(row(**PERSONAL))
    assert (now.name, now.etag) == ("calls/ann.wav", "0x1")
    assert now.labels == Labels()
    later = blank(gone(to_go(now, ["audio"], NOW), with_audio=True))
    assert (later.name, later.etag) == (DELETED_NAME, "")


def test_the_address_of_audio_that_lies_elsewhere_goes_at_once() -> None:
    now = deleted(row(web_url="https://files.example/ann.wav"))
    assert (now.web_url, now.name) == (None, DELETED_NAME)


def test_of_one_that_failed_nobody_knows_why_any_more() -> None:
    now = deleted(row(state="failed", outcome=None, failure=AUDIO_GONE, error_report="errors/a"))
    assert now.failure is not None and now.failure.code == "recording_deleted"
    assert now.error_report is None


def test_the_report_says_how_long_things_are_kept() -> None:
    days = {"calls": Days(30, 365), "default": Days(), "a": Days(audio=1)}
    assert kept_for(days, 2) == [
        "The audio of profile a is removed after a day.",
        "The audio of profile calls is removed after 30 days.",
        "The transcripts of profile calls are removed after 365 days.",
        "2 recordings were deleted since; the counts hold them still.",
    ]
