"""What is wrong with settings or profiles is said where people look, before anything starts."""

from __future__ import annotations

import socket
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NoReturn

import pytest

from local.__main__ import main
from local.stack import lasting
from local.stack.check import check_configuration
from local.stack.lasting import Lasting, StackDown
from shared.application import Application
from shared.errors import ConfigurationError
from tests.fakes.api import Api

THREE_MISTAKES = """
[default]
provider = "azure-speach"
locale = "en-US"
formats = ["pdf"]
review_bellow = 0.6
"""


def misconfigured() -> Application:
    raise ConfigurationError(
        ["PRICES: is not JSON", "profiles.toml: [default] colour: no such key"]
    )


def test_health_tells_what_is_wrong_with_the_configuration() -> None:
    got = Api(misconfigured)("get_health")
    assert (got.status, got.json["status"], got.json["storage"]) == (503, "down", "unknown")
    assert got.json["problems"] == [
        "PRICES: is not JSON",
        "profiles.toml: [default] colour: no such key",
    ]


def test_every_other_call_tells_it_too() -> None:
    got = Api(misconfigured)("list_batches")
    assert (got.status, got.json["code"]) == (500, "configuration_error")
    assert "Try again" not in got.json["detail"]
    assert got.json["faults"][0]["message"] == "PRICES: is not JSON"


@pytest.fixture
def nothing_starts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder in the place of the project's, whose stack must not be started."""

    def started() -> NoReturn:
        raise AssertionError("something was started")

    monkeypatch.setattr("local.stack.stack.ROOT", tmp_path)
    monkeypatch.setattr("local.stack.check.ROOT", tmp_path)
    monkeypatch.setattr("local.stack.stack.running_azurite", started)
    return tmp_path


@pytest.mark.parametrize("command", ["run", "demo"])
def test_mistakes_in_the_profiles_end_the_command_before_anything_starts(
    nothing_starts: Path,
    command: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (nothing_starts / "profiles.toml").write_text(THREE_MISTAKES)
    monkeypatch.setattr("sys.argv", ["local", command])
    assert main() == 1
    told = capsys.readouterr()
    for word in ("azure-speach", "pdf", "review_bellow"):
        assert word in told.out + told.err, word


def test_a_wrong_setting_of_the_settings_file_ends_the_command_too(
    nothing_starts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (nothing_starts / "profiles.toml").write_text('[default]\nprovider = "azure-speech"\n')
    (nothing_starts / "local.settings.json").write_text('{"Values": {"MAX_ATTEMPTS": "many"}}')
    monkeypatch.setattr("sys.argv", ["local", "run"])
    assert main() == 1
    assert "MAX_ATTEMPTS" in capsys.readouterr().err


def test_a_settings_file_that_is_not_json_is_a_problem_of_the_configuration(
    nothing_starts: Path,
) -> None:
    (nothing_starts / "local.settings.json").write_text("{")
    with pytest.raises(ConfigurationError, match=r"local\.settings\.json"):
        check_configuration({})


def lasting_stack(folder: Path) -> AbstractContextManager[None]:
    return lasting.told(Lasting("storage", "http://127.0.0.1:1/api", "key"), folder)


def test_drop_says_that_the_stack_is_down(tmp_path: Path) -> None:
    with pytest.raises(StackDown, match="make run"):
        lasting.find(tmp_path)
    with lasting_stack(tmp_path), pytest.raises(StackDown, match="make run"):
        lasting.find(tmp_path)  # its files are there, and nobody answers
    assert list(tmp_path.iterdir()) == []


def test_drop_notices_profiles_that_were_changed_since(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lasting_stack(tmp_path):
        assert not lasting.is_stale(tmp_path)
        (tmp_path / "api-profiles").write_text("other")
        assert lasting.is_stale(tmp_path)


def test_the_secret_of_callbacks_lies_beside_the_key_while_the_stack_is_up(tmp_path: Path) -> None:
    stack = Lasting("storage", "http://127.0.0.1:1/api", "key")
    with lasting.told(stack, tmp_path, events_secret="whsec_c2VjcmV0"):
        assert (tmp_path / "events-secret").read_text() == "whsec_c2VjcmV0"
        assert (tmp_path / "api-key").read_text() == "key"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["run", "demo"])
@pytest.mark.parametrize("content", [None, b'[default]\nprompt = "M\xfcller"\n', b"\xff\xfe["])
def test_profiles_that_cannot_be_read_end_the_command_in_one_line(
    nothing_starts: Path,
    command: str,
    content: bytes | None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if content is not None:
        (nothing_starts / "profiles.toml").write_bytes(content)
    monkeypatch.setattr("sys.argv", ["local", command])
    monkeypatch.chdir(nothing_starts)
    assert main() == 1
    told = capsys.readouterr()
    assert "profiles.toml: cannot be read (" in told.out + told.err


@pytest.mark.parametrize(
    "words", [["run", "--port"], ["emulators", "--assemblyai-port"]], ids=lambda words: words[0]
)
def test_a_port_that_is_taken_is_told_before_anything_starts(
    nothing_starts: Path,
    words: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (nothing_starts / "profiles.toml").write_text("")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        others = [f"--{name}-port=0" for name in ("azure-speech", "soferai", "azure-language")]
        monkeypatch.setattr(
            "sys.argv", ["local", *words, port, *(others if words[0] == "emulators" else [])]
        )
        assert main() == 1
    assert f"Port {port} cannot be had" in capsys.readouterr().err
