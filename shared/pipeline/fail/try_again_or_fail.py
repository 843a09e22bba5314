"""What a failure means for a recording: another attempt, or the end with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from shared.errors import StoreConflict
from shared.log import event
from shared.model.failure import Failure, blamed
from shared.model.failures_from import OPTIONS_OF, at_address
from shared.model.job.job import Job
from shared.model.money.spending import money_back
from shared.model.pauses import backoff
from shared.model.policy import Policy
from shared.model.recording import transitions as rows
from shared.model.recording.error_report import error_path, write_error_report
from shared.model.recording.recording import Recording
from shared.pipeline.fail.understand import AskForInsights
from shared.ports.blobs import Outputs
from shared.ports.queue import Clock
from shared.ports.state import BatchStore


@dataclass(frozen=True, kw_only=True)
class FailRecording:
    """Stores the error report and returns the terminal row, which is to be saved after that: no
    failed row is without a report. One that was waiting was not sent. `container` is that of the
    error reports."""

    outputs: Outputs
    container: str
    clock: Clock

    def __call__(self, row: Recording, failure: Failure) -> Recording:
        failure = _blamed(row, failure)
        if row.state == "waiting":
            row = money_back(row)
        now = self.clock.now()
        report = write_error_report(row, failure, now)
        path = self.outputs.put(self._path(row), report, "application/json", recording=row)
        _tell(row, failure)
        return rows.failed(row, failure, path, now)

    def unreported(self, row: Recording, failure: Failure) -> Recording:
        """The terminal row, whose report its caller stores once the row is saved (`put_again`), and
        sees to it that this is done however often it dies in between."""
        failure = _blamed(row, failure)
        _tell(row, failure)
        return rows.failed(row, failure, self._path(row), self.clock.now())

    def take_back(self, row: Recording) -> None:
        """Remove the report of a recording that did not fail after all."""
        self.outputs.remove(self._path(row), recording=row)

    def put_again(self, row: Recording) -> str:
        """The report of a recording that did fail, and whose report somebody took away, or that has
        none yet. Returns where it lies."""
        assert row.failure is not None
        report = write_error_report(row, row.failure, row.changed_at)
        return self.outputs.put(self._path(row), report, "application/json", recording=row)

    def _path(self, row: Recording) -> str:
        return error_path(self.container, row)


def _blamed(row: Recording, failure: Failure) -> Failure:
    """On the profile, or on whoever asked for the recording."""
    return blamed(failure, OPTIONS_OF.get(failure.code, ()), row.said)


def _tell(row: Recording, failure: Failure) -> None:
    event(
        "recording.failed",
        batch=row.batch_id,
        recording=row.id,
        kind=failure.kind,
        code=failure.code,
        attempt=row.attempt,
    )


@dataclass(frozen=True, kw_only=True)
class SaveSettled:
    """Saves rows some of which are over. Reports and outputs come before their rows, so who loses
    a row to somebody else may have stored a report of a recording that did not fail, or a
    transcript of one that did: it goes. Raises `StoreConflict` then."""

    store: BatchStore
    fail: FailRecording
    ask_for_insights: AskForInsights

    def __call__(self, rows: Iterable[Recording]) -> None:
        stored: list[Recording] = []
        try:
            self.store.save_all(self._noted(rows, stored))
        except StoreConflict:
            self.take_back_lost(stored)
            raise

    def with_job(self, job: Job, rows: Sequence[Recording]) -> Job:
        """The same in one transaction with their job, which is returned with its new version."""
        self.ask_for_insights(rows)
        try:
            saved = self.store.save(job, rows)
        except StoreConflict:
            self.take_back_lost(rows)
            raise
        assert saved is not None
        return saved

    def take_back_lost(self, rows: Iterable[Recording]) -> None:
        """What was stored for those of these rows that did not end so, by what the table says."""
        for row in rows:
            has_failed = self._has_failed(row)
            if row.state == "failed" and not has_failed:
                self.fail.take_back(row)
                there = self._there(row)
                if there is not None and there.state == "failed":  # somebody failed it meanwhile
                    self.fail.put_again(there)
            elif row.outcome is not None and has_failed:
                for path in row.outcome.outputs.values():
                    self.fail.outputs.remove(path, recording=row)

    def _has_failed(self, row: Recording) -> bool:
        there = self._there(row)
        return there is not None and there.state == "failed"

    def _there(self, row: Recording) -> Recording | None:
        return self.store.recording(row.batch_id, row.id)

    def _noted(self, rows: Iterable[Recording], stored: list[Recording]) -> Iterator[Recording]:
        for row in rows:
            stored.append(row)
            self.ask_for_insights([row])
            yield row


@dataclass(frozen=True, kw_only=True)
class SettleFailure:
    """The row as it is to be saved: in line for another attempt where that may help and is left,
    else failed."""

    fail: FailRecording
    policy: Policy
    clock: Clock

    def __call__(self, row: Recording, failure: Failure) -> Recording:
        if row.web_url is not None:
            failure = at_address(failure)
        if not (failure.retryable and row.attempt < self.policy.max_attempts):
            return self.fail(row, failure)
        now = self.clock.now()
        return rows.waiting_again(
            row,
            now,
            attempt=row.attempt + 1,
            not_before_at=now + backoff(row.attempt),
        )


def may_have_failed(row: Recording, policy: Policy) -> bool:
    """Of a row that is not terminal: a process may have stored its error report, and died before
    the row was saved. Then it was the last attempt, and not the first trouble."""
    had_trouble = row.attempt > 1 or row.fetches > 0
    return had_trouble and row.attempt >= policy.max_attempts
