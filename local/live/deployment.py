"""Ten recordings through a deployment, by its API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from client.dropscribe import Dropscribe
from local.live.life import Broken, Kept
from local.live.money import RECORDINGS


@dataclass(frozen=True)
class DeploymentLife:
    """Runs its course once. `samples` are files of the machine, some of them more than once."""

    app: Dropscribe
    samples: tuple[Path, ...]
    minutes: float = 60

    def __call__(self) -> Iterator[Kept]:
        yield self._tried("health answers", lambda: self.app.health())
        seen: list[Any] = []
        yield self._tried("ten recordings come back", lambda: seen.append(self._transcribed()))
        if not seen:
            return
        batch = seen[0]
        items = list(self.app.items(batch["id"]))
        yield self._tried("each has a transcript", lambda: [self.app.transcript(i) for i in items])
        yield self._tried("the report counts what there is", lambda: self._counted(batch["id"]))
        yield self._tried("the batch can be deleted", lambda: self.app.delete(batch["id"]))

    def _transcribed(self) -> Any:
        sources = list(islice(cycle(self.samples), RECORDINGS))
        batch = self.app.transcribe(sources, title="Dropscribe, live")
        found = self.app.wait(batch["id"], within=60 * self.minutes)
        if found["status"] != "completed":
            raise Broken(f"the batch is {found['status']}")
        return found

    def _counted(self, batch_id: str) -> None:
        counts = self.app.report(batch_id)["counts"]
        told = counts["transcribed"] + counts["failed"] + counts.get("unchanged", 0)
        if counts["accepted"] != told:
            raise Broken(f"accepted {counts['accepted']}, told of {told}")

    def _tried(self, promise: str, does: Any) -> Kept:
        try:
            does()
        except Broken as broken:
            return Kept(promise, False, str(broken))
        except Exception as error:
            return Kept(promise, False, type(error).__name__)
        return Kept(promise, True)
