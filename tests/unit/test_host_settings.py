"""host.json, app settings and keys."""

import json
from pathlib import Path

import pytest

from local.host.keys import Keys, read_keys
from local.host.settings import (
    HostStartError,
    expand_percent,
    host_id,
    load_settings_file,
    read_host_json,
    thread_count,
)
from local.stack.azurite import ROOT


def test_the_apps_own_host_json_is_understood() -> None:
    settings = read_host_json(ROOT / "host.json", {})
    assert settings.route_prefix == ""
    assert settings.queues.batch_size == 16
    assert settings.queues.base64


def test_the_log_keeps_events_and_results_and_little_of_the_host() -> None:
    """An app that sleeps starts up all day long."""
    levels = json.loads((ROOT / "host.json").read_text())["logging"]["logLevel"]
    assert levels == {
        "default": "Warning",
        "Function": "Information",
        "Host.Results": "Information",
    }


def test_a_setting_overrides_host_json(tmp_path: Path) -> None:
    (tmp_path / "host.json").write_text('{"extensions": {"queues": {"batchSize": 4}}}')
    override = {
        "AzureFunctionsJobHost__extensions__queues__batchSize": "7",
        "AzureFunctionsJobHost__extensions__http__routePrefix": "",
    }
    settings = read_host_json(tmp_path / "host.json", override)
    assert (settings.queues.batch_size, settings.route_prefix) == (7, "")


def test_every_wrong_value_in_host_json_is_reported(tmp_path: Path) -> None:
    queues = {"batchSize": 33, "visibilityTimeout": "soon"}
    (tmp_path / "host.json").write_text(
        json.dumps({"functionTimeout": "1 h", "extensions": {"queues": queues}})
    )
    with pytest.raises(HostStartError) as raised:
        read_host_json(tmp_path / "host.json", {})
    assert [problem.split()[1].rstrip(":") for problem in raised.value.problems] == [
        *("queues.batchSize", "queues.visibilityTimeout", "functionTimeout"),
    ]


def test_the_environment_wins_over_the_settings_file(tmp_path: Path) -> None:
    file = tmp_path / "local.settings.json"
    file.write_text('{"Values": {"A": "file", "B": "file"}}')
    environ = {"A": "environment"}
    load_settings_file(file, environ)
    assert environ == {"A": "environment", "B": "file"}


def test_a_broken_settings_file_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "local.settings.json"
    file.write_text("[]")
    with pytest.raises(HostStartError, match="not a settings file"):
        load_settings_file(file, {})


def test_percent_settings_are_expanded_and_missing_ones_named() -> None:
    assert expand_percent("%A%-x-%B%", {"A": "1"}) == ("1-x-%B%", ["B"])


def test_hosts_of_one_app_share_an_id(tmp_path: Path) -> None:
    assert host_id(tmp_path, {}) == host_id(tmp_path / ".", {}) != host_id(tmp_path / "b", {})
    assert host_id(tmp_path, {"AzureFunctionsWebHost__hostid": "mine"}) == "mine"


def test_the_thread_pool_has_the_size_of_the_workers() -> None:
    assert thread_count({"PYTHON_THREADPOOL_THREAD_COUNT": "3"}) == 3
    assert 1 <= thread_count({}) <= 32


@pytest.mark.parametrize(
    ("level", "given", "opens"),
    [
        ("anonymous", "", True),
        ("function", "", False),
        ("function", "wrong", False),
        ("function", "f", True),
        ("function", "own", True),
        ("function", "m", True),
        ("function", "b", False),
        ("admin", "f", False),
        ("admin", "own", False),
        ("admin", "m", True),
        ("function", "schlüssel", False),
    ],
)
def test_a_key_opens_its_level(level: str, given: str, opens: bool) -> None:
    keys = Keys("m", "f", "b", {"mine": "own"})
    assert keys.opens_function(level, "Mine", given) is opens


def test_a_functions_own_key_does_not_open_another() -> None:
    assert not Keys("m", "f", "b", {"mine": "own"}).opens_function("function", "other", "own")


def test_missing_keys_are_made_up_and_told() -> None:
    keys, made = read_keys({"LOCAL_HOST_FUNCTION_KEY": "f", "LOCAL_HOST_FUNCTION_KEY__Mine": "own"})
    assert sorted(made) == ["LOCAL_HOST_BLOBS_EXTENSION_KEY", "LOCAL_HOST_MASTER_KEY"]
    assert keys.opens_function("function", "mine", "own")
    assert keys.opens_blob_webhook(made["LOCAL_HOST_BLOBS_EXTENSION_KEY"])
    assert "own" not in repr(keys) and made["LOCAL_HOST_MASTER_KEY"] not in repr(keys)
