"""What the providers can do, and cost, in a deployment with these settings."""

from __future__ import annotations

import msgspec

from shared.configuration.settings import Settings
from shared.finders.registry import FINDER
from shared.model.money.price import PriceTable, RecordRate, TokenRate, with_amounts, with_finder
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.extras import redacting
from shared.model.redaction.kinds import Finds
from shared.providers.registry import DEFAULT_PRICES, OFFERS


def capabilities_by(settings: Settings) -> dict[str, Capabilities]:
    """By the name of the provider. Where there is no key to seal by, lanes take nothing that is to
    be redacted."""
    finds = FINDER.finds if settings.of_finder["endpoint"] is not None else None
    seals = settings.sealing_key is not None
    return {
        name: _here(offer.limits_with(settings.of_provider[name]), finds, seals_answers=seals)
        for name, offer in OFFERS.items()
    }


def prices_by(settings: Settings) -> PriceTable:
    """With what the finder costs, where one looks after those that do not redact by themselves, and
    which finds insights, and the prompter, where its owner says so."""
    table = with_amounts(DEFAULT_PRICES, settings.prices, settings.price_currency)
    own = settings.of_prompter
    if own["endpoint"] is not None and own["price_in"] is not None:
        tokens = TokenRate(per_million_in=own["price_in"], per_million_out=own["price_out"])
        table = msgspec.structs.replace(table, tokens=tokens)
    if settings.of_finder["endpoint"] is None:
        return table
    price, analyses = settings.of_finder["price"], tuple(FINDER.analyses)
    rate = RecordRate(per_thousand=price, insights=analyses)
    table = msgspec.structs.replace(table, records=rate)
    served = set(OFFERS) - redacting({name: offer.limits for name, offer in OFFERS.items()})
    return with_finder(table, served, price)


def at_best() -> dict[str, Capabilities]:
    """With whatever a deployment may have."""
    return {name: _here(offer.limits, FINDER.finds) for name, offer in OFFERS.items()}


def _here(limits: Capabilities, finds: Finds | None, *, seals_answers: bool = True) -> Capabilities:
    lanes = {
        mode: msgspec.structs.replace(own, finds=finds, seals_answers=seals_answers)
        for mode, own in limits.in_mode.items()
    }
    return msgspec.structs.replace(limits, finds=finds, in_mode=lanes)
