"""Azure AI Search as the application sees it."""

from __future__ import annotations

from shared.finders.offer import Connection
from shared.model.setting import Secret, Setting, base_url, matching, number
from shared.providers.identity import by_token, entra_token
from shared.searchers.azure_search.client import NAME, AzureSearch
from shared.searchers.offer import SearcherOffer

_API_VERSION = "2024-07-01"


def _connect(to: Connection) -> AzureSearch:
    own, key = to.settings, to.settings["key"]
    if key is not None:
        said = key.reveal().strip()
        auth = lambda: {"api-key": said}  # noqa: E731
    else:
        auth = by_token(entra_token(to.credential(), own["audience"], NAME))
    return AzureSearch(
        http=to.http,
        endpoint=own["endpoint"],
        auth=auth,
        api_version=own["api_version"],
        index=own["index"],
    )


OFFER = SearcherOffer(
    name="azure-search",
    prefix="SEARCH",
    settings=(
        Setting("SEARCH_ENDPOINT", base_url, None),
        Setting("SEARCH_KEY", Secret, None),
        Setting(
            "SEARCH_INDEX",
            matching(r"[a-z0-9](-?[a-z0-9]){1,63}", "a name, expected such as dropscribe"),
            "dropscribe",
        ),
        Setting(
            "SEARCH_API_VERSION",
            matching(r"20\d\d-\d\d-\d\d(-preview)?", "a version, expected such as 2024-07-01"),
            _API_VERSION,
        ),
        Setting("SEARCH_AUDIENCE", base_url, "https://search.azure.com"),
        Setting("SEARCH_DAYS", number(0, 3650), 0),
    ),
    connect=_connect,
)
