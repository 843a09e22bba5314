"""What all instances share of an endpoint, whatever it is of: its limits, and how it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from threading import Lock

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
    StoreConflict,
)
from shared.model.endpoint import endpoint as model
from shared.model.endpoint.endpoint import EndpointState
from shared.model.endpoint.limits import Limits, take
from shared.ports.indices import EndpointBook
from shared.ports.queue import Clock


class Guarded:
    """Raises `ProviderThrottled` before a call that the limits forbid, and `EndpointDown` while
    the endpoint is taken out; neither call is made."""

    def __init__(
        self,
        endpoint: str,
        *,
        book: EndpointBook,
        clock: Clock,
        limits: Limits,
        first_pause: timedelta = model.FIRST_PAUSE,
    ) -> None:
        self._book, self._clock = book, clock
        self._endpoint_name, self._limits = endpoint, limits
        self._first_pause = first_pause
        self._lock = Lock()
        self._hand = Hand()
        self._notes = Notes(book, endpoint, clock, first_pause)

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
