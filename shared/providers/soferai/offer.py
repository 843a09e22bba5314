"""Sofer.ai as the application sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from shared.model.profile.capabilities import Capabilities
from shared.model.setting import Setting, number
from shared.providers.known import Known, limits_of
from shared.providers.offer import Connection, EndpointForm, Offer
from shared.providers.soferai.capabilities import CALLS_PER_MINUTE, LIMITS, MODELS
from shared.providers.soferai.client import SoferAi
from shared.providers.soferai.prices import RATES, READ_ON, SOURCE


def _connect(to: Connection) -> SoferAi:
    return SoferAi(
        http=to.http,
        endpoint=to.url,
        key=to.key or "",
        create_seconds=to.create_seconds,
        prepare_seconds=to.prepare_seconds,
    )


def _limits(settings: Mapping[str, Any]) -> Capabilities:
    return msgspec.structs.replace(LIMITS, calls_per_window=settings["calls_per_minute"])


OFFER = Offer(
    name=SoferAi.name,
    limits=LIMITS,
    form=EndpointForm(
        prefix="SOFERAI",
        address="the address of Sofer.ai, https://api.sofer.ai",
        regions={"soferai": "https://api.sofer.ai"},
    ),
    connect=_connect,
    settings=(
        Setting("SOFERAI_CALLS_PER_MINUTE", number(1, 100_000), CALLS_PER_MINUTE),
        # Whose results can be fetched within a day, 500 each, by five calls a minute.
        Setting("SOFERAI_MAX_ACTIVE_JOBS", number(1, 1000), 8),
    ),
    limits_by=_limits,
    rates=RATES,
    known=(
        Known("locales", sorted(LIMITS.locales or ()), SOURCE, READ_ON),
        Known("models", MODELS, SOURCE, READ_ON),
        Known("limits", limits_of(LIMITS), f"{SOURCE}; sizes and calls are assumed", READ_ON),
    ),
)
