"""The settings that Bicep gives the app, against those that the code and the host read."""

from __future__ import annotations

import json
import re

import pytest

from shared.configuration.known import FORMS, NAMED_KEYS, all_settings
from shared.configuration.settings import read_settings
from shared.providers.registry import OFFERS
from tests.bicep.dropscribe import (
    INFRA,
    MADE,
    PLAIN,
    POLLED,
    PRIVATE,
    REFERENCE,
    ROOT,
    WIDE,
    Environment,
    app_settings,
    deployed,
    settings_as_the_app_sees_them,
    triggers,
)

pytestmark = pytest.mark.long

OTHERS = sorted(set(OFFERS) - {"azure-speech"})
ALL_PROVIDERS = (("OTHER_PROVIDERS", " ".join(OTHERS)),) if OTHERS else PLAIN
HOST = {
    "AzureWebJobsStorage__blobServiceUri",
    "AzureWebJobsStorage__queueServiceUri",
    "AzureWebJobsStorage__tableServiceUri",
    "AzureWebJobsStorage__credential",
    "AzureWebJobsStorage__clientId",
    "APPLICATIONINSIGHTS_CONNECTION_STRING",
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
    "OTEL_TRACES_SAMPLER",
    "OTEL_TRACES_SAMPLER_ARG",
    "PYTHON_THREADPOOL_THREAD_COUNT",
    "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT",
}
# Refused or without effect on Flex Consumption, which has other ways to say the same.
CLIENT = "3f2b1c7a-90de-4c11-8a5e-6b0d9f4e2a10"
REFUSED_BY_THE_PLAN = re.compile(
    "FUNCTIONS_WORKER_RUNTIME|FUNCTIONS_EXTENSION_VERSION|SCM_DO_BUILD_DURING_DEPLOYMENT"
    "|ENABLE_ORYX_BUILD|WEBSITE_.*|TZ"
)
in_every_form = pytest.mark.parametrize(
    "environment",
    [PLAIN, WIDE, POLLED, PRIVATE, ALL_PROVIDERS],
    ids=["plain", "wide", "polled", "private", "others"],
)


@in_every_form
def test_the_app_starts_with_the_settings_that_bicep_gives_it(environment: Environment) -> None:
    read_settings(settings_as_the_app_sees_them(environment))


@in_every_form
def test_no_setting_is_given_that_nobody_reads(environment: Environment) -> None:
    known = {*HOST, *FORMS, *(setting.name for setting in all_settings())}
    strangers = set(app_settings(environment)) - known
    assert {name for name in strangers if not name.startswith(NAMED_KEYS)} == set()
    assert [n for n in app_settings(environment) if REFUSED_BY_THE_PLAN.fullmatch(n)] == []


@in_every_form
def test_what_the_host_reads_is_set(environment: Environment) -> None:
    assert set(app_settings(environment)) >= HOST


@in_every_form
def test_no_setting_holds_a_secret(environment: Environment) -> None:
    """What is secret is a reference to the vault, and the secret of that name is either made by
    a hook or one that docs/deploy.md says how to set. The address of a key is none."""
    secret = re.compile(r".*_(KEY|SECRET)(_.*)?")
    told = set(re.findall(r"secret.sh set ([\w-]+-key)\b", (ROOT / "docs/deploy.md").read_text()))
    for name, value in app_settings(environment).items():
        is_address = re.fullmatch(r"https://[\w-]+\.vault\.azure\.net/keys/\w+", value)
        if secret.fullmatch(name) and not is_address:
            match = REFERENCE.fullmatch(value)
            assert match, name
            assert match[1] in {*MADE, *told}, name
        assert "AccountKey=" not in value, name


def test_every_binding_with_a_setting_can_be_resolved() -> None:
    settings = app_settings()
    for function, trigger in triggers().items():
        for setting in re.findall(r"%(\w+)%", json.dumps(trigger)):
            assert settings.get(setting), f"{function} wants {setting}"
        connection = trigger.get("connection")
        if connection:
            assert any(name.startswith(f"{connection}__") for name in settings), function


def test_a_connection_has_all_that_its_triggers_need() -> None:
    """A blob trigger reads blobs, and its poison queue lies beside them."""
    for connection in {t["connection"] for t in triggers().values() if "connection" in t}:
        for part in ("blobServiceUri", "queueServiceUri", "credential", "clientId"):
            assert f"{connection}__{part}" in app_settings(), connection


def test_settings_agree_with_the_defaults_of_the_code() -> None:
    """The host knows no defaults, so they are given; they are not meant to change anything."""
    defaults = {setting.name: setting.default for setting in all_settings()}
    for name, value in app_settings().items():
        if name.endswith(("_CONTAINER", "_SCHEDULE")):
            assert value == defaults[name], name


def test_the_settings_that_a_host_reads_are_the_marked_ones_of_the_docs() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \|[^|]*\| \* ", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE
    )
    assert set(rows) - {"DATA_STORAGE"} <= set(app_settings())


def test_every_other_provider_can_be_switched_on() -> None:
    for provider in OTHERS:
        only = (("OTHER_PROVIDERS", provider),)
        endpoints = read_settings(settings_as_the_app_sees_them(only)).endpoints
        assert provider in {endpoint.provider for endpoint in endpoints}, provider
        assert app_settings(only)["SPEECH_READS_AUDIO"] == "sas"


def test_azd_asks_for_nothing_but_name_and_region() -> None:
    text = (INFRA / "main.parameters.json").read_text()
    without_default = set(re.findall(r'"\$\{(\w+)\}"', text))
    assert without_default == {"AZURE_ENV_NAME", "AZURE_LOCATION"}


def test_the_parameters_of_azd_are_those_of_the_template_with_the_same_defaults() -> None:
    plain = deployed()
    given = json.loads((INFRA / "main.parameters.json").read_text())["parameters"]
    assert {"environmentName", "location"} < set(given)
    for name in set(given) - {"environmentName", "location"}:
        assert plain.value_of(name) == plain.default_of(name), name
    assert set(plain.parameters) == set(given)


def test_tokens_are_taken_where_an_application_is_named() -> None:
    there = deployed((("API_CLIENT_ID", CLIENT), ("API_ROLE", "Transcribe")))
    [authentication] = [r for r in there.resources if r.name.endswith("/authsettingsV2")]
    assert authentication["properties"]["platform"] == {"enabled": True}
    assert authentication["properties"]["globalValidation"]["requireAuthentication"] is False
    [settings] = [r for r in there.resources if r.name.endswith("/appsettings")]
    assert settings["properties"]["API_AUTH"] == "entra"
    assert settings["properties"]["API_ROLE"] == "Transcribe"
    assert not [r for r in deployed().resources if r.name.endswith("/authsettingsV2")]
