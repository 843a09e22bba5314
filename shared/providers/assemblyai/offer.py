"""AssemblyAI as the application sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.model.money.price import Rate
from shared.model.profile.capabilities import Capabilities
from shared.model.setting import Setting, names, number, switch
from shared.providers import known
from shared.providers.assemblyai.capabilities import CREATES_PER_MINUTE, LIMITS, limits_of
from shared.providers.assemblyai.client import AssemblyAI
from shared.providers.assemblyai.languages import LANGUAGES
from shared.providers.assemblyai.models import USUAL
from shared.providers.assemblyai.webhook import Webhook
from shared.providers.known import Known
from shared.providers.offer import Connection, EndpointForm, Offer


def _connect(to: Connection) -> AssemblyAI:
    return AssemblyAI(
        http=to.http,
        endpoint=to.url,
        key=to.key or "",
        webhook=Webhook(to.webhook_url, to.webhook_secret) if to.webhook_url else None,
        uploads=to.settings["uploads"],
        upload_seconds=to.prepare_seconds,
        create_seconds=to.create_seconds,
        models=to.settings["models"] or USUAL.models,
    )


def _limits(settings: Mapping[str, Any]) -> Capabilities:
    return limits_of(settings["creates_per_minute"], uploads=settings["uploads"])


OFFER = Offer(
    name=AssemblyAI.name,
    limits=LIMITS,
    form=EndpointForm(
        prefix="ASSEMBLYAI",
        address="the address of AssemblyAI, https://api.assemblyai.com",
        regions={"us": "https://api.assemblyai.com", "eu": "https://api.eu.assemblyai.com"},
    ),
    connect=_connect,
    settings=(
        Setting("ASSEMBLYAI_UPLOADS", switch, False),
        Setting("ASSEMBLYAI_CREATES_PER_MINUTE", number(4, 10_000), CREATES_PER_MINUTE),
        Setting("ASSEMBLYAI_MAX_ACTIVE_JOBS", number(1, 5000), 200),
        Setting("ASSEMBLYAI_MODELS", names, None),
    ),
    limits_by=_limits,
    # For the dearest model. What the features beside the text cost, the page does not list.
    rates={
        "standard": Rate(
            per_hour=0.21,
            models={"universal-3.5-pro": 0.21, "universal-2": 0.15},
            source="AssemblyAI's pricing page",
            read_on="2026-10-07",
        )
    },
    known=(
        Known("locales", LANGUAGES, "its API specification 1.3.4", "2026-03-23"),
        Known("models", USUAL.models, USUAL.source, USUAL.read_on),
        Known("limits", known.limits_of(LIMITS), "its documentation on limits", "2026-10"),
    ),
)
