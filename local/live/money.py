"""What a run may cost, before it is begun."""

from __future__ import annotations

from shared.providers.registry import OFFERS

CEILING = 1.00
"""In dollars. A run that may cost more is not begun."""
RECORDINGS = 10


def most_dollars(provider: str, seconds: float, more: int) -> float:
    """Ten recordings of that length in two channels, and `more` of one, by the provider's list
    price."""
    rate = OFFERS[provider].rates["standard"]
    channels = 2 if rate.per_channel else 1
    dearest = max([rate.per_hour, *rate.models.values()])
    return (RECORDINGS + more) * seconds / 3600 * dearest * channels
