"""Several threads of a process ask about a name at the same moment, and one look answers them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from threading import Lock
from typing import NamedTuple

from shared.ports.blobs import AudioEntry

Look = Callable[[str, Collection[str]], Mapping[str, AudioEntry]]
"""Which of these names there are in a container, by name."""


class _Asked(NamedTuple):
    container: str
    name: str
    answer: Future[AudioEntry | None]


class AskTogether:
    """Who asks while somebody looks waits, and the next look is for all who wait: so it begins
    after each of them asked, and is as good as one of their own. Who asks alone waits for nobody.
    What the look raises, all of them raise. `waiting` are those whom nobody looks for yet."""

    def __init__(self) -> None:
        self.waiting: list[_Asked] = []
        self._lock, self._turn = Lock(), Lock()

    def __call__(self, container: str, name: str, look: Look) -> AudioEntry | None:
        mine = _Asked(container, name, Future())
        with self._lock:
            self.waiting.append(mine)
        with self._turn:
            if not mine.answer.done():
                _answer(self._taken(container), look)
        return mine.answer.result()

    def _taken(self, container: str) -> list[_Asked]:
        """All that wait for a look into this container."""
        with self._lock:
            taken = [one for one in self.waiting if one.container == container]
            self.waiting = [one for one in self.waiting if one.container != container]
        return taken


def _answer(asked: Collection[_Asked], look: Look) -> None:
    try:
        [container] = {one.container for one in asked}
        found = look(container, {one.name for one in asked})
    except BaseException as error:
        for one in asked:
            one.answer.set_exception(error)
    else:
        for one in asked:
            one.answer.set_result(found.get(one.name))
