"""What a searcher's folder offers to the rest of the application, which knows no more of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from shared.finders.offer import Connection
from shared.model.setting import Setting
from shared.ports.searcher import Searcher


class SearcherOffer(NamedTuple):
    """A searcher. Its settings begin with `prefix`; without `<prefix>_ENDPOINT` what was said lies
    in storage alone. After `<prefix>_DAYS` it holds nothing any more of what was written then; 0 is
    for ever."""

    name: str
    prefix: str
    settings: tuple[Setting, ...]
    connect: Callable[[Connection], Searcher]
