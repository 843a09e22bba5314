"""Signing calls with a key or with a token."""

from collections.abc import Callable

import pytest
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError

from shared.errors import ProviderUnauthorised, ProviderUnavailable
from shared.model.profile.capabilities import Capabilities
from shared.providers.azure_speech.client import AzureSpeech
from shared.providers.identity import by_key, by_token, default_credential, entra_token

AUDIENCE = "https://cognitiveservices.azure.us"


class Token:
    token = "t-1"


class FakeCredential:
    def __init__(self, get: Callable[[str], Token]) -> None:
        self.get = get

    def get_token(self, *scopes: str) -> Token:
        return self.get(scopes[0])


def test_a_key_goes_into_its_header_without_the_line_break_of_its_file() -> None:
    assert by_key("k-1\n")() == {"Ocp-Apim-Subscription-Key": "k-1"}


def test_a_token_is_asked_for_the_scope_of_cognitive_services() -> None:
    asked: list[str] = []

    def get(scope: str) -> Token:
        asked.append(scope)
        return Token()

    assert by_token(entra_token(FakeCredential(get), AUDIENCE, "Azure Speech"))() == {
        "Authorization": "Bearer t-1"
    }
    assert asked == [f"{AUDIENCE}/.default"]


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (ClientAuthenticationError("tenant 123 says no"), ProviderUnauthorised),
        (ServiceRequestError("no route"), ProviderUnavailable),
    ],
)
def test_a_token_that_cannot_be_had_is_our_error(
    raised: Exception, expected: type[Exception]
) -> None:
    def get(scope: str) -> Token:
        raise raised

    with pytest.raises(expected) as caught:
        entra_token(FakeCredential(get), AUDIENCE, "Azure Speech")()
    assert str(caught.value) == f"No Entra token for Azure Speech ({type(raised).__name__})."


@pytest.mark.parametrize("client_id", [None, "00000000-1111-2222-3333-444444444444"])
def test_the_default_credential_can_be_made_without_a_network(client_id: str | None) -> None:
    with default_credential(client_id) as credential:  # type: ignore[attr-defined]
        assert callable(credential.get_token)


def test_the_limits_are_those_of_the_quota_page() -> None:
    limits = AzureSpeech.capabilities
    assert isinstance(limits, Capabilities)
    assert (limits.files_per_job, limits.recordings_per_container_job) == (1000, 10_000)
    assert (limits.max_bytes, limits.max_diarized_ms) == (1_000_000_000, 14_400_000)
    assert (limits.calls_per_window, limits.window_seconds) == (100, 10)
    assert not limits.diarizes_channels
    assert {"wav", "mp3", "webm"} <= limits.containers
    assert {"pcm_s16le", "pcm_mulaw", "opus"} <= limits.codecs
