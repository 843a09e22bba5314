"""What the processor time of a recording goes into: each part counts for itself, without what it
calls of another part. What the benchmark does itself is told apart."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pkgutil import iter_modules
from threading import Lock, local
from time import thread_time
from typing import Any

import shared.providers
from shared.outputs.formats import FORMATS

BENCHMARK = "benchmark"
"""Plays the functions host, and looks for reports; with all that it calls."""
_SEAMS: Mapping[str, tuple[str, ...]] = {
    "storage": ("azure.core.pipeline:Pipeline.run",),
    "provider": ("httpx:Client.send",),
    "probing": ("shared.pipeline.register.admit:probe",),
    "reading": tuple(
        f"shared.providers.{found.name}.client:read_result"
        for found in iter_modules(shared.providers.__path__)
        if found.ispkg
    ),
    "normalising": ("shared.pipeline.write.publish:build_transcript",),
    "captions": ("shared.pipeline.write.publish:render_all",),
    "search": ("shared.searching.keep:KeepWords.entry", "shared.searching.keep:KeepWords.__call__"),
}


class Shares:
    """Seconds of processor time by part, of all threads together."""

    def __init__(self) -> None:
        self._seconds: Counter[str] = Counter()
        self._lock = Lock()
        self._here = local()

    def ms(self) -> dict[str, float]:
        with self._lock:
            return {name: self._seconds[name] * 1000 for name in [*_SEAMS, "json", BENCHMARK]}

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """What the block costs belongs to `name`, up to where another part begins."""
        outer = getattr(self._here, "name", None)
        if outer in (name, BENCHMARK):
            yield
            return
        self._enter(name)
        try:
            yield
        finally:
            self._enter(outer)

    def _enter(self, name: str | None) -> None:
        now, before = thread_time(), getattr(self._here, "name", None)
        if before:
            with self._lock:
                self._seconds[before] += now - self._here.since
        self._here.name, self._here.since = name, now


@contextmanager
def measured(shares: Shares) -> Iterator[None]:
    """While it lasts, the seams of the app tell what they cost."""
    undo: list[Callable[[], None]] = []
    try:
        for name, places in _SEAMS.items():
            for place in places:
                undo += _wrap(shares, name, place)
        json = FORMATS["json"]
        undo.append(lambda: FORMATS.update(json=json))
        FORMATS["json"] = dataclasses.replace(json, write=_timed(shares, "json", json.write))
        yield
    finally:
        for step in reversed(undo):
            step()


def _wrap(shares: Shares, name: str, place: str) -> list[Callable[[], None]]:
    module, _, path = place.partition(":")
    *outer, attribute = path.split(".")
    owner: Any = import_module(module)
    for one in outer:
        owner = getattr(owner, one)
    step = getattr(owner, attribute)
    setattr(owner, attribute, _timed(shares, name, step))
    return [lambda: setattr(owner, attribute, step)]


def _timed(shares: Shares, name: str, step: Any) -> Any:
    def timed(*args: Any, **options: Any) -> Any:
        with shares.of(name):
            return step(*args, **options)

    return timed
