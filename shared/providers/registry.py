"""All providers. Adding one is a folder, and a line here."""

from __future__ import annotations

from collections.abc import Mapping

from shared.model.money.price import PriceTable
from shared.providers.assemblyai.offer import OFFER as ASSEMBLYAI
from shared.providers.azure_speech.offer import OFFER as AZURE_SPEECH
from shared.providers.offer import Offer
from shared.providers.soferai.offer import OFFER as SOFERAI

OFFERS: Mapping[str, Offer] = {offer.name: offer for offer in (AZURE_SPEECH, ASSEMBLYAI, SOFERAI)}
DEFAULT_PRICES = PriceTable(rates={name: dict(offer.rates) for name, offer in OFFERS.items()})
