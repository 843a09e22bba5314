"""Search, wired."""

from __future__ import annotations

from shared.merging.merge import MergePieces
from shared.ports.ground import Ground
from shared.searching.catch_up import CatchUp
from shared.searching.keep import KeepWords
from shared.searching.merged import MergedWords
from shared.searching.reader import IndexReader
from shared.searching.search import SearchWords


def keep_words(ground: Ground) -> KeepWords:
    """For those who write transcripts, and those who delete them."""
    search = ground.ports.search
    return KeepWords(pieces=search.pieces, clock=ground.ports.clock, is_on=search.is_on)


class SearchingDesk:
    def __init__(self, ground: Ground) -> None:
        ports, search = ground.ports, ground.ports.search
        reader = IndexReader(search.pieces)
        self.search = SearchWords(
            pieces=search.pieces,
            reader=reader,
            store=ground.store,
            clock=ports.clock,
            pool=search.pool,
            is_on=search.is_on,
        )
        self._merge = MergePieces(
            pieces=search.pieces,
            merged=MergedWords(reader=reader),
            diaries=ports.diaries,
            clock=ports.clock,
            name="words",
        )
        self._catch_up = CatchUp(
            store=ground.store,
            outputs=ports.outputs,
            keep=keep_words(ground),
            reader=reader,
            diaries=ports.diaries,
            clock=ports.clock,
            pool=search.pool,
        )

    def sweep(self) -> None:
        """What was kept becomes one, without what was forgotten, then what is missing is kept."""
        self._merge()
        self._catch_up()
