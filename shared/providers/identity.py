"""Two ways to sign a call to one of Azure's AI services: the resource's key, or an Entra token.

Tokens need the resource's own domain (`https://<name>.cognitiveservices.azure.com`) and a role for
its data, such as Cognitive Services Speech User; Owner and Contributor give no access to data.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from shared.errors import ProviderUnauthorised, ProviderUnavailable
from shared.providers.transport import Auth


class AccessToken(Protocol):
    @property
    def token(self) -> str: ...


class Credential(Protocol):
    """A credential of azure-identity; these keep their tokens and renew them in time."""

    def get_token(self, *scopes: str) -> AccessToken: ...


def by_key(key: str) -> Auth:
    stripped = key.strip()  # a line break at its end would be an illegal header
    return lambda: {"Ocp-Apim-Subscription-Key": stripped}


def by_token(token: Callable[[], str]) -> Auth:
    """`token` is asked before each call and has to keep what it got."""
    return lambda: {"Authorization": f"Bearer {token()}"}


def entra_token(credential: Credential, audience: str, service: str) -> Callable[[], str]:
    """Tokens for a service from a credential. `audience` is the services' in its cloud, such as
    https://cognitiveservices.azure.com. The tokens' errors become ours."""

    def token() -> str:
        from azure.core.exceptions import AzureError, ClientAuthenticationError

        try:
            return credential.get_token(f"{audience}/.default").token
        except ClientAuthenticationError as error:
            raise ProviderUnauthorised(_no_token(error, service), code="no_token") from None
        except AzureError as error:
            raise ProviderUnavailable(_no_token(error, service), code="no_token") from None

    return token


def default_credential(client_id: str | None = None) -> Credential:
    """The app's identity in Azure, a developer's on a desk. `client_id` picks a user-assigned
    identity. azure-identity is slow to import, so only those who need it pay."""
    from azure.identity import DefaultAzureCredential

    if client_id:
        return DefaultAzureCredential(managed_identity_client_id=client_id)
    return DefaultAzureCredential()


def _no_token(error: Exception, service: str) -> str:
    return f"No Entra token for {service} ({type(error).__name__})."
