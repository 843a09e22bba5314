"""Settings: what is read, and that every problem is told at once without showing a secret."""

# ruff: noqa: E501
# Problems are written out whole, each beside the value that causes it.

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest

from shared.configuration.in_force import read_configuration
from shared.configuration.known import FORMS, NAMED_KEYS, SETTINGS, all_settings
from shared.configuration.settings import Settings, read_settings
from shared.errors import ConfigurationError
from shared.model.policy import Policy
from shared.model.setting import DataStorage, Endpoint, Secret, Setting

ROOT = Path(__file__).parents[2]
LEAST = {
    "DATA_STORAGE__blobServiceUri": "https://acme.blob.core.windows.net/",
    "DATA_STORAGE__queueServiceUri": "https://acme.queue.core.windows.net",
    "DATA_STORAGE__tableServiceUri": "https://acme.table.core.windows.net",
    "SPEECH_ENDPOINT": "https://acme.cognitiveservices.azure.com",
}


def problems(**changes: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        read_settings(LEAST | changes)
    return list(caught.value.problems)


def test_storage_and_one_endpoint_are_enough() -> None:
    found = read_settings(LEAST)
    assert found.data_storage == DataStorage(
        blob_service_uri="https://acme.blob.core.windows.net",
        queue_service_uri="https://acme.queue.core.windows.net",
        table_service_uri="https://acme.table.core.windows.net",
    )
    assert found.endpoints == (
        Endpoint(
            provider="azure-speech", name="speech", url="https://acme.cognitiveservices.azure.com"
        ),
    )
    assert (found.audio_container, found.transcripts_container) == ("audio", "transcripts")
    assert (found.policy.coalesce_seconds, found.policy.poll_min_seconds) == (60, 60)
    assert found.sas_hours == 48
    assert found.webhook_base_url is None


def test_each_setting_of_one_value_has_a_field_of_its_name_or_one_of_the_policy() -> None:
    own = {setting.name.lower() for setting in SETTINGS if not setting.policy}
    services = {"of_provider", "of_finder", "of_prompter", "of_searcher"}
    forms = {"data_storage", "endpoints", *services, "policy", "unknown"}
    assert own | forms == set(Settings.__struct_fields__)
    of_policy = [setting.policy for setting in SETTINGS if setting.policy]
    assert len(of_policy) == len(set(of_policy))
    assert set(of_policy) <= set(Policy.__struct_fields__)


@pytest.mark.parametrize("setting", [s for s in SETTINGS if s.policy], ids=lambda s: s.name)
def test_a_number_of_the_policy_is_told_once(setting: Setting) -> None:
    """Its default is that of `Policy`, and what is set arrives there."""
    assert setting.policy is not None
    assert setting.default == getattr(Policy(), setting.policy)
    given = {setting.name: str(setting.default + 1), "POLL_MAX_SECONDS": "601"}
    assert getattr(read_settings(LEAST | given).policy, setting.policy) == setting.default + 1


def test_a_create_call_starts_and_a_batch_waits_for_the_late_within_what_is_set() -> None:
    def policy(**changes: str) -> Policy:
        return read_settings(LEAST | changes).policy

    assert policy(RESOLVE_AFTER_SECONDS="40").submit_within_seconds == 10
    assert policy(RESOLVE_AFTER_SECONDS="3600").submit_within_seconds == 20
    assert policy(COALESCE_SECONDS="2").settle_seconds == 2
    assert policy(COALESCE_SECONDS="90").settle_seconds == 5


def test_the_environment_of_the_process_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in LEAST.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COALESCE_SECONDS", "17")
    assert read_settings().policy.coalesce_seconds == 17


def test_several_endpoints_find_their_own_keys_and_else_the_common_one() -> None:
    environment = {k: v for k, v in LEAST.items() if k != "SPEECH_ENDPOINT"} | {
        "SPEECH_ENDPOINTS": "west-europe=https://we.example\n  us=https://us.example/",
        "SPEECH_KEY": "common-key",
        "SPEECH_KEY_WEST_EUROPE": "own-key",
    }
    assert read_settings(environment).endpoints == (
        Endpoint(
            provider="azure-speech",
            name="west-europe",
            url="https://we.example",
            key=Secret("own-key"),
        ),
        Endpoint(
            provider="azure-speech", name="us", url="https://us.example", key=Secret("common-key")
        ),
    )


def test_every_value_is_read_into_its_type() -> None:
    found = read_settings(
        LEAST
        | {
            "SPEECH_REGION": "westeurope",
            "SPEECH_READS_AUDIO": "identity",
            "WEBHOOK_BASE_URL": "https://acme.azurewebsites.net/",
            "WEBHOOK_SECRET": "0123456789abcdef",
            "PRICES": "azure-speech/standard=0.18, azure-speech/express=1",
            "PRICE_CURRENCY": "EUR",
            "POLL_SCHEDULE": "*/30 * * * * *",
            "PROFILES_FILE": "/app/profiles.toml",
            "ALLOW_HTTP": "False",
            "MAX_ATTEMPTS": " 5 ",
            "STATE_TABLE": "",
        }
    )
    assert found.endpoints[0].name == "westeurope"
    assert found.of_provider["azure-speech"]["reads_audio"] == "identity"
    assert found.webhook_base_url == "https://acme.azurewebsites.net"
    assert found.webhook_secret == Secret("0123456789abcdef")
    assert found.prices == {"azure-speech/standard": 0.18, "azure-speech/express": 1.0}
    assert found.price_currency == "EUR"
    assert found.poll_schedule == "*/30 * * * * *"
    assert found.profiles_file == Path("/app/profiles.toml")
    assert (found.allow_http, found.state_table) == (False, "dropscribe")
    assert found.policy.max_attempts == 5


def test_a_connection_string_stands_in_for_the_addresses() -> None:
    environment = {
        "DATA_STORAGE": "UseDevelopmentStorage=true",
        "SPEECH_ENDPOINT": "http://127.0.0.1:5101",
        "ALLOW_HTTP": "true",
    }
    found = read_settings(environment)
    assert found.data_storage.connection_string == Secret("UseDevelopmentStorage=true")
    assert found.endpoints[0].url == "http://127.0.0.1:5101"


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("AUDIO_CONTAINER", "My Audio", "'My Audio' is not a container name, expected 3 to 63 lower-case letters, digits and single hyphens"),
        ("AUDIO_CONTAINER", "a--b", "'a--b' is not a container name, expected 3 to 63 lower-case letters, digits and single hyphens"),
        ("STATE_TABLE", "my-table", "'my-table' is not a table name, expected 3 to 63 letters and digits"),
        ("SPEECH_API_VERSION", "v3.1", "v3.1 was retired on 2026-03-31, and every call would be refused; expected one of 2025-10-15, 2024-11-15"),
        ("SPEECH_READS_AUDIO", "key", "'key' is not known, expected one of sas, identity"),
        ("COALESCE_SECONDS", "0", "'0' is out of range, expected 1 to 3600"),
        ("COALESCE_SECONDS", "1.5", "'1.5' is out of range, expected 1 to 3600"),
        ("COALESCE_SECONDS", "²", "'²' is out of range, expected 1 to 3600"),
        ("SAS_HOURS", "200", "'200' is out of range, expected 6 to 168"),
        ("POLL_SCHEDULE", "* * * * *", "'* * * * *' is not a schedule, expected six fields such as \"0 * * * * *\""),
        ("PRICES", "azure-speech=1", "'azure-speech=1' is not a price, expected provider/mode=amount, for example azure-speech/standard=0.18"),
        ("PRICE_CURRENCY", "euro", "'euro' is not a currency, expected a code such as USD"),
        ("ALLOW_HTTP", "yes", "'yes' is not a switch, expected true or false"),
        ("WEBHOOK_BASE_URL", "acme.azurewebsites.net", "is not a plain address, expected https://host with neither query nor password"),
        ("WEBHOOK_SECRET", "short", "has 5 characters, expected at least 16, best made at random"),
        ("SPEECH_ENDPOINT", "http://acme", "is not encrypted, expected an https:// address"),
        ("SPEECH_REGION", "West Europe", "has an entry without a usable name, expected lower-case letters, digits and hyphens"),
        ("SPEECH_KEY_US", "k", "there is no endpoint of that name, expected one of SPEECH_KEY_SPEECH"),
        ("SPEECH_ENDPOINTS", "a=https://b", None),
        ("DATA_STORAGE", "UseDevelopmentStorage=true", None),
        ("DATA_STORAGE__credential", "key", "'key' is not known, expected managedidentity or nothing"),
        ("DATA_STORAGE__blobServiceUri", "https://acme/?sv=1&sig=x", "is not a plain address, expected https://host with neither query nor password"),
    ],
)  # fmt: skip
def test_a_problem_names_the_setting_and_what_is_expected(
    name: str, value: str, problem: str | None
) -> None:
    found = problems(**{name: value})
    assert len(found) == 1
    if problem is None:
        assert "expected only one of" in found[0]
    else:
        assert found == [f"{name}: {problem}"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("SPEECH_KEYS", "there is no such setting, did you mean SPEECH_KEY?"),
        ("COALESCE_SECS", "there is no such setting, did you mean COALESCE_SECONDS?"),
        ("DROPSCRIBE_X", "there is no such setting, expected a known one"),
        ("AUDIO_CONTAINERS", "there is no such setting, did you mean AUDIO_CONTAINER?"),
        ("SPEECH_NEW_THING", "there is no such setting, did you mean SPEECH_ENDPOINT?"),
        ("WEBHOOK_TIMEOUT", "there is no such setting, did you mean WEBHOOK_SECRET?"),
        ("ASSEMBLYAI_KEYS", "there is no such setting, did you mean ASSEMBLYAI_KEY?"),
    ],
)
def test_a_name_that_nothing_reads_is_told_and_stops_no_deployment(name: str, told: str) -> None:
    """While a release takes over, or is taken back, settings of the newer one stand before the
    older. Whoever starts the app by hand is stopped: they are there to mend it."""
    secret = "topsecret"
    found = read_settings(LEAST | {name: secret})
    assert found.unknown == (f"{name}: {told}",)
    assert msgspec.structs.replace(found, unknown=()) == read_settings(LEAST)
    with pytest.raises(ConfigurationError) as caught:
        read_configuration(LEAST | {name: secret})
    assert list(caught.value.problems) == [f"{name}: {told}"]


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_settings(
            {
                "REPORTS_CONTAINER": "audio",
                "POLL_MIN_SECONDS": "900",
                "WEBHOOK_BASE_URL": "http://acme.example",
                "MAX_ATTEMPTS": "many",
            }
        )
    assert [line.split(":")[0] for line in caught.value.problems] == [
        "MAX_ATTEMPTS",
        "DATA_STORAGE__blobServiceUri",
        "SPEECH_ENDPOINT",
        "POLL_MIN_SECONDS",
        "WEBHOOK_SECRET",
        "WEBHOOK_BASE_URL",
        "REPORTS_CONTAINER",
    ]


