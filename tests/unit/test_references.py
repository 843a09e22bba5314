"""A reference to a secret that Azure did not resolve is the text that the app gets."""

from __future__ import annotations

import httpx
import pytest

from shared.configuration.settings import read_settings
from shared.connections import endpoints
from shared.errors import ConfigurationError, ProviderUnauthorised
from shared.model.reference import is_reference
from shared.ports.provider import SpeechProvider

VAULT = "@Microsoft.KeyVault(SecretUri=https://kv-x.vault.azure.net/secrets/{})"
STORE = "@Microsoft.AppConfiguration(Endpoint=https://x.azconfig.io; Key=y)"
ENVIRONMENT = {
    "DATA_STORAGE": "UseDevelopmentStorage=true",
    "SPEECH_ENDPOINT": "https://spch.cognitiveservices.azure.com",
    "SPEECH_KEY": "k",
    "WEBHOOK_BASE_URL": "https://app.example",
    "WEBHOOK_SECRET": "0123456789abcdef",
}


def problems(**changed: str) -> list[str]:
    with pytest.raises(ConfigurationError) as error:
        read_settings({**ENVIRONMENT, **changed})
    return list(error.value.problems)


@pytest.mark.parametrize("name", ["WEBHOOK_SECRET", "EVENTS_SECRET", "DATA_STORAGE", "API_ROLE"])
@pytest.mark.parametrize("value", [VAULT.format("secret"), STORE, VAULT.lower(), f" {STORE}"])
def test_it_is_refused_by_name_with_what_to_look_at(name: str, value: str) -> None:
    first, *others = problems(**{name: value})
    assert first.startswith(f"{name}: is a reference that was not resolved")
    for word in ("Key Vault Secrets User", "restart"):
        assert word in first
    assert all(not line.startswith(f"{name}:") for line in others)
    assert "kv-x" not in "".join([first, *others])


def test_all_of_them_are_told_at_once() -> None:
    told = problems(WEBHOOK_SECRET=VAULT.format("a"), EVENTS_SECRET=VAULT.format("b"))
    assert [line.partition(":")[0] for line in told] == ["EVENTS_SECRET", "WEBHOOK_SECRET"]


@pytest.mark.parametrize(
    ("keys", "endpoint"),
    [
        ({"ASSEMBLYAI_KEY": VAULT.format("assemblyai-key")}, "us"),
        ({"SOFERAI_KEY": VAULT.format("soferai-key")}, "soferai"),
        (
            {
                "ASSEMBLYAI_ENDPOINTS": "one=https://a.example two=https://b.example",
                "ASSEMBLYAI_KEY_ONE": "k",
                "ASSEMBLYAI_KEY_TWO": VAULT.format("two"),
            },
            "two",
        ),
        ({"SPEECH_KEY": VAULT.format("speech")}, "speech"),
    ],
)
def test_of_a_provider_s_key_that_endpoint_alone_fails_and_nothing_is_sent(
    keys: dict[str, str], endpoint: str
) -> None:
    settings = read_settings({**ENVIRONMENT, **keys})
    sent: list[str] = []

    def answered(request: httpx.Request) -> httpx.Response:
        sent.append(str(request.headers))
        return httpx.Response(404)

    with httpx.Client(transport=httpx.MockTransport(answered)) as http:
        providers: dict[str, SpeechProvider] = endpoints(settings, http)
        with pytest.raises(ProviderUnauthorised, match="not resolved") as error:
            providers[endpoint].status("an-id")
        assert error.value.code == "key_unresolved" and sent == []
        others = [name for name in providers if name != endpoint]
        for name in others:
            try:
                providers[name].status("an-id")
            except ProviderUnauthorised:
                raise
            except Exception:
                continue
        assert len(sent) == len(others)


@pytest.mark.parametrize("value", ["", "k", "Microsoft.KeyVault(x)", "whsec_@Microsoft.KeyVault("])
def test_what_is_no_reference_is_a_value(value: str) -> None:
    assert not is_reference(value)
