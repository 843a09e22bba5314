"""Endpoints of several providers: a key is enough where a provider has the same addresses for
everybody; what is wrong is told in the provider's own settings."""

from __future__ import annotations

import httpx
import pytest

from shared.configuration.in_force import signs_links
from shared.configuration.settings import Settings, read_settings
from shared.connections import endpoints
from shared.errors import ConfigurationError
from shared.model.setting import Endpoint, Secret
from shared.providers.offer import EndpointForm
from shared.providers.registry import OFFERS

STORAGE = {
    "DATA_STORAGE__blobServiceUri": "https://acme.blob.core.windows.net",
    "DATA_STORAGE__queueServiceUri": "https://acme.queue.core.windows.net",
    "DATA_STORAGE__tableServiceUri": "https://acme.table.core.windows.net",
}
AZURE = {"SPEECH_ENDPOINT": "https://acme.cognitiveservices.azure.com"}
US, EU = "https://api.assemblyai.com", "https://api.eu.assemblyai.com"


def read(**settings: str) -> Settings:
    return read_settings(STORAGE | settings)


def problem(**settings: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read(**settings)
    [found] = caught.value.problems
    return found


def test_a_key_is_enough_and_the_region_chooses_the_address() -> None:
    def endpoint(name: str, url: str) -> tuple[Endpoint, ...]:
        return (Endpoint(provider="assemblyai", name=name, url=url, key=Secret("k")),)

    assert read(ASSEMBLYAI_KEY="k").endpoints == endpoint("us", US)
    assert read(ASSEMBLYAI_KEY="k", ASSEMBLYAI_REGION="eu").endpoints == endpoint("eu", EU)
    both = read(ASSEMBLYAI_KEY="k", ASSEMBLYAI_ENDPOINTS=f"eu={EU} us={US}").endpoints
    assert [one.name for one in both] == ["eu", "us"]


def test_several_providers_stand_side_by_side() -> None:
    found = read(**AZURE, ASSEMBLYAI_KEY="k").endpoints
    assert [(one.provider, one.name) for one in found] == [
        ("azure-speech", "speech"),
        ("assemblyai", "us"),
    ]


def test_an_own_setting_alone_makes_no_endpoint() -> None:
    found = read(**AZURE, ASSEMBLYAI_MAX_ACTIVE_JOBS="7")
    assert [one.provider for one in found.endpoints] == ["azure-speech"]
    assert found.of_provider["assemblyai"]["max_active_jobs"] == 7


def test_each_provider_has_as_many_jobs_at_a_time_as_its_own_setting_says() -> None:
    policy = read(**AZURE, ASSEMBLYAI_KEY="k", ASSEMBLYAI_MAX_ACTIVE_JOBS="7").policy
    assert policy.most_active_jobs("assemblyai") == 7
    assert policy.most_active_jobs("azure-speech") == 40


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"ASSEMBLYAI_REGION": "asia", "ASSEMBLYAI_KEY": "k"}, "ASSEMBLYAI_REGION: 'asia' is not"),
        ({"ASSEMBLYAI_REGION": "eu"}, "ASSEMBLYAI_KEY: is not set, expected the key"),
        ({"ASSEMBLYAI_KEY_EU": "k", "ASSEMBLYAI_KEY": "k"}, "ASSEMBLYAI_KEY_EU: there is no"),
        (
            {"ASSEMBLYAI_ENDPOINTS": f"speech={US}", "ASSEMBLYAI_KEY": "k"},
            "ASSEMBLYAI_ENDPOINTS: names the endpoint speech twice",
        ),
        (
            {"SPEECH_READS_AUDIO": "identity", "ASSEMBLYAI_KEY": "k"},
            "SPEECH_READS_AUDIO: is identity, expected sas",
        ),
    ],
)
def test_a_problem_names_the_providers_own_setting(settings: dict[str, str], said: str) -> None:
    assert problem(**AZURE, **settings).startswith(said)


def test_without_any_endpoint_all_ways_to_one_are_told() -> None:
    said = problem()
    assert said.startswith("SPEECH_ENDPOINT: is not set, expected the address")
    assert "ASSEMBLYAI_KEY" in said


def test_links_carry_a_sas_unless_every_provider_reads_with_its_identity() -> None:
    assert signs_links(read(ASSEMBLYAI_KEY="k"))
    assert signs_links(read(**AZURE))
    assert not signs_links(read(**AZURE, SPEECH_READS_AUDIO="identity"))


@pytest.mark.parametrize("seconds", [5, 60, 180, 3600])
def test_what_goes_before_a_create_call_ends_before_anybody_looks_for_it(seconds: int) -> None:
    """Intent, a late start, the preparation and the call itself fit into the time."""
    settings = read(
        ASSEMBLYAI_KEY="k",
        ASSEMBLYAI_UPLOADS="true",
        WEBHOOK_BASE_URL="https://app.example",
        WEBHOOK_SECRET="0123456789abcdef",
        RESOLVE_AFTER_SECONDS=str(seconds),
    )
    with httpx.Client() as http:
        provider = endpoints(settings, http)["us"]
    create = provider._transport._create.read
    total = settings.policy.submit_within_seconds + provider._upload_seconds + create
    assert provider._upload_seconds > 0
    assert total < seconds


def test_every_provider_says_what_its_settings_begin_with() -> None:
    prefixes = [offer.form.prefix for offer in OFFERS.values()]
    assert len(set(prefixes)) == len(prefixes)
    for offer in OFFERS.values():
        assert isinstance(offer.form, EndpointForm) and offer.form.usual_name
        names = [setting.name for setting in offer.settings]
        assert f"{offer.form.prefix}_MAX_ACTIVE_JOBS" in names
        assert all(name.startswith(f"{offer.form.prefix}_") for name in names)