def test_half_an_account_is_told_service_by_service() -> None:
    environment = {k: v for k, v in LEAST.items() if "queue" not in k and "table" not in k}
    with pytest.raises(ConfigurationError) as caught:
        read_settings(environment)
    assert [line.split(":")[0] for line in caught.value.problems] == [
        "DATA_STORAGE__queueServiceUri",
        "DATA_STORAGE__tableServiceUri",
    ]


@pytest.mark.parametrize("entries", ["a=https://x a=https://y", "https://x", "A=https://x"])
def test_endpoints_need_names_of_their_own(entries: str) -> None:
    environment = {k: v for k, v in LEAST.items() if k != "SPEECH_ENDPOINT"}
    with pytest.raises(ConfigurationError, match="SPEECH_ENDPOINTS: "):
        read_settings(environment | {"SPEECH_ENDPOINTS": entries})


def test_neither_keys_nor_addresses_are_ever_shown() -> None:
    secrets = {
        "DATA_STORAGE": "AccountName=a;AccountKey=topsecret1",
        "SPEECH_KEY": "topsecret2",
        "WEBHOOK_SECRET": "topsecret3topsecret3",
    }
    found = read_settings({"SPEECH_ENDPOINT": LEAST["SPEECH_ENDPOINT"], **secrets})
    assert "topsecret" not in repr(found) + str(found) + f"{found.webhook_secret}"
    assert found.webhook_secret is not None
    assert found.webhook_secret.reveal() == "topsecret3topsecret3"
    told = "\n".join(
        problems(
            DATA_STORAGE="topsecret1",
            SPEECH_ENDPOINT="https://u:topsecret2@host/?sig=topsecret4",
            WEBHOOK_SECRET="topsecret3",
            SPEECH_KEYS="topsecret5",
        )
    )
    assert "topsecret" not in told


