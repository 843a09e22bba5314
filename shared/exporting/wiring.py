"""Exports, wired."""

from __future__ import annotations

from shared.exporting.keep import KeepRows
from shared.exporting.merge import MergeExports
from shared.ports.ground import Ground


def keep_rows(ground: Ground) -> KeepRows:
    """For those who write transcripts, and those who delete them."""
    return KeepRows(store=ground.ports.exports, clock=ground.ports.clock)


def merge_exports(ground: Ground) -> MergeExports:
    ports = ground.ports
    return MergeExports(store=ports.exports, diaries=ports.diaries, clock=ports.clock)
