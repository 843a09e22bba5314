"""What is kept unredacted, in memory."""

from __future__ import annotations

from datetime import datetime

from shared.errors import DropscribeError
from shared.model.recording.recording import Recording
from tests.fakes.clock import FakeClock


class FakeUnredacted:
    """`ports.unredacted.Unredacted`. `failing` is raised instead of storing."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.kept: dict[str, tuple[bytes, datetime]] = {}
        self.failing: DropscribeError | None = None

    def put(self, recording: Recording, content: bytes) -> None:
        if self.failing is not None:
            raise self.failing
        self.kept[_name(recording)] = content, self._clock.now()

    def read(self, recording: Recording) -> bytes | None:
        there = self.kept.get(_name(recording))
        return there[0] if there else None

    def remove(self, recording: Recording) -> None:
        self._remove(_beginning(recording))

    def remove_all(self, batch_id: str) -> None:
        self._remove(f"{batch_id}/")

    def remove_older(self, than: datetime) -> int:
        old = [name for name, (_, put_at) in self.kept.items() if put_at < than]
        for name in old:
            del self.kept[name]
        return len(old)

    def _remove(self, beginning: str) -> None:
        for name in [name for name in self.kept if name.startswith(beginning)]:
            del self.kept[name]


def _name(recording: Recording) -> str:
    return f"{_beginning(recording)}{recording.attempt}.json"


def _beginning(recording: Recording) -> str:
    return f"{recording.batch_id}/{recording.id}."
