"""What the answers of an endpoint tell, noted where all instances read it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from shared.endpoints.hand import Admitted
from shared.errors import (
    ChoiceRefused,
    ProviderError,
    ProviderThrottled,
    ProviderUnfunded,
    RefusedInDoubt,
    StoreConflict,
)
from shared.log import event
from shared.model.endpoint import endpoint as model
from shared.model.endpoint.endpoint import EndpointState
from shared.ports.indices import EndpointBook
from shared.ports.provider import JobRequest
from shared.ports.queue import Clock

TRIES = 10


class Notes:
    """`must_look`: the next call looks at what the others noted, though it has calls in hand."""

    def __init__(
        self, book: EndpointBook, endpoint: str, clock: Clock, first_pause: timedelta
    ) -> None:
        self._book, self._endpoint, self._clock = book, endpoint, clock
        self._first_pause = first_pause
        self.must_look = False

    def answer(self, admitted: Admitted) -> None:
        """An answer shows the endpoint well, even if it says no. Calls that began before it was
        known to be unwell prove nothing."""
        if admitted.was_unwell:
            self.must_look = False
            self._change(model.well)
            event("endpoint.well", endpoint=self._endpoint)

    def failure(self, error: ProviderError, admitted: Admitted, *, at_once: bool) -> None:
        reason = f"{type(error).__name__} {error.code}".strip()
        now = self._clock.now()
        self.must_look = True
        state = self._change(
            lambda state: model.failed(
                state,
                now,
                reason,
                at_once=at_once,
                is_probe=admitted.is_probe,
                first_pause=self._first_pause,
            )
        )
        if state is not None and state.is_down(now):
            event("endpoint.failing", endpoint=self._endpoint, reason=reason, level=40)

    def refusal(self, error: ChoiceRefused, admitted: Admitted) -> None:
        """Only new jobs are kept from it: what was sent is still collected."""
        now, why = self._clock.now(), f"{type(error).__name__} {error.code}".strip()
        self.must_look = True
        self._change(
            lambda state: model.closed(
                state, now, why, is_probe=admitted.was_closed, first_pause=self._first_pause
            )
        )
        event("endpoint.failing", endpoint=self._endpoint, reason=why, level=40)

    def taken(self) -> None:
        """A create call was, which shows more than any other answer."""
        now = self._clock.now()
        self._change(lambda state: model.opened(state, now))
        event("endpoint.well", endpoint=self._endpoint)

    def in_doubt(self, error: RefusedInDoubt, request: JobRequest) -> RefusedInDoubt:
        """The error, with what other jobs tell."""
        now, why = self._clock.now(), f"{type(error).__name__} {error.code}".strip()
        self.must_look = True
        is_several = len(request.content_urls) != 1
        state = self._change(
            lambda state: model.doubted(
                state, now, request.mark, why, self._first_pause, is_several=is_several
            )
        )
        error.refused_at = now
        if state is not None:
            error.taken_at = state.taken_at
            error.meets_all = state.is_closed(now)
            if error.meets_all:
                event("endpoint.failing", endpoint=self._endpoint, reason=why, level=40)
        return error

    def unfunded(self, error: ProviderUnfunded) -> None:
        now = self._clock.now()
        if not self._book.state(self._endpoint).is_unfunded(now):
            reason = f"{type(error).__name__} {error.code}".strip()
            event("endpoint.failing", endpoint=self._endpoint, reason=reason, level=40)
        self._change(lambda state: model.unfunded(state, now))

    def throttled(self, error: ProviderThrottled) -> None:
        now, seconds = self._clock.now(), error.retry_after_seconds or 1
        self.must_look = True
        self._change(lambda state: model.throttled(state, now, seconds))
        event("endpoint.throttled", endpoint=self._endpoint, seconds=seconds, level=30)

    def _change(self, change: Callable[[EndpointState], EndpointState]) -> EndpointState | None:
        for _ in range(TRIES):
            try:
                return self._book.save(change(self._book.state(self._endpoint)))
            except StoreConflict:
                continue
        return None
