"""What recognises for an emulator."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Protocol

from local.recogniser.types import Heard


class Pool(Protocol):
    """`local.recogniser.pool.RecogniserPool` in earnest."""

    def recognise(self, path: Path, channels: Sequence[int] | None = None) -> Future[Heard]: ...
    def progress(self) -> tuple[int, int]: ...
