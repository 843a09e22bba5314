"""A provider endpoint as all instances may use it: within its limits, and not while it is down.

Wraps any `SpeechProvider`. Fetching results is not counted: they lie in storage, not behind the
provider's limits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Lock
from typing import NamedTuple

from shared.errors import (
    EndpointDown,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnavailable,
    StoreConflict,
    TranscriptionMissing,
)
from shared.log import event
from shared.model import endpoint as model
from shared.model.endpoint import EndpointState
from shared.model.recognition import Recognition
from shared.ports import (
    Clock,
    EndpointBook,
    JobRequest,
    ProviderReport,
    RemoteCopy,
    RemoteStatus,
    ResultFile,
    SpeechProvider,
    WebhookChallenge,
    WebhookHint,
)

TRIES = 10


class _Admitted(NamedTuple):
    """What was known of the endpoint when a call began."""

    was_unwell: bool
    is_probe: bool


class GuardedProvider:
    """`shared.ports.SpeechProvider`. Raises `ProviderThrottled` before a call that the limits
    forbid, and `EndpointDown` while the endpoint is taken out; neither call is made."""

    def __init__(
        self,
        provider: SpeechProvider,
        endpoint: str,
        *,
        book: EndpointBook,
        clock: Clock,
        calls_per_window: int,
        first_pause: timedelta = model.FIRST_PAUSE,
    ) -> None:
        self._provider, self._book, self._clock = provider, book, clock
        self._endpoint_name, self._most = endpoint, calls_per_window
        self._first_pause = first_pause
        self.name, self.endpoint = provider.name, provider.endpoint
        self.api_version = provider.api_version
        self._lock = Lock()
        self._left = 0
        self._window_at: datetime | None = None
        self._must_look = False

    def submit(self, request: JobRequest) -> str:
        with self._call():
            return self._provider.submit(request)

    def find(self, mark: str, since: datetime | None = None) -> str | None:
        with self._call():
            return self._provider.find(mark, since)

    def copies(self, marked: str) -> Iterator[RemoteCopy]:
        with self._call():
            return iter(list(self._provider.copies(marked)))

    def status(self, transcription_id: str) -> RemoteStatus:
        with self._call():
            return self._provider.status(transcription_id)

    def files(self, transcription_id: str) -> Iterator[tuple[ResultFile, ...]]:
        pages = self._provider.files(transcription_id)
        while True:
            with self._call():
                page = next(pages, None)
            if page is None:
                return
            yield page

    def result(self, file: ResultFile) -> Recognition:
        return self._provider.result(file)

    def report(self, file: ResultFile) -> ProviderReport:
        return self._provider.report(file)

    def delete(self, transcription_id: str) -> None:
        with self._call(needs_more_rights=True):
            self._provider.delete(transcription_id)

    def ensure_webhook(self, url: str, secret: str) -> bool:
        with self._call(needs_more_rights=True):
            return self._provider.ensure_webhook(url, secret)

    def read_webhook(
        self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes, secret: str
    ) -> WebhookHint | WebhookChallenge:
        return self._provider.read_webhook(headers, query, body, secret)

    @contextmanager
    def _call(self, *, needs_more_rights: bool = False) -> Iterator[None]:
        """`needs_more_rights` is for calls that a key or role may well not allow while it allows
        the work itself: their refusal does not take the endpoint out."""
        admitted = self._admit()
        try:
            yield
        except ProviderUnauthorised as error:
            if not needs_more_rights:
                self._note_failure(error, admitted, at_once=True)
            raise
        except (ProviderUnavailable, OutcomeUnknown) as error:
            self._note_failure(error, admitted, at_once=False)
            raise
        except ProviderThrottled as error:
            self._note_throttled(error)
            raise
        except (ProviderRefused, TranscriptionMissing):
            self._note_answer(admitted)
            raise
        self._note_answer(admitted)

    def _admit(self) -> _Admitted:
        """Take one call, from the handful in hand or from the window that all share."""
        with self._lock:
            now = self._clock.now()
            if self._left and self._window_at == model.window(now) and not self._must_look:
                self._left -= 1
                return _Admitted(was_unwell=False, is_probe=False)
            return self._take(now)

    def _take(self, now: datetime) -> _Admitted:
        in_hand = self._left if self._window_at == model.window(now) else 0
        for _ in range(TRIES):
            state = self._book.state(self._endpoint_name)
            if state.is_down(now):
                self._must_look = True
                assert state.down_until_at is not None
                raise EndpointDown(
                    f"{self._endpoint_name} is taken out: {state.reason}",
                    until_at=state.down_until_at,
                )
            admitted = _Admitted(was_unwell=state.failures > 0, is_probe=state.pauses > 0)
            self._must_look = admitted.was_unwell
            if in_hand and not admitted.is_probe:
                self._left = in_hand - 1
                return admitted
            state, got = model.take(state, now, self._most)
            if not got:
                break
            if admitted.is_probe:
                state = model.probing(state, now, self._first_pause)
            try:
                self._book.save(state)
            except StoreConflict:
                continue  # others take them at the same moment
            self._left, self._window_at = got - 1, state.window_at
            return admitted
        raise ProviderThrottled(
            "the calls of this window are used up",
            retry_after_seconds=model.seconds_to_next_window(now),
        )

    def _note_answer(self, admitted: _Admitted) -> None:
        """An answer shows the endpoint well, even if it says no. Calls that began before it was
        known to be unwell prove nothing."""
        if admitted.was_unwell:
            self._must_look = False
            self._change(model.well)
            event("endpoint.well", endpoint=self._endpoint_name)

    def _note_failure(self, error: ProviderError, admitted: _Admitted, *, at_once: bool) -> None:
        reason = f"{type(error).__name__} {error.code}".strip()
        now = self._clock.now()
        self._must_look = True
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
            event("endpoint.failing", endpoint=self._endpoint_name, reason=reason, level=40)

    def _note_throttled(self, error: ProviderThrottled) -> None:
        now, seconds = self._clock.now(), error.retry_after_seconds or 1
        self._must_look = True
        self._change(lambda state: model.throttled(state, now, seconds))
        event("endpoint.throttled", endpoint=self._endpoint_name, seconds=seconds, level=30)

    def _change(self, change: Callable[[EndpointState], EndpointState]) -> EndpointState | None:
        for _ in range(TRIES):
            try:
                return self._book.save(change(self._book.state(self._endpoint_name)))
            except StoreConflict:
                continue
        return None
