"""What is kept of transcripts beside their outputs, wired."""

from __future__ import annotations

from shared.exporting.wiring import keep_rows
from shared.ports.ground import Ground
from shared.said.keep import KeepSaid
from shared.searching.wiring import keep_words


def keep_said(ground: Ground) -> KeepSaid:
    """For those who write transcripts, and those who delete them."""
    return KeepSaid(words=keep_words(ground), rows=keep_rows(ground))
