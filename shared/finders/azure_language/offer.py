"""Azure AI Language as the application sees it."""

from __future__ import annotations

from shared.finders.azure_language.analyses import ANALYSES
from shared.finders.azure_language.answers import NAME
from shared.finders.azure_language.client import AzureAnalyst, AzureLanguage, ResourceSettings
from shared.finders.offer import Connection, FinderOffer
from shared.model.setting import Secret, Setting, amount, base_url, matching, number
from shared.providers.identity import by_key, by_token, entra_token

_API_VERSION = "2026-05-01"
_PRICE = 1.0
"""US dollars for a thousand text records; cheaper from half a million a month on. Read by others
from Azure's list of retail prices, 2026-09."""


def _connect(to: Connection) -> AzureLanguage:
    return AzureLanguage(**_resource(to))


def _analysts(to: Connection) -> dict[str, AzureAnalyst]:
    resource = _resource(to)
    return {insight: AzureAnalyst(insight, **resource) for insight in ANALYSES}


def _resource(to: Connection) -> ResourceSettings:
    own, key = to.settings, to.settings["key"]
    if key is not None:
        auth = by_key(key.reveal())
    else:
        auth = by_token(entra_token(to.credential(), own["audience"], NAME))
    return ResourceSettings(
        http=to.http,
        endpoint=own["endpoint"],
        auth=auth,
        api_version=own["api_version"],
        calls_per_minute=own["calls_per_minute"],
    )


OFFER = FinderOffer(
    name=AzureLanguage.name,
    prefix="LANGUAGE",
    finds=AzureLanguage.finds,
    settings=(
        Setting("LANGUAGE_ENDPOINT", base_url, None),
        Setting("LANGUAGE_KEY", Secret, None),
        Setting(
            "LANGUAGE_API_VERSION",
            matching(r"20\d\d-\d\d-\d\d(-preview)?", "a version, expected such as 2026-05-01"),
            _API_VERSION,
        ),
        Setting("LANGUAGE_AUDIENCE", base_url, "https://cognitiveservices.azure.com"),
        Setting("LANGUAGE_CALLS_PER_MINUTE", number(1, 1_000_000), 1_000),
        Setting("LANGUAGE_PRICE", amount, _PRICE),
    ),
    connect=_connect,
    analyses={insight: analysis.finds for insight, analysis in ANALYSES.items()},
    analysts=_analysts,
)
