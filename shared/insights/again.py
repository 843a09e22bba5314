"""Insights and translations whose message the queue itself lost: they are asked for again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from shared.errors import StoreConflict
from shared.log import event
from shared.messages import Translate, Understand
from shared.model.batch.batch import BatchEntry
from shared.model.policy import Policy
from shared.model.profile.profile import Profile
from shared.model.recording.recording import Recording, insights_of
from shared.model.recording.translating import Translating, next_language
from shared.model.recording.understanding import last_sign_at
from shared.ports.indices import Diaries, Diary
from shared.ports.queue import Clock, Queue
from shared.ports.state import BatchFilter, BatchStore

DIARY = "insights asked again"
EVERY = timedelta(hours=3)
PATIENCE = timedelta(hours=1)
"""Without a sign of anybody who is at it."""
ENTRIES_AT_ONCE = 100
MOST_ROWS, MOST_AGAIN = 20_000, 5_000
"""Of one run."""
LONGEST = timedelta(minutes=1)
_OVERLAP = timedelta(minutes=5)
"""What ends at this moment may not be in the list yet."""
_TICK = timedelta(microseconds=1)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class _Place(msgspec.Struct, frozen=True, kw_only=True):
    """How far a round is that began then: the page of the list of batches, the batch in it, the
    recording in that. What ended before `low_at` has all its insights, as far as was looked."""

    began_at: datetime
    low_at: datetime
    after: str | None = None
    batch: str = ""
    recording: str = ""


@dataclass
class _Run:
    """One execution of it, which ends at `until` at the latest."""

    place: _Place
    until: datetime
    rows: int = 0
    again: int = 0

    def is_long(self, now: datetime) -> bool:
        return self.rows >= MOST_ROWS or self.again >= MOST_AGAIN or now > self.until

    def move(self, **to: str | datetime | None) -> None:
        self.place = msgspec.structs.replace(self.place, **to)


_place = msgspec.json.Decoder(_Place)


@dataclass(frozen=True, kw_only=True)
class AskAgain:
    """A few times a day, through the batches that are under way, or ended since all before them had
    theirs: in the ordinary case each is looked into once, a page of its recordings in a call. A run
    that is long keeps its place, and the next goes on from there. Who gets a message of which
    nothing is left to do reads a row, and that is all."""

    store: BatchStore
    queue: Queue
    diaries: Diaries
    policy: Policy
    clock: Clock
    profiles: Sequence[Profile]
    is_answered: bool

    def __call__(self) -> None:
        is_wanted = any(profile.insights or profile.translations for profile in self.profiles)
        if not (self.is_answered and is_wanted):
            return
        now = self.clock.now()
        diary = self.diaries.get(DIARY) or Diary(name=DIARY, done_at=_LONG_AGO)
        if not diary.place and now - diary.done_at < EVERY:
            return
        run = _Run(_kept(diary.place, now), now + LONGEST)
        is_over = self._walk(run, diary.complete_to_at)
        if run.again:
            event("insights.asked_again", recordings=run.again, looked_at=run.rows, level=30)
        place = run.place
        if is_over:
            since = {"done_at": place.began_at, "complete_to_at": place.low_at, "place": ""}
        else:
            since = {"place": msgspec.json.encode(place).decode()}
        with suppress(StoreConflict):  # another instance did the same at the same time
            self.diaries.save(msgspec.structs.replace(diary, **since))

    def _walk(self, run: _Run, since: datetime | None) -> bool:
        """Whether it came to the end. What ended before `since` has all of its."""
        wanted = BatchFilter(created_from=(since or run.place.began_at) - self._longest_life)
        while True:
            after = run.place.after
            entries, after = self.store.entries(wanted, after=after, most=ENTRIES_AT_ONCE)
            for entry in _left(entries, run.place.batch):
                is_due = since is None or entry.finished_at is None or entry.finished_at > since
                if is_due and not self._look_into(entry, run):
                    return False
            if after is None:
                return True
            run.move(after=after, batch="", recording="")
            if run.is_long(self.clock.now()):
                return False

    def _look_into(self, entry: BatchEntry, run: _Run) -> bool:
        """False: the run is long enough."""
        now = self.clock.now()
        first = run.place.recording if entry.id == run.place.batch else ""
        run.move(batch=entry.id, recording=first)
        for row in self.store.recordings(entry.id, state="transcribed", first=first or None):
            if run.is_long(self.clock.now()):
                run.move(recording=row.id)
                return False
            run.rows += 1
            left = _left_to_do(row)
            if left is None or now - row.changed_at > self._longest_life:
                continue
            if entry.finished_at is not None:
                run.move(low_at=min(run.place.low_at, entry.finished_at - _TICK))
            message, sign_at = left
            if now - sign_at >= PATIENCE:
                self.queue.send(message)
                run.again += 1
        return True

    @property
    def _longest_life(self) -> timedelta:
        """Of a batch, with its insights."""
        policy = self.policy
        return timedelta(days=1, seconds=policy.submitted_seconds + policy.give_up_seconds)


def _left_to_do(row: Recording) -> tuple[Understand | Translate, datetime] | None:
    """What to send for it, and when somebody last was at it; None: nothing is left."""
    if insights_of(row) == "asked":
        message = Understand(batch_id=row.batch_id, recording_id=row.id)
        return message, last_sign_at(row.understanding, row.changed_at)
    there = row.translating or Translating()
    has_text = row.outcome is not None and bool(row.outcome.outputs)
    if not has_text or next_language(row.profile.translations, there) is None:
        return None
    insights_at = row.understanding.stored_at if row.understanding else None
    sign_at = there.seen_at or insights_at or row.changed_at
    return Translate(batch_id=row.batch_id, recording_id=row.id), sign_at


def _kept(place: str, now: datetime) -> _Place:
    """Where it goes on; of a place that another release wrote and nobody can read, anew."""
    with suppress(msgspec.DecodeError):
        return _place.decode(place)
    return _Place(began_at=now, low_at=now - _OVERLAP)


def _left(entries: Sequence[BatchEntry], batch: str) -> Sequence[BatchEntry]:
    """From that batch on; all, where it is none of them."""
    at = next((n for n, entry in enumerate(entries) if entry.id == batch), 0)
    return entries[at:]