def test_what_belongs_to_others_is_left_alone() -> None:
    others = dict.fromkeys(
        [
            "AzureWebJobsStorage__blobServiceUri",
            "APPLICATIONINSIGHTS_CONNECTION_STRING",
            "AZURE_TENANT_ID",
            "AZURE_CLIENT_SECRET",
            "WEBSITE_SITE_NAME",
            "PYTHON_THREADPOOL_THREAD_COUNT",
            "PATH",
            "HOME",
        ],
        "x",
    )
    assert read_settings(LEAST | others) == read_settings(LEAST)


def test_the_sample_for_a_machine_of_ones_own_is_right() -> None:
    sample = json.loads((ROOT / "local.settings.sample.json").read_text(encoding="utf-8"))
    found = read_settings(sample["Values"])
    assert found.allow_http
    assert found.webhook_base_url == "http://127.0.0.1:7071"


def test_each_setting_is_documented_with_its_default_and_none_is_invented() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([A-Za-z_<>]+)` \|([^|]*)\|", text, re.MULTILINE)
    documented = {name: default.strip().strip("`") for name, default in rows}
    assert len(documented) == len(rows)
    keys = {f"{prefix}<NAME>" for prefix in NAMED_KEYS}
    assert set(documented) == {*FORMS, *keys, *(s.name for s in all_settings())}
    for setting in all_settings():
        shown = "" if setting.default in (None, {}, ()) else str(setting.default)
        shown = shown.lower() if isinstance(setting.default, bool) else shown
        assert documented[setting.name] == shown, setting.name
