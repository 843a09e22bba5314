"""The finder that there is. Another one is a folder, and a line here."""

from __future__ import annotations

from shared.finders.azure_language.offer import OFFER
from shared.finders.offer import FinderOffer

FINDER: FinderOffer = OFFER
