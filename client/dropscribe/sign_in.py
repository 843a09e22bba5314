"""Who is calling: a key, or a token of Microsoft Entra ID."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, Protocol

import httpx

KEY_HEADER = "x-functions-key"


class TokenCredential(Protocol):
    """As the credentials of azure-identity are; nothing of that package is needed for a key."""

    def get_token(self, *scopes: str, **options: Any) -> Any: ...


class Signed(httpx.Auth):
    """Adds the key, or a token that is asked for when it is needed."""

    def __init__(self, key: str = "", token: Callable[[], str] | None = None) -> None:
        self._key, self._token = key, token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if self._token is not None:
            request.headers["authorization"] = f"Bearer {self._token()}"
        elif self._key:
            request.headers[KEY_HEADER] = self._key
        yield request


def tokens_for(credential: TokenCredential, scope: str) -> Callable[[], str]:
    """The credential keeps tokens by itself, so every request may ask."""
    return lambda: str(credential.get_token(scope).token)
