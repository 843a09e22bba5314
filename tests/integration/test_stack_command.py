"""The command line on the running stack, as a user types it: its life, its exit codes."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dropscribe import AsyncDropscribe, Dropscribe

from local.stack.stack import Stack, running_stack
from tests.stack import QUICK, sound

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    logs = tmp_path_factory.mktemp("command")
    profiles = tmp_path_factory.mktemp("command-profiles") / "profiles.toml"
    profiles.write_text('[profile.mondays]\nprefixes = ["calls/monday"]\n', encoding="utf-8")
    settings = {**QUICK, "GIVE_UP_SECONDS": "60", "PROFILES_FILE": str(profiles)}
    with running_stack(logs, engine="scripted", settings=settings) as running:
        yield running


class Terminal:
    """A shell whose user has signed in, or not."""

    def __init__(self, home: Path, stack: Stack) -> None:
        self.home, self.stack = home, stack

    def __call__(self, *words: str, code: int = 0, given: str = "") -> str:
        environment = {
            key: value for key, value in os.environ.items() if not key.startswith("DROPSCRIBE_")
        }
        environment |= {
            "PYTHONPATH": str(ROOT / "client"),
            "DROPSCRIBE_HOME": str(self.home / "config"),
            "TERM": "dumb",
        }
        told = subprocess.run(
            [sys.executable, "-m", "dropscribe", *words],
            capture_output=True,
            text=True,
            input=given,
            cwd=self.home,
            env=environment,
            timeout=120,
        )
        assert told.returncode == code, told.stdout + told.stderr
        assert self.stack.api_key not in told.stdout + told.stderr
        return told.stdout

    def json(self, *words: str, code: int = 0) -> Any:
        return json.loads(self("--json", *words, code=code))


@pytest.fixture
def shell(tmp_path: Path, stack: Stack) -> Terminal:
    shell = Terminal(tmp_path, stack)
    shell("login", stack.app_url, given=stack.api_key)
    return shell


def folder_of(tmp_path: Path, number: int) -> Path:
    folder = tmp_path / "calls"
    (folder / "monday").mkdir(parents=True)
    for i in range(number):
        (folder / "monday" / f"call {i}.wav").write_bytes(sound())
    (folder / ".DS_Store").write_bytes(b"left by a system")
    return folder


@pytest.mark.parametrize(
    "words", [("transcribe", "a.wav", "--get", "pdf"), ("get", "b1", "-f", "pdf")]
)
def test_a_format_that_there_is_not_is_told_before_anything_is_sent(
    shell: Terminal, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "a.wav").write_bytes(sound())
    before = len(shell.json("batches"))
    shell(*words, code=2)
    assert len(shell.json("batches")) == before


def test_from_a_folder_to_captions(shell: Terminal, tmp_path: Path) -> None:
    folder_of(tmp_path, 3)
    words = (
        "transcribe",
        "calls",
        "--title",
        "Monday",
        "-m",
        "desk=7",
        "--get",
        "vtt",
        "-o",
        "out",
    )
    told = shell.json(*words)
    assert (told["status"], told["counts"]["transcribed"]) == ("completed", 3)
    files = sorted(file.name for file in (tmp_path / "out").iterdir())
    assert files == [f"call {i}.wav.vtt" for i in range(3)]
    assert (tmp_path / "out" / files[0]).read_text().startswith("WEBVTT")
    batch = told["id"]
    rows = shell.json("items", batch)
    assert {(row["metadata"]["desk"], row["profile"]) for row in rows} == {("7", "mondays")}
    assert "mondays" in shell("items", batch)
    assert "Monday" in shell("batches") and batch in shell("batches", "--status", "completed")
    assert "transcribed" in shell("show", batch)
    assert "<html" in shell("get", batch, "--report", "html")
    shell("get", batch, "--report", "csv", "--out", "reports")
    assert "call 1.wav" in (tmp_path / "reports" / f"{batch}.csv").read_text(encoding="utf-8")
    assert shell("get", batch, "--recording", rows[0]["id"], "-f", "srt").startswith("1\n")
    assert "mondays" in shell("watch", batch)
    told = shell.json("trace", "call 1.wav")
    assert [step["what"] for step in told["steps"]][-1] == "transcribed"
    assert shell.json("trace", rows[0]["id"], "--batch", batch)["id"] == rows[0]["id"]
    assert "It is transcribed." in shell("trace", "call 2", "-b", batch)
    shell("trace", "nobody called so", code=1)
    word = shell("get", batch, "--recording", rows[0]["id"], "-f", "txt").split()[-1].strip(".")
    found = shell.json("search", word, "--batch", batch, "-m", "desk=7")
    assert rows[0]["id"] in {hit["id"] for hit in found}
    assert f"[{word}]" in shell("search", word, "--limit", "1")
    assert shell.json("search", word, "--", f"-{word}") == []
    read = [row for row in shell.json("trail") if row["operation"] == "get_transcript"]
    assert read and "get_transcript" in shell("trail")
    assert shell.json("trail", "--since", "2099-01-01T00:00:00Z") == []
    shell("delete", batch, code=1)  # nobody is there to be asked
    shell("delete", batch, "--yes", "--outputs")


def test_what_fails_is_said_and_ends_with_3(shell: Terminal, tmp_path: Path) -> None:
    (tmp_path / "no.wav").write_bytes(b"this is no sound at all")
    (tmp_path / "yes.wav").write_bytes(sound())
    told = shell.json("transcribe", "no.wav", "yes.wav", "--wait", code=3)
    assert told["counts"]["failed"] == told["counts"]["transcribed"] == 1
    again = shell.json("retry", told["id"], code=0)
    assert again["id"] == told["id"]
    shell("watch", told["id"], code=3)


def test_every_other_way_to_end(shell: Terminal, tmp_path: Path, stack: Stack) -> None:
    shell("show", "no-such-batch", code=1)
    shell("transcribe", code=2)
    shell("transcribe", "nowhere.wav", code=2)
    shell("api", "no_such_operation", code=1)
    Terminal(tmp_path / "config", stack)("batches", code=4)
    shell("--url", stack.app_url, "--key", "wrong", "batches", code=4)
    shell("--url", "http://127.0.0.1:9", "--key", "k", "health", code=5)
    (tmp_path / "slow.wav").write_bytes(sound())
    shell("transcribe", "slow.wav", "--wait", "--within", "0", code=6)
    shell("transcribe", "slow.wav", "--wait", "--get", "vtt", "--out", "slow.wav", code=2)
    (tmp_path / "latin.toml").write_bytes(b'[default]\nprompt = "M\xfcller"\n')
    for words in (["nowhere.toml"], ["."], ["latin.toml"], ["latin.toml", "--reset"]):
        shell("profiles", "--set", *words, code=2)
    shell("api", "create_batch", "--body", "@nowhere.json", code=2)
    shell("logout")
    shell("batches", code=4)


def test_a_name_that_no_blob_can_have_is_the_title_all_the_same(
    shell: Terminal, tmp_path: Path
) -> None:
    folder = tmp_path / "odd\\calls"
    folder.mkdir()
    for name in (b"back\\slash.wav", b"tab\there.wav", b"M\xfcller.wav", b"%5c.wav", b"x" * 240):
        (folder / os.fsdecode(name)).write_bytes(sound())
    made = shell.json("transcribe", folder.name, "--wait")
    assert made["counts"]["transcribed"] == 5
    items = shell.json("items", made["id"])
    names = {item["title"]: item["name"].rpartition("/")[2] for item in items}
    assert names["back\\slash.wav"] == "back_slash.wav"
    assert names["%5c.wav"] == "_5c.wav"
    assert names["M\ufffdller.wav"] == "M_ller.wav"


def test_a_manifest_an_estimate_and_any_operation(shell: Terminal, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("container,blob\naudio,nowhere.wav\n")
    told = shell.json("submit", "m.csv", "--wait", code=3)
    assert told["counts"]["failed"] == 1
    told = shell.json("estimate", "--recordings", "3000", "--minutes", "6")
    assert told["recordings"] == 3000 and told["prices"]
    assert "azure-speech" in shell("estimate", "--recordings", "3000", "--minutes", "6")
    assert shell.json("api", "list_formats")["value"]
    assert "list_batches" in shell("api")
    assert shell.json("health")["status"] == "ok"
    assert "default" in shell("profiles")


def test_an_owner_changes_the_profiles_and_goes_back(shell: Terminal, tmp_path: Path) -> None:
    before = shell("profiles", "--show")
    file = tmp_path / "profiles.toml"
    file.write_text('[default]\ncolour = "red"\n')
    shell("profiles", "--set", str(file), code=1)
    assert shell("profiles", "--show") == before
    file.write_text(f"{before}\n# mine\n")
    shell("profiles", "--set", str(file))
    assert shell("profiles", "--show") == file.read_text()
    shell("profiles", "--reset")


def test_a_subscription_from_the_cradle(shell: Terminal) -> None:
    made = shell.json("subscriptions", "create", "https://example.com/hook", "--title", "Ours")
    assert made["secret"].startswith("whsec_")
    one = made["id"]
    assert one in shell("subscriptions", "list") and "whsec_" not in shell("subscriptions", "list")
    assert shell.json("subscriptions", "rotate", one)["secret"] != made["secret"]
    shell("subscriptions", "test", one)
    assert isinstance(shell.json("subscriptions", "deliveries", one), list)
    shell.json("subscriptions", "replay", one, "--since", "2026-03-02T09:00:00Z")
    shell("subscriptions", "replay", one, code=2)
    shell("subscriptions", "delete", one)


def test_the_program_of_the_docs(stack: Stack, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "command-line.md").read_text("utf-8")
    (program,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "calls").mkdir()
    (tmp_path / "calls" / "one.wav").write_bytes(sound())
    environment = {"PYTHONPATH": str(ROOT / "client"), "DROPSCRIBE_URL": stack.app_url}
    told = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, **environment, "DROPSCRIBE_KEY": stack.api_key},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert told.returncode == 0, told.stderr
    assert "'transcribed': 1" in told.stdout
    assert (tmp_path / "one.wav.vtt").read_text().startswith("WEBVTT")


def test_every_command_of_the_tasks_is_carried_out(
    shell: Terminal, stack: Stack, tmp_path: Path
) -> None:
    """In their order, as one script."""
    page = (ROOT / "docs" / "tasks.md").read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "calls").mkdir()
    (tmp_path / "calls" / "support.wav").write_bytes(sound())
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "dropscribe"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m dropscribe "$@"\n')
    command.chmod(0o755)
    told = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)],
        cwd=tmp_path,
        env={
            "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT / "client"),
            "DROPSCRIBE_HOME": str(tmp_path / "config"),
        },
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert len(blocks) == 13
    assert (tmp_path / "texts" / "support.wav.vtt").is_file()
    assert "It is transcribed." in told.stdout and stack.api_key not in told.stdout
    assert json.loads((tmp_path / "march.json").read_text())


def test_what_goes_into_a_pipe_is_not_broken(shell: Terminal, tmp_path: Path) -> None:
    """An id over two lines is no id."""
    (tmp_path / f"{'long ' * 30}.wav").write_bytes(sound())
    batch = shell.json("transcribe", f"{'long ' * 30}.wav", "--wait")["id"]
    [row] = shell.json("items", batch)
    told = shell("items", batch).splitlines()
    assert len(told) == 2 and row["id"] in told[1] and row["title"] in told[1]


def test_two_hundred_files_in_ten_lines(stack: Stack, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, 200)
    with Dropscribe(stack.app_url, key=stack.api_key) as service:
        made = service.transcribe(sorted(folder.rglob("*.wav")), title="Bulk", locale="en-US")
        batch = service.wait(made["id"], within=300)
        texts = [service.rendered(item, "txt") for item in service.items(batch["id"])]
        report = service.report(batch["id"])
    assert batch["counts"]["transcribed"] == len(texts) == 200 and all(texts)
    assert report["title"] == "Bulk"


def test_a_file_in_blocks_and_the_client_that_awaits(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dropscribe.service.BLOCK_BYTES", 100_000)
    monkeypatch.setattr("dropscribe.uploads.BLOCK_BYTES", 100_000)
    file = tmp_path / "long.wav"
    file.write_bytes(sound(seconds=60))

    async def transcript() -> Any:
        async with AsyncDropscribe(stack.app_url, key=stack.api_key) as service:
            made = await service.transcribe([file])
            await service.wait(made["id"], within=120)
            return [await service.transcript(item) async for item in service.items(made["id"])]

    ((said,)) = asyncio.run(transcript())
    assert said["schema"] == "transcript/1" and said["source"]["duration_ms"] == 60_000
