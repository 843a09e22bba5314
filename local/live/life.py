"""Ten recordings through a provider's adapter, and what the adapters promise of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import uuid4

from local.live.looking import POLL_SECONDS
from local.live.money import RECORDINGS
from shared.errors import ProviderError, TranscriptionMissing
from shared.model.profile.options import Options
from shared.ports.provider import JobRequest, ResultFile, SpeechProvider


class Broken(Exception):
    """A promise that was not kept."""


@dataclass(frozen=True)
class Kept:
    """Whether a promise was kept; `seen` says how not, without a word of what was said."""

    promise: str
    is_kept: bool
    seen: str = ""


@dataclass(frozen=True)
class Life:
    """Runs its course once. `at_once` is how many recordings a job may carry, `deletes` whether a
    transcription can be removed at this provider."""

    provider: SpeechProvider
    audio: str
    at_once: int
    deletes: bool
    minutes: float = 60
    pause: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def __call__(self) -> Iterator[Kept]:
        """One promise after the other, as it is known whether it was kept."""
        yield _tried("one that there is not is missing", self._unknown)
        left = RECORDINGS
        while left > 0:
            size = min(left, self.at_once)
            yield from self._job(size)
            left -= size

    def _job(self, size: int) -> Iterator[Kept]:
        request = JobRequest(
            mark=f"live-{uuid4().hex[:20]}",
            display_name="Dropscribe, live",
            options=Options(),
            content_urls=(self.audio,) * size,
        )
        made: list[str] = []
        yield _tried("a job is taken", lambda: made.append(self.provider.submit(request)))
        if not made:
            return
        (job,) = made
        yield _tried("it is found by its mark", lambda: self._found(request.mark))
        yield _tried("it ends well", lambda: self._ended(job))
        results: list[ResultFile] = []
        yield _tried("each recording has one result", lambda: self._listed(job, size, results))
        yield _tried("every result can be read", lambda: self._read(results))
        if self.deletes:
            yield _tried("deleted is gone, and twice is once", lambda: self._deleted(job))

    def _unknown(self) -> None:
        try:
            self.provider.status("0a1b2c3d-0000-4000-8000-0123456789ab")
        except TranscriptionMissing:
            return
        raise Broken("something was found")

    def _found(self, mark: str) -> None:
        if not any(self.provider.find(mark)):
            raise Broken("no page shows it")

    def _ended(self, job: str) -> None:
        until = self.clock() + 60 * self.minutes
        while (status := self.provider.status(job)).state == "running":
            if self.clock() > until:
                raise Broken(f"still {status.provider_status} after {self.minutes:g} minutes")
            self.pause(status.retry_after_seconds or POLL_SECONDS)
        if status.state == "failed":
            raise Broken(f"it is {status.provider_status}")

    def _listed(self, job: str, size: int, results: list[ResultFile]) -> None:
        results += [f for page in self.provider.files(job) for f in page if f.kind == "result"]
        if len(results) != size:
            raise Broken(f"{len(results)} of {size}")

    def _read(self, results: list[ResultFile]) -> None:
        for file in results:
            self.provider.result(file)

    def _deleted(self, job: str) -> None:
        self.provider.delete(job)
        self.provider.delete(job)
        try:
            self.provider.status(job)
        except TranscriptionMissing:
            return
        raise Broken("it is still there")


def _tried(promise: str, does: Callable[[], object]) -> Kept:
    try:
        does()
    except Broken as broken:
        return Kept(promise, False, str(broken))
    except ProviderError as error:
        return Kept(promise, False, f"{type(error).__name__} {error.code}".strip())
    return Kept(promise, True)
