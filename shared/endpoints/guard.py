"""A provider endpoint as all instances may use it: within its limits, and not while it is down.

Wraps any `SpeechProvider`. Every call of the provider's API counts. Fetching results does only
where the provider itself hands them out: elsewhere they lie in storage, beyond its limits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from threading import Lock
from typing import TypeVar

from shared.endpoints.hand import Admitted, Hand, used_up, with_taken
from shared.endpoints.notes import TRIES, Notes
from shared.errors import (
    CallOverdue,
    ChoiceRefused,
    EndpointDown,
    OutcomeUnknown,
    ProviderError,
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnavailable,
    ProviderUnfunded,
    RefusedInDoubt,
    StoreConflict,
)
from shared.model.endpoint import endpoint as model
from shared.model.endpoint.endpoint import EndpointState
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


class GuardedProvider:
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
        self._provider, self._book, self._clock = provider, book, clock
        self._endpoint_name, self._limits = endpoint, limits
        self._first_pause = first_pause
        self.name, self.endpoint = provider.name, provider.endpoint
        self.api_version = provider.api_version
        self._lock = Lock()
        self._hand = Hand()
        self._notes = Notes(book, endpoint, clock, first_pause)

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

    @contextmanager
    def _call(
        self,
        calls: int = 1,
        creates: int = 0,
        *,
        needs_more_rights: bool = False,
        is_create: bool = False,
    ) -> Iterator[None]:
        """`needs_more_rights` is for calls that a key or role may well not allow while it allows
        the work itself: their refusal does not take the endpoint out."""
        if self._limits.creates_only and not is_create:
            yield  # of ours, and not of the endpoint
            return
        admitted = self._admit(calls, creates, is_create)
        try:
            yield
        except CallOverdue:  # says nothing of the endpoint
            self._put_back(calls, creates)
            raise
        except ProviderUnauthorised as error:
            if not needs_more_rights:
                self._notes.failure(error, admitted, at_once=True)
            raise
        except (ProviderUnavailable, OutcomeUnknown) as error:
            self._notes.failure(error, admitted, at_once=False)
            raise
        except ProviderThrottled as error:
            self._notes.throttled(error)
            raise
        except ProviderUnfunded as error:
            self._notes.answer(admitted)
            self._notes.unfunded(error)
            raise
        except ChoiceRefused as error:
            self._notes.answer(admitted)
            self._notes.refusal(error, admitted)
            raise
        except ProviderError:
            self._notes.answer(admitted)
            raise
        self._notes.answer(admitted)
        if is_create and (admitted.was_closed or admitted.was_doubted):
            self._notes.taken()

    def _admit(self, calls: int, creates: int, is_create: bool) -> Admitted:
        """Take the calls, from those in hand or from what all share."""
        with self._lock:
            now = self._clock.now()
            hand = self._good_hand(now)
            if hand.has(calls, creates) and not self._notes.must_look:
                self._hand = hand.without(calls, creates)
                return Admitted(was_unwell=False, is_probe=False)
            return self._take(hand, calls, creates, now, is_create)

    def _good_hand(self, now: datetime) -> Hand:
        return self._hand if now < self._hand.until else Hand()

    def _take(
        self, hand: Hand, calls: int, creates: int, now: datetime, is_create: bool
    ) -> Admitted:
        for _ in range(TRIES):
            with suppress(StoreConflict):  # others take them at the same moment
                return self._taken(hand, calls, creates, now, is_create)
        raise used_up(1)

    def _taken(
        self, hand: Hand, calls: int, creates: int, now: datetime, is_create: bool
    ) -> Admitted:
        state = self._book.state(self._endpoint_name)
        # Of those that set out together, all may show whose fault a refusal in doubt is.
        goes_on = state.closings == 0 and hand.has(calls, creates)
        self._refuse_if_down(state, now, is_create=is_create and not goes_on)
        admitted = Admitted(
            state.failures > 0, state.pauses > 0, state.closings > 0, bool(state.doubted)
        )
        self._notes.must_look = admitted.was_in_trouble
        is_probe = admitted.is_probe or (is_create and admitted.was_closed)
        if hand.has(calls, creates) and not is_probe:
            self._hand = hand.without(calls, creates)
            return admitted
        taken = take(state.counted, state.ramped, self._limits, now, calls=calls, creates=creates)
        if taken.wait_seconds:
            raise used_up(taken.wait_seconds)
        state = with_taken(state, taken)
        if admitted.is_probe:
            state = model.probing(state, now, self._first_pause)
        if is_create and admitted.was_closed:
            state = model.probing_for_jobs(state, now, self._first_pause)
        self._book.save(state)
        self._hand = hand.plus(taken).without(calls, creates)
        return admitted

    def _refuse_if_down(self, state: EndpointState, now: datetime, *, is_create: bool) -> None:
        if state.is_down(now):
            self._notes.must_look = True
            assert state.down_until_at is not None
            raise EndpointDown(
                f"{self._endpoint_name} is taken out: {state.reason}",
                until_at=state.down_until_at,
            )
        if is_create and state.closed_until_at is not None and state.is_closed(now):
            self._notes.must_look = True
            raise EndpointDown(
                f"{self._endpoint_name} is closed to new jobs: {state.closed_why}",
                until_at=state.closed_until_at,
            )

    def _put_back(self, calls: int = 1, creates: int = 0) -> None:
        """Calls were taken and not needed."""
        with self._lock:
            self._hand = self._hand.without(-calls, -creates)
