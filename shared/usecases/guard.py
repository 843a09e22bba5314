"""A provider endpoint as all instances may use it: within its limits, and not while it is down.

Wraps any `SpeechProvider`. Fetching results is not counted: they lie in storage, not behind the
provider's limits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from threading import Lock

from shared.errors import (
    EndpointDown,
    OutcomeUnknown,
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnavailable,
    StoreConflict,
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
    ) -> None:
        self._provider, self._book, self._clock = provider, book, clock
        self._endpoint_name, self._most = endpoint, calls_per_window
        self.name, self.endpoint = provider.name, provider.endpoint
        self.api_version = provider.api_version
        self._lock = Lock()
        self._left = 0
        self._window_at: datetime | None = None
        self._was_unwell = False

    def submit(self, request: JobRequest) -> str:
        with self._call():
            return self._provider.submit(request)

    def find(self, mark: str) -> str | None:
        with self._call():
            return self._provider.find(mark)

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
        with self._call():
            self._provider.delete(transcription_id)

    def ensure_webhook(self, url: str, secret: str) -> bool:
        with self._call():
            return self._provider.ensure_webhook(url, secret)

    def read_webhook(
        self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes, secret: str
    ) -> WebhookHint | WebhookChallenge:
        return self._provider.read_webhook(headers, query, body, secret)

    @contextmanager
    def _call(self) -> Iterator[None]:
        self._admit()
        try:
            yield
        except ProviderUnauthorised as error:
            self._note_failure(error, at_once=True)
            raise
        except (ProviderUnavailable, OutcomeUnknown) as error:
            self._note_failure(error, at_once=False)
            raise
        except ProviderThrottled as error:
            self._note_throttled(error)
            raise
        if self._was_unwell:
            self._was_unwell = False
            self._change(model.well)
            event("endpoint.well", endpoint=self._endpoint_name)

    def _admit(self) -> None:
        """Take one call, from the handful in hand or from the window that all share."""
        now = self._clock.now()
        with self._lock:
            if self._left and self._window_at == model.window(now) and not self._was_unwell:
                self._left -= 1
                return
            state, got = self._take(now)
            if not got:
                raise ProviderThrottled(
                    "the calls of this window are used up",
                    retry_after_seconds=model.seconds_to_next_window(now),
                )
            self._left, self._window_at = got - 1, state.window_at

    def _take(self, now: datetime) -> tuple[EndpointState, int]:
        for _ in range(TRIES):
            state = self._book.state(self._endpoint_name)
            if state.is_down(now):
                self._was_unwell = True
                assert state.down_until_at is not None
                raise EndpointDown(
                    f"{self._endpoint_name} is taken out: {state.reason}",
                    until_at=state.down_until_at,
                )
            self._was_unwell = state.failures > 0
            if state.pauses:
                state = model.probing(state, now)
            state, got = model.take(state, now, self._most)
            try:
                return self._book.save(state), got
            except StoreConflict:
                continue
        return state, 0  # others take them faster than we do

    def _note_failure(self, error: Exception, *, at_once: bool) -> None:
        reason = f"{type(error).__name__} {getattr(error, 'code', '')}".strip()
        now = self._clock.now()
        self._was_unwell = True
        state = self._change(lambda state: model.failed(state, now, reason, at_once=at_once))
        if state is not None and state.is_down(now):
            event("endpoint.failing", endpoint=self._endpoint_name, reason=reason, level=40)

    def _note_throttled(self, error: ProviderThrottled) -> None:
        now, seconds = self._clock.now(), error.retry_after_seconds or 1
        self._was_unwell = True
        self._change(lambda state: model.throttled(state, now, seconds))
        event("endpoint.throttled", endpoint=self._endpoint_name, seconds=seconds, level=30)

    def _change(self, change: Callable[[EndpointState], EndpointState]) -> EndpointState | None:
        for _ in range(TRIES):
            try:
                return self._book.save(change(self._book.state(self._endpoint_name)))
            except StoreConflict:
                continue
        return None
