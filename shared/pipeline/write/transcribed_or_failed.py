"""What becomes of one recording of a slice: transcribed, failed, or asked for once more."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from shared.errors import (
    DropscribeError,
    RedactionFailed,
    ResultMalformed,
    ResultMissing,
    ResultTooLarge,
    StoreUnavailable,
)
from shared.log import event
from shared.messages import SliceItem
from shared.model.failure import Failure
from shared.model.failure_texts import (
    AUDIO_REPLACED_LATE,
    INTERNAL,
    REDACTION_FAILED,
    REDACTION_LANGUAGE,
    REDACTION_LEAK,
    UNSTORABLE,
)
from shared.model.failures_from import too_large, unreadable
from shared.model.pauses import refetch_pause
from shared.model.policy import Policy
from shared.model.recording.recording import Recording
from shared.model.recording.transitions import asked_again, unread
from shared.pipeline.compare import CompareVersions, compared
from shared.pipeline.fail.try_again_or_fail import SettleFailure, may_have_failed
from shared.pipeline.write.publish import Publish
from shared.pipeline.write.results import Results
from shared.ports.queue import Clock

_NOTES = {
    "gone": "The audio was removed before its result came, so it could not be compared with what "
    "was looked at.",
    "touched": "The blob was changed while it was at the provider. Its length and first bytes are "
    "the same; storage keeps no MD5 by which the rest could be compared.",
}
_NOT_HIDDEN = {
    "language": REDACTION_LANGUAGE,
    "leak": REDACTION_LEAK,
    "finder": REDACTION_FAILED,
}


@dataclass(frozen=True, kw_only=True)
class WriteRecording:
    """The row as it is to be saved; None: it stays as it is, for it is about to be tried again.
    Raises what may pass: `ProviderUnavailable`, `StoreUnavailable`, `FinderUnavailable` and their
    like."""

    compare: CompareVersions
    publish: Publish
    settle: SettleFailure
    policy: Policy
    clock: Clock

    def __call__(self, row: Recording, item: SliceItem, results: Results) -> Recording | None:
        if not item.seen and item.failure is None:
            item = compared(item, self.compare([row]).get(row.id))
        if item.failure is not None:
            return self.settle(row, item.failure)
        try:
            return self._published(row, item, results)
        except ResultTooLarge as error:
            return self.settle(row, too_large(error))
        except ResultMissing as error:
            return self._read_again_or_fail(row, unreadable(error))
        except ResultMalformed as error:
            return self._wait_or_fail(row, unreadable(error))
        except RedactionFailed as error:
            event("redaction.failed", recording=row.id, where=error.where, level=40)
            return self.settle.fail(row, _NOT_HIDDEN[error.why])
        except StoreUnavailable:
            if not self._is_given_up(row):
                raise
            self.publish.take_back(row)
            return self.settle.fail(row, UNSTORABLE)
        except DropscribeError:
            raise
        except Exception as error:  # a fault of ours with one result must not stop the others
            _tell(row, error)
            return self._read_again_or_fail(row, INTERNAL)

    def clear(self, rows: Iterable[Recording]) -> None:
        """Once it is saved that audio was replaced too late: somebody may have stored its
        transcript before, and died. Not sooner: that one may have been about to save its row."""
        for row in rows:
            if row.state == "failed" and row.failure == AUDIO_REPLACED_LATE:
                with suppress(DropscribeError):
                    self.publish.take_back(row)

    def _is_given_up(self, row: Recording) -> bool:
        """Whether storage has refused this recording's outputs for too long, and takes others."""
        patience = timedelta(seconds=self.policy.blob_patience_seconds)
        if row.stuck_since_at is None or self.clock.now() - row.stuck_since_at < patience:
            return False
        return self.publish.outputs.can_store(self.publish.transcripts_container)

    def _published(self, row: Recording, item: SliceItem, results: Results) -> Recording:
        if note := _NOTES.get(item.seen):
            row = msgspec.structs.replace(row, notes=(*row.notes, note))
        published = self.publish(row, item, results)
        if may_have_failed(row, self.policy):
            self.settle.fail.take_back(row)
        return published

    def _read_again_or_fail(self, row: Recording, failure: Failure) -> Recording | None:
        """None: it was tried a moment ago, in another slice or with the same link, and is about to
        be again. That counts once, for the next attempt is paid for."""
        now, most = self.clock.now(), self.policy.max_fetches
        if self._is_at_it(row):
            return None
        if row.fetches + 1 < most:
            return asked_again(row, now)
        tried = f"It was asked for {most} times in the last of {row.attempt} attempts."
        reason = f"{failure.reason} {tried}"
        return self.settle(row, msgspec.structs.replace(failure, reason=reason))

    def _wait_or_fail(self, row: Recording, failure: Failure) -> Recording | None:
        """An answer that is empty, cut off or no JSON comes from something in between, as a 5xx
        does, and is waited for, a quarter of the time for which results are, so that all attempts
        end within a day. What makes no sense for all that time is the result."""
        now = self.clock.now()
        if self._is_at_it(row):
            return None
        since_at = row.unread_since_at or now
        if now - since_at < timedelta(seconds=self.policy.give_up_seconds / 4):
            return unread(row, now)
        tried = f"It was so {row.fetches + 1} times in the last of {row.attempt} attempts."
        reason = f"{failure.reason} {tried}"
        return self.settle(row, msgspec.structs.replace(failure, reason=reason))

    def _is_at_it(self, row: Recording) -> bool:
        """Whether somebody asked for it a moment ago, and is about to again."""
        pause = refetch_pause(self.policy, row.fetches, row.unread_since_at)
        return row.fetches > 0 and self.clock.now() - row.changed_at < pause / 2


def _tell(row: Recording, error: Exception) -> None:
    event(
        "recording.publish_failed",
        recording=row.id,
        error=type(error).__name__,
        where=_where(error),
        level=40,
    )


def _where(error: Exception) -> str:
    """File and line of the fault; the message may hold text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}"
