"""Threads of the process whose events the thread that waits for them writes.

The Functions host knows a line by the invocation that wrote it, and leaves out what none wrote. The
worker knows the invocation by its thread (Python 3.11, 3.12) or by its context (3.13), and a pool
carries over neither: a line that a thread of the pool wrote itself would never reach the log.
https://learn.microsoft.com/azure/azure-functions/functions-reference-python#logging-from-created-threads
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from queue import SimpleQueue
from typing import Any, TypeVar

from shared.log import Line, kept_by, write

R = TypeVar("R")
Told = SimpleQueue[Line | None]


class TellingPool(Executor):
    """`map` is all that it can do. It begins at once; the events of the pieces are written as they
    come in, while their results are taken. After an error the pieces that have begun are waited
    for, and what they have to tell is written before it is raised."""

    def __init__(self, threads: int, name: str) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)

    def map(  # type: ignore[override]
        self, run: Callable[..., R], *items: Iterable[Any]
    ) -> Iterator[R]:
        told: Told = SimpleQueue()
        pieces = [self._begin(run, told, piece) for piece in zip(*items, strict=False)]
        pieces.reverse()
        return _results(pieces, told)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._threads.shutdown(wait, cancel_futures=cancel_futures)

    def _begin(self, run: Callable[..., R], told: Told, piece: tuple[Any, ...]) -> Future[R]:
        future = self._threads.submit(_kept, run, told, piece)
        future.add_done_callback(lambda _: told.put(None))
        return future


def _kept(run: Callable[..., R], told: Told, piece: tuple[Any, ...]) -> R:
    with kept_by(told.put):
        return run(*piece)


def _results(pieces: list[Future[R]], told: Told) -> Iterator[R]:
    """`pieces` are the last one first, so that a result is let go as soon as it was taken."""
    try:
        while pieces:
            while not pieces[-1].done():
                _write(told.get())
            _write_all(told)
            yield pieces.pop().result()
    finally:
        wait([piece for piece in pieces if not piece.cancel()])
        _write_all(told)


def _write_all(told: Told) -> None:
    while not told.empty():
        _write(told.get())


def _write(line: Line | None) -> None:
    if line is not None:
        write(line)
