"""A provider endpoint as all instances may use it: within its limits, and not while it is down.

Wraps any `SpeechProvider`. Every call of the provider's API counts. Fetching results does only
where the provider itself hands them out: elsewhere they lie in storage, beyond its limits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar

from shared.endpoints.guarded import Guarded
from shared.endpoints.hand import Hand, used_up, with_taken
from shared.endpoints.notes import TRIES
from shared.errors import (
    CallOverdue,
    RefusedInDoubt,
    StoreConflict,
)
from shared.model.endpoint import endpoint as model
from shared.model.endpoint.limits import Limits, take
from shared.model.transcript.recognition import Recognition
from shared.model.transcript.transcript import Cost
from shared.ports.indices import EndpointBook
from shared.ports.provider import (
    JobRequest,
    Prepaid,
    ProviderReport,
    RemoteCopy,
    RemoteStatus,
    ResultFile,
    SpeechProvider,
    WebhookChallenge,
    WebhookHint,
)
from shared.ports.queue import Clock

_T = TypeVar("_T")


class GuardedProvider(Guarded):
    """`ports.provider.SpeechProvider`. Raises `ProviderThrottled` before a call that the limits
    forbid, and `EndpointDown` while the endpoint is taken out; neither call is made."""

    def __init__(
        self,
        provider: SpeechProvider,
        endpoint: str,
        *,
        book: EndpointBook,
        clock: Clock,
        limits: Limits,
        first_pause: timedelta = model.FIRST_PAUSE,
    ) -> None:
        super().__init__(endpoint, book=book, clock=clock, limits=limits, first_pause=first_pause)
        self._provider = provider
        self.name, self.endpoint = provider.name, provider.endpoint
        self.api_version = provider.api_version

    def submit(self, request: JobRequest) -> str:
        """Raises `CallOverdue` where taking the call from the limits took too long."""
        with self._call(self._limits.calls_per_create, self._counted_creates, is_create=True):
            self._refuse_if_late(request)
            try:
                return self._provider.submit(request)
            except RefusedInDoubt as error:
                raise self._notes.in_doubt(error, request) from None

    def _refuse_if_late(self, request: JobRequest) -> None:
        """The last look at the clock: from here on nothing of ours can hold the call up."""
        if request.deadline_at is not None and self._clock.now() > request.deadline_at:
            raise CallOverdue("the call had to begin before", code="overdue")

    def reserve(self, most: int) -> int:
        """`ports.provider.Limited`. An endpoint that was unwell is tried with one call."""
        with self._lock:
            now = self._clock.now()
            hand = self._good_hand(now)
            if self._creates_in(hand) >= most and not self._notes.must_look:
                return most
            for _ in range(TRIES):
                with suppress(StoreConflict):  # others take them at the same moment
                    return min(most, self._reserved(hand, most, now))
        raise used_up(1)

    def _reserved(self, hand: Hand, most: int, now: datetime) -> int:
        state = self._book.state(self._endpoint_name)
        self._refuse_if_down(state, now, is_create=True)
        if state.failures or state.pauses or state.closings:
            return 1
        calls, creates = self._limits.calls_per_create, self._counted_creates
        times = most - self._creates_in(hand)
        taken = take(
            state.counted,
            state.ramped,
            self._limits,
            now,
            calls=calls,
            creates=creates,
            times=times,
        )
        if taken.wait_seconds and self._creates_in(hand):
            return self._creates_in(hand)
        if taken.wait_seconds:
            raise used_up(taken.wait_seconds)
        self._book.save(with_taken(state, taken))
        self._notes.must_look = False
        self._hand = hand.plus(taken)
        return self._creates_in(self._hand)

    @property
    def _counted_creates(self) -> int:
        """By a create call; none where they are only calls like others."""
        return 0 if self._limits.ramp is None else 1

    def _creates_in(self, hand: Hand) -> int:
        calls = hand.calls // self._limits.calls_per_create
        return calls if self._limits.ramp is None else min(calls, hand.creates)

    def find(self, mark: str, since: datetime | None = None) -> Iterator[str | None]:
        return self._steps(self._provider.find(mark, since))

    def copies(self, marked: str) -> Iterator[tuple[RemoteCopy, ...]]:
        return self._steps(self._provider.copies(marked))

    def status(self, transcription_id: str) -> RemoteStatus:
        with self._call():
            return self._provider.status(transcription_id)

    def files(self, transcription_id: str) -> Iterator[tuple[ResultFile, ...]]:
        return self._steps(self._provider.files(transcription_id))

    def result(self, file: ResultFile) -> Recognition:
        return self._fetched(lambda: self._provider.result(file))

    def report(self, file: ResultFile) -> ProviderReport:
        return self._fetched(lambda: self._provider.report(file))

    def delete(self, transcription_id: str) -> None:
        with self._call(needs_more_rights=True):
            self._provider.delete(transcription_id)

    def ensure_webhook(self, url: str, secret: str) -> Iterator[bool]:
        return self._steps(self._provider.ensure_webhook(url, secret), needs_more_rights=True)

    def balance(self) -> Cost | None:
        """None where nobody has to pay beforehand."""
        if not isinstance(self._provider, Prepaid):
            return None
        with self._call():
            return self._provider.balance()

    def read_webhook(
        self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes, secret: str
    ) -> WebhookHint | WebhookChallenge:
        return self._provider.read_webhook(headers, query, body, secret)

    def _fetched(self, fetch: Callable[[], _T]) -> _T:
        if not self._limits.results_count:
            return fetch()
        with self._call():
            return fetch()

    def _steps(self, steps: Iterator[_T], *, needs_more_rights: bool = False) -> Iterator[_T]:
        """Each step is a call. Whether there is one more is only known when it was asked for;
        there being none costs none."""
        while True:
            with self._call(needs_more_rights=needs_more_rights):
                try:
                    step = next(steps)
                except StopIteration:
                    if not self._limits.creates_only:
                        self._put_back()
                    return
            yield step
