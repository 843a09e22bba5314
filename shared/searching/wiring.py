"""Search, wired."""

from __future__ import annotations

from shared.merging.merge import MergePieces
from shared.ports.ground import Ground, Ports
from shared.searching.catch_up import CatchUp
from shared.searching.hand_over import HandOver
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
            searcher=search.searcher,
        )
        self._hand_over = _hand_over(ports)
        self._merge = MergePieces(
            pieces=search.pieces,
            merged=MergedWords(reader=reader),
            diaries=ports.diaries,
            clock=ports.clock,
            name="words",
            forget_elsewhere=self._hand_over.forget if self._hand_over else None,
        )
        self._catch_up = CatchUp(
            store=ground.store,
            outputs=ports.outputs,
            keep=keep_words(ground),
            reader=reader,
            diaries=ports.diaries,
            clock=ports.clock,
            pool=search.pool,
            searcher=search.searcher,
        )

    def sweep(self) -> None:
        """What was kept is handed over, where there is a service for it, or becomes one, without
        what was forgotten; then what is missing is kept."""
        try:
            if self._hand_over:
                self._hand_over()
        finally:
            self._merge()
        self._catch_up()


def _hand_over(ports: Ports) -> HandOver | None:
    search = ports.search
    if search.searcher is None:
        return None
    return HandOver(
        pieces=search.pieces,
        searcher=search.searcher,
        diaries=ports.diaries,
        clock=ports.clock,
        days=search.days,
    )
