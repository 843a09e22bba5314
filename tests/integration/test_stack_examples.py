"""The examples on one running stack, by the commands of their page."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from dropscribe import Inbox
from standardwebhooks.webhooks import Webhook

from local.stack.stack import Stack, free_port, running_stack
from tests.stack import QUICK

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
COMMANDS = dict(
    re.findall(r"`python (examples/\w+\.py)( [^`]*)`", (EXAMPLES / "README.md").read_text("utf-8"))
)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    logs = tmp_path_factory.mktemp("examples")
    with running_stack(logs, engine="scripted:channels=0", settings=QUICK) as running:
        yield running


@pytest.fixture
def run(stack: Stack, tmp_path: Path) -> Any:
    """A command of the page, in a folder that has what it names."""
    for name in ("examples", "samples"):
        (tmp_path / name).symlink_to(ROOT / name)
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "client"),
        "PYTHONWARNINGS": "error",
        "DROPSCRIBE_URL": f"{stack.app_url}/api",
        "DROPSCRIBE_KEY": stack.api_key,
    }

    def run(name: str, given: str = "", **instead: str) -> str:
        words = [instead.get(word, word) for word in shlex.split(COMMANDS[f"examples/{name}"])]
        told = subprocess.run(
            [sys.executable, EXAMPLES / name, *words],
            cwd=tmp_path,
            env=environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert told.returncode == 0, told.stdout + told.stderr
        assert stack.api_key not in told.stdout + told.stderr
        return told.stdout

    return run


@pytest.fixture(scope="module")
def march(stack: Stack) -> None:
    """What the page has put into storage."""
    audio = ROOT / "samples" / "audio"
    container = stack.blobs.get_container_client("uploads")
    for file in audio.rglob("*"):
        if file.is_file():
            name = f"march/{file.relative_to(audio).as_posix()}"
            container.upload_blob(name, file.read_bytes())


def test_every_example_is_on_the_page_and_is_read_at_a_glance() -> None:
    there = {f"examples/{file.name}": file for file in EXAMPLES.glob("*.py")}
    assert set(COMMANDS) == set(there)
    for file in there.values():
        assert len(file.read_text("utf-8").splitlines()) <= 65, file.name
        assert f"python examples/{file.name} " in file.read_text("utf-8")


def test_a_folder_gives_texts_and_captions_under_its_names(run: Any, tmp_path: Path) -> None:
    told = run("by_folder.py")
    samples = ROOT / "samples" / "audio"
    names = {f.relative_to(samples).as_posix() for f in samples.rglob("*") if f.is_file()}
    out = tmp_path / "out" / "texts"
    there = {file.relative_to(out).as_posix() for file in out.rglob("*") if file.is_file()}
    assert there == {f"{name}.{kind}" for name in names for kind in ("txt", "srt")}
    assert len(told.splitlines()) == 2 * len(names)
    assert all(file.read_text("utf-8").strip() for file in out.rglob("*.srt"))


def test_what_failed_of_a_folder_is_told_with_its_reason(run: Any, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "no.wav").write_bytes(b"")
    told = run("by_folder.py", **{"samples/audio": str(folder)})
    assert told.startswith("no.wav: ") and len(told) > 40


def test_a_list_is_one_batch_however_often_it_is_sent(run: Any, march: None) -> None:
    told = run("by_manifest.py")
    assert "About 0." in told and "March calls" in told
    assert re.findall(r"--- (\d+), (\w+): (\w+)", told) == [
        ("4711", "ACME", "transcribed"),
        ("4712", "Contoso", "transcribed"),
        ("4713", "ACME", "failed"),
    ]
    assert "There is no such blob" in told
    assert run("by_manifest.py") == told


def test_a_prefix_is_one_batch_with_a_report(run: Any, march: None, tmp_path: Path) -> None:
    told = run("by_container.py")
    assert len(re.findall(r"^march/.*: en-US, \d+% sure$", told, re.MULTILINE)) == 7
    assert "completed" in told
    assert "All of march/" in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_five_requests_are_enough(run: Any) -> None:
    told = run("by_api.py")
    assert told.startswith("completed") and "\nWEBVTT\n" in told


def test_a_server_is_told_and_its_subscription_goes_again(run: Any, stack: Stack) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    told = run("with_webhook.py", **{"http://127.0.0.1:8800": address}).splitlines()
    kinds = {line.partition(" ")[0] for line in told[:-1]}
    assert kinds == {"recording.transcribed", "batch.completed"}
    assert "'transcribed': 1" in told[-1]
    left = httpx.get(
        f"{stack.app_url}/api/subscriptions", headers={"x-functions-key": stack.api_key}
    )
    assert left.json()["value"] == []


def test_the_receiver_believes_only_what_is_signed(capsys: pytest.CaptureFixture[str]) -> None:
    spec = importlib.util.spec_from_file_location("with_webhook", EXAMPLES / "with_webhook.py")
    assert spec and spec.loader
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    secret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
    example.Receiver.inbox = Inbox(secret)
    body = b'{"id": "evt_1", "type": "batch.completed", "data": {"batch_id": "b"}}'
    with ThreadingHTTPServer(("127.0.0.1", 0), example.Receiver) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
        at = f"http://127.0.0.1:{server.server_address[1]}"
        assert httpx.post(at, content=body).status_code == 401
        now = datetime.now(UTC)
        headers = {
            "webhook-id": "evt_1",
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(secret).sign("evt_1", now, body.decode()),
        }
        answers = [httpx.post(at, content=body, headers=headers).status_code for _ in range(2)]
        assert httpx.post(at, content=body + b" ", headers=headers).status_code == 401
        server.shutdown()
    assert answers == [204, 204]
    assert capsys.readouterr().out.splitlines() == ["batch.completed "]  # told once
    assert example.Receiver.inbox.has_ended("b")


def test_a_person_corrects_what_is_in_doubt(run: Any) -> None:
    told = run("with_review.py", given="An order for 4711\n" + 20 * "\n")
    assert re.search(r"support.wav at \d+\.\d s: ", told)
    assert "An order for 4711" in told.rpartition("if that is right: ")[2]


def test_a_call_is_read_in_the_order_of_the_call(run: Any) -> None:
    lines = run("as_conversation.py").splitlines()
    said = [re.fullmatch(r"(\d+):(\d\d) (Agent|Customer): .+", line) for line in lines]
    assert len(said) == 6 and all(said)
    starts = [60 * int(one[1]) + int(one[2]) for one in said if one]
    assert starts == sorted(starts)
    assert [one[3] for one in said if one] == ["Customer", "Agent"] * 3
