"""Who looks for what is to be hidden in a transcript, before the net does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from shared.errors import (
    EndpointDown,
    FinderUnavailable,
    ProviderError,
    ProviderThrottled,
    RedactionFailed,
)
from shared.log import event
from shared.model.recording.recording import Recording
from shared.model.redaction.kinds import kinds_of
from shared.model.redaction.redact import BY_PROVIDER, NOBODY, Looked
from shared.model.redaction.windows import Found, Window, windows_of
from shared.model.transcript.transcript import Transcript
from shared.pipeline.write.gather import Gather
from shared.ports.finder import Finder
from shared.ports.queue import Clock

Answer = Sequence[Found] | None


@dataclass(frozen=True, kw_only=True)
class LookForPersonal:
    """`redacting` are the providers that hide it by themselves; for the others the `finder` looks,
    where there is one. Raises `FinderUnavailable` where it cannot now, and `RedactionFailed` where
    what it says cannot be believed, twice."""

    redacting: frozenset[str]
    finder: Finder | None
    clock: Clock
    wait_seconds: float = 0.5

    def gather(self, expected: int = 1) -> Gather[Window, Answer]:
        """For those of a slice, who are asked about together."""
        most = self.finder.most_windows if self.finder is not None else 1
        return Gather(most, expected, self.wait_seconds)

    def __call__(
        self, row: Recording, transcript: Transcript, provider: str, gather: Gather[Window, Answer]
    ) -> Looked:
        """`gather` is that of the slice, so that all in it want the same kinds."""
        if not row.profile.options.redact or self.finder is None:
            return BY_PROVIDER if provider in self.redacting else NOBODY
        if provider in self.redacting:
            return BY_PROVIDER
        finder, kinds = self.finder, kinds_of(row.profile.options.redact)
        mine = [kind for kind in kinds if kind in finder.finds.kinds]
        windows = windows_of(transcript, finder.finds, finder.most_characters) if mine else []
        asked = [placed.window for placed in windows]
        with self._known_as_ours():
            answers = gather(asked, lambda some: finder.find(some, mine))
            found = [
                self._once_more(window, mine) if answer is None else answer
                for window, answer in zip(asked, answers, strict=True)
            ]
        return Looked(finder.name if windows else "", finder.finds, windows, found)

    def _once_more(self, window: Window, kinds: Sequence[str]) -> Sequence[Found]:
        assert self.finder is not None
        [answer] = self.finder.find([window], kinds)
        if answer is None:
            raise RedactionFailed("what the finder said of it", why="finder")
        return answer

    @contextmanager
    def _known_as_ours(self) -> Iterator[None]:
        """Trouble with the finder is no recording's, and not that of its provider."""
        assert self.finder is not None
        try:
            yield
        except ProviderError as error:
            name, why = self.finder.name, type(error).__name__
            event("finder.unavailable", finder=name, error=why, level=30)
            raise FinderUnavailable(f"{name}: {why}", wait_seconds=self._wait(error)) from None

    def _wait(self, error: ProviderError) -> float | None:
        if isinstance(error, EndpointDown):
            return max(1.0, (error.until_at - self.clock.now()).total_seconds())
        return error.retry_after_seconds if isinstance(error, ProviderThrottled) else None
