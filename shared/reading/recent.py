"""What was answered a moment ago, for those who ask the same: many cost as much as one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, TypeVar, cast

from shared.ports.queue import Clock

A = TypeVar("A")
MOST_SECONDS = 10
MOST_KNOWN = 200


class Recent:
    """In one process. Who asks while the answer is being made waits for it; what goes wrong is not
    kept."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._known: OrderedDict[Hashable, tuple[datetime, Future[Any]]] = OrderedDict()

    def __call__(self, asked: Hashable, seconds: int, make: Callable[[], A]) -> A:
        """An answer that is at most so many `seconds` old, or one that is made now."""
        future, is_mine = self._of(asked, timedelta(seconds=min(seconds, MOST_SECONDS)))
        if not is_mine:
            return cast(A, future.result())
        try:
            made = make()
        except BaseException as error:
            with self._lock:
                self._known.pop(asked, None)
            future.set_exception(error)
            raise
        future.set_result(made)
        return made

    def _of(self, asked: Hashable, most: timedelta) -> tuple[Future[Any], bool]:
        with self._lock:
            now = self._clock.now()
            begun_at, future = self._known.get(asked, (now, None))
            if future is not None and now - begun_at <= most:
                return future, False
            future = Future()
            self._known[asked] = (now, future)
            self._known.move_to_end(asked)
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
            return future, True
