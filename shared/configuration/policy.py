"""What follows from the settings: the policy of the use-cases, and the prices."""

from __future__ import annotations

from typing import cast

import msgspec

from shared.configuration.settings import Settings
from shared.model.batch.policy import Policy
from shared.model.money.price import PriceTable, Rate
from shared.model.profile.options import Mode
from shared.providers.registry import DEFAULT_PRICES


def _policy(settings: Settings) -> Policy:
    """A create call has to start and to end before anybody looks for what became of it: a
    quarter and a half of that time are left for these."""
    return Policy(
        coalesce_seconds=settings.coalesce_seconds,
        settle_seconds=min(5, settings.coalesce_seconds),
        slice_size=settings.slice_size,
        write_threads=settings.write_concurrency,
        max_attempts=settings.max_attempts,
        max_active_of={name: own["max_active_jobs"] for name, own in settings.of_provider.items()},
        poll_min_seconds=settings.poll_min_seconds,
        poll_max_seconds=settings.poll_max_seconds,
        submit_within_seconds=min(20, settings.resolve_after_seconds // 4),
        resolve_after_seconds=settings.resolve_after_seconds,
        refetch_seconds=settings.refetch_seconds,
        stuck_after_seconds=settings.stuck_after_seconds,
        relist_seconds=settings.relist_seconds,
        event_patience_seconds=settings.event_patience_seconds,
        orphans_seconds=settings.orphans_seconds,
        orphan_age_seconds=settings.orphan_age_seconds,
        endpoint_pause_seconds=settings.endpoint_pause_seconds,
        deliveries_days=settings.deliveries_days,
        reuse_days=settings.reuse_days,
        submitted_seconds=settings.submitted_seconds,
        give_up_seconds=settings.give_up_seconds,
        fall_over_seconds=settings.fall_over_seconds,
    )


def _prices(settings: Settings) -> PriceTable:
    """The default table with the deployment's own amounts in place of the list prices."""
    rates: dict[str, dict[Mode, Rate]] = {
        name: dict(modes) for name, modes in DEFAULT_PRICES.rates.items()
    }
    for key, amount in settings.prices.items():
        provider, _, mode = key.partition("/")
        modes = rates.setdefault(provider, {})
        known = modes.get(cast(Mode, mode), Rate(per_hour=0))
        modes[cast(Mode, mode)] = msgspec.structs.replace(known, per_hour=amount)
    return PriceTable(currency=settings.price_currency, rates=rates)
