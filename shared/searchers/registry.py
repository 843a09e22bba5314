"""The searcher that there is. Another one is a folder, and a line here."""

from __future__ import annotations

from shared.searchers.azure_search.offer import OFFER
from shared.searchers.offer import SearcherOffer

SEARCHER: SearcherOffer = OFFER
