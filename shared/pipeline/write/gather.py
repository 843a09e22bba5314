"""What several threads want to know of a service that answers many questions in one call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Condition
from time import monotonic
from typing import Generic, NamedTuple, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")


class _Asked(NamedTuple, Generic[Q, A]):
    question: Q
    answer: Future[A]


class Gather(Generic[Q, A]):
    """A call is made once it is full; or once nobody who could add to it is at work, and for
    `wait_seconds` nobody of the `expected` came who is not there yet. So who asks alone waits for
    nobody. Any thread that waits for an answer makes the call, for all that are in it; what it
    raises, all of them raise."""

    def __init__(self, most: int, expected: int = 1, wait_seconds: float = 0.5) -> None:
        self._most, self._wait_seconds = most, wait_seconds
        self._changed = Condition()
        self._waiting: list[_Asked[Q, A]] = []
        self._to_come, self._at_work = expected, 0
        self._quiet_since = monotonic()

    @contextmanager
    def one(self) -> Iterator[None]:
        """One of those that are expected is at work, and may ask."""
        with self._changed:
            self._to_come -= 1
            self._at_work += 1
        try:
            yield
        finally:
            self._rest()

    def __call__(
        self, questions: Sequence[Q], ask: Callable[[Sequence[Q]], Sequence[A]]
    ) -> list[A]:
        """The answers, in order. Called in `one`; `ask` is the same for all."""
        mine = [_Asked[Q, A](question, Future()) for question in questions]
        with self._changed:
            self._waiting += mine
        self._rest()
        try:
            while (batch := self._next(mine)) is not None:
                _answer(batch, ask)
                with self._changed:
                    self._changed.notify_all()
        finally:
            with self._changed:
                self._at_work += 1
        return [one.answer.result() for one in mine]

    def _rest(self) -> None:
        with self._changed:
            self._at_work -= 1
            self._quiet_since = monotonic()
            self._changed.notify_all()

    def _next(self, mine: Sequence[_Asked[Q, A]]) -> Sequence[_Asked[Q, A]] | None:
        """What is to be asked now; None once all of one's own is answered."""
        with self._changed:
            while not all(one.answer.done() for one in mine):
                if self._waiting and self._is_time():
                    batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                    return batch
                self._changed.wait(self._patience())
        return None

    def _is_time(self) -> bool:
        if len(self._waiting) >= self._most:
            return True
        return self._at_work <= 0 and (self._to_come <= 0 or (self._patience() or 0) <= 0)

    def _patience(self) -> float | None:
        """Seconds for which those that are not there yet are still waited for; None: for somebody
        who will tell."""
        if self._at_work > 0 or not self._waiting:
            return None
        return max(0.0, self._quiet_since + self._wait_seconds - monotonic())


def _answer(batch: Sequence[_Asked[Q, A]], ask: Callable[[Sequence[Q]], Sequence[A]]) -> None:
    try:
        answers = ask([one.question for one in batch])
        for one, answer in zip(batch, answers, strict=True):
            one.answer.set_result(answer)
    except BaseException as error:
        for one in batch:
            if not one.answer.done():
                one.answer.set_exception(error)
