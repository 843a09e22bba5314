"""What stands in for the calls of an endpoint whose key was not resolved: nothing is sent."""

from __future__ import annotations

from typing import NoReturn

import httpx

from shared.errors import ProviderUnauthorised
from shared.model.reference import NOT_RESOLVED


class _NothingIsSent(httpx.BaseTransport):
    def handle_request(self, request: httpx.Request) -> NoReturn:
        raise ProviderUnauthorised(f"The key {NOT_RESOLVED}.", code="key_unresolved")


def without_a_key() -> httpx.Client:
    """Every call raises `ProviderUnauthorised`, so that this endpoint alone counts as failing, and
    what waits for it goes elsewhere or on when the key is there."""
    return httpx.Client(transport=_NothingIsSent())
