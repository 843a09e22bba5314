"""Recognises recordings on all cores.

Processes, because pocketsphinx holds the interpreter's lock while it listens. A thread per
recording in progress drives them: it has the recording decoded, its regions of speech
recognised side by side, and puts the phrases in order. No more recordings are in progress than
keep the processes busy; the others wait.

A recording that kills its process must not spoil others that were in the same pool. So
whatever was in a broken pool is tried once more, alone, in a process of its own.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from local.recogniser import engines, work
from local.recogniser.scripted import read_script, script_for
from local.recogniser.types import AudioRejected, Heard, Phrase

MOST_WORKERS = 8  # 120 MB each, 260 MB with whisper

Args = ParamSpec("Args")
Result = TypeVar("Result")


class RecogniserPool:
    """`engine` is one of those of `local.recogniser.engines`, `best` among them, or
    `scripted[:phrases=3,words=8,channels=1]`. Raises `EngineUnavailable` for one that cannot be
    used here. `workers` defaults to the number of cores.
    """

    def __init__(self, engine: str = engines.BEST, workers: int | None = None) -> None:
        engine = engines.resolve(engine)
        kind, _, argument = engine.partition(":")
        self._script = read_script(argument) if kind == "scripted" else None
        if self._script is None:
            engines.check(engine)
        self._engine = engine
        self._workers = workers or min(os.cpu_count() or 1, MOST_WORKERS)
        self._lock = Lock()
        self._closed = False
        self._shared: ProcessPoolExecutor | None = None  # made when first needed
        self._open: set[ProcessPoolExecutor] = set()
        self._heard_ms = self._speech_ms = 0
        # One more than the workers, so that the next recording is ready when one ends.
        self._threads = ThreadPoolExecutor(self._workers + 1, thread_name_prefix="recogniser")

    def recognise(self, path: Path, channels: Sequence[int] | None = None) -> Future[Heard]:
        """What is said in the recording at `path`, on all channels or on `channels`.

        The future fails with `AudioRejected`, `EngineUnavailable` or, where the file cannot be
        read, `OSError`; with `CancelledError` when the pool is closed first.
        """
        return self._threads.submit(self._recognise, path, channels)

    def progress(self) -> tuple[int, int]:
        """How many ms of speech were listened to, and how many there are in the recordings that
        were looked at, all since the start."""
        with self._lock:
            return self._heard_ms, self._speech_ms

    def close(self) -> None:
        """Stop. What is being recognised now ends within seconds, unfinished."""
        with self._lock:
            self._closed = True
            processes = tuple(self._open)
        self._threads.shutdown(wait=False, cancel_futures=True)
        for pool in processes:
            pool.shutdown(wait=True, cancel_futures=True)
        self._threads.shutdown(wait=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _recognise(self, path: Path, channels: Sequence[int] | None) -> Heard:
        if self._script is not None:
            return script_for(path.read_bytes(), self._script, channels)
        shared = self._shared_processes()
        try:
            return self._recognise_in(shared, path, channels)
        except BrokenProcessPool:
            self._give_up(shared)
        alone = self._start_processes(1)
        try:
            return self._recognise_in(alone, path, channels)
        except BrokenProcessPool:
            message = "The recogniser broke down on this recording."
            raise AudioRejected("decode", message) from None
        finally:
            self._give_up(alone)

    def _recognise_in(
        self, processes: ProcessPoolExecutor, path: Path, channels: Sequence[int] | None
    ) -> Heard:
        with TemporaryDirectory(prefix="recogniser-") as folder:
            prepared = self._submit(
                processes, work.prepare, self._engine, path, channels, Path(folder)
            ).result()
            parts = [
                self._submit(processes, work.recognise, self._engine, piece)
                for piece in prepared.pieces
            ]
            for part, piece in zip(parts, prepared.pieces, strict=True):
                self._count(piece.region.length_ms, part)
            try:
                phrases = [phrase for part in parts for phrase in part.result()]
            finally:
                for part in parts:
                    part.cancel()
        phrases.sort(key=lambda phrase: (phrase.start_ms, phrase.channel))
        return Heard(prepared.duration_ms, prepared.channels, tuple(phrases))

    def _submit(
        self,
        processes: ProcessPoolExecutor,
        function: Callable[Args, Result],
        *args: Args.args,
        **kwargs: Args.kwargs,
    ) -> Future[Result]:
        with self._lock:  # so that nothing is submitted to a pool that is shut down
            self._refuse_when_closed()
            return processes.submit(function, *args, **kwargs)

    def _count(self, length_ms: int, part: Future[list[Phrase]]) -> None:
        """The piece is ahead now, and behind when it ended, however it ended."""
        with self._lock:
            self._speech_ms += length_ms
        part.add_done_callback(lambda _: self._hear(length_ms))

    def _hear(self, length_ms: int) -> None:
        with self._lock:
            self._heard_ms += length_ms

    def _shared_processes(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._shared is None:
                self._shared = self._start_locked(self._workers)
            return self._shared

    def _start_processes(self, workers: int) -> ProcessPoolExecutor:
        with self._lock:
            return self._start_locked(workers)

    def _start_locked(self, workers: int) -> ProcessPoolExecutor:
        self._refuse_when_closed()
        pool = ProcessPoolExecutor(
            workers,
            # Fork is not safe in a program with threads, and a spawned process starts small.
            mp_context=multiprocessing.get_context("spawn"),
            initializer=work.start_worker,
        )
        self._open.add(pool)
        return pool

    def _give_up(self, pool: ProcessPoolExecutor) -> None:
        with self._lock:
            self._open.discard(pool)
            if self._shared is pool:
                self._shared = None
        pool.shutdown(wait=False, cancel_futures=True)

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise CancelledError("The recogniser is closed.")
