"""What runs in the worker processes: preparing a recording, and recognising one region of it.

PCM travels through files in a folder of the caller's, so that an hour of audio is in memory
only while it is decoded, and in one process.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing import connection, parent_process
from pathlib import Path

from local.recogniser import engines
from local.recogniser.decode import BYTES_PER_MS, decode
from local.recogniser.engines.base import Engine
from local.recogniser.segment import Region, speech_regions
from local.recogniser.types import Phrase


@dataclass(frozen=True)
class Piece:
    """One region of speech of one channel, whose PCM lies in `pcm`."""

    channel: int
    region: Region
    pcm: Path


@dataclass(frozen=True)
class Prepared:
    """A decoded recording and the regions in which somebody speaks."""

    duration_ms: int
    channels: int
    pieces: tuple[Piece, ...]


def start_worker() -> None:
    """A worker leaves Ctrl-C to its parent, and does not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def prepare(engine: str, path: Path, channels: Sequence[int] | None, folder: Path) -> Prepared:
    """Decode `path` into `folder` and find the speech in it, in pieces for `engine`. Raises
    `AudioRejected`."""
    duration_ms, count, tracks = decode(path, channels)
    pieces: list[Piece] = []
    for channel, pcm in tracks:
        file = folder / f"{channel}.pcm"
        file.write_bytes(pcm)
        regions = speech_regions(pcm, engines.pieces(engine))
        pieces += [Piece(channel, region, file) for region in regions]
    return Prepared(duration_ms, count, tuple(pieces))


def recognise(engine: str, piece: Piece) -> list[Phrase]:
    """The phrases of one piece, on the recording's own time line. Raises `EngineUnavailable`."""
    region = piece.region
    with piece.pcm.open("rb") as file:
        file.seek(region.start_ms * BYTES_PER_MS)
        pcm = file.read((region.end_ms - region.start_ms) * BYTES_PER_MS)
    return [_placed(phrase, piece) for phrase in _engine(engine).recognise(pcm)]


@cache
def _engine(name: str) -> Engine:
    return engines.load(name)


def _placed(phrase: Phrase, piece: Piece) -> Phrase:
    shift_ms = piece.region.start_ms
    return replace(
        phrase,
        channel=piece.channel,
        start_ms=phrase.start_ms + shift_ms,
        end_ms=phrase.end_ms + shift_ms,
        words=tuple(
            replace(word, start_ms=word.start_ms + shift_ms, end_ms=word.end_ms + shift_ms)
            for word in phrase.words
        ),
    )
