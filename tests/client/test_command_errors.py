"""What the command says where it was asked wrongly, before anything is sent."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from dropscribe import Dropscribe, DropscribeError
from dropscribe.cli import deployments, running, transcribe  # noqa: F401
from dropscribe.cli.app import app
from dropscribe.cli.screen import called
from typer.testing import CliRunner

from tests.client.deployment import BASE, Played, batch, link

HERE = ["--url", "http://127.0.0.1:1/api", "--key", "k"]


@pytest.fixture(autouse=True)
def _at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DROPSCRIBE_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("DROPSCRIBE_URL", "DROPSCRIBE_KEY", "DROPSCRIBE_DEPLOYMENT"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["profiles", "--set", "nowhere.toml"], "nowhere.toml cannot be read"),
        (["api", "create_batch", "--body", "@nowhere.json"], "nowhere.json cannot be read"),
        (["submit", "nowhere.json"], "nowhere.json cannot be read"),
        (["estimate", "nowhere.json"], "nowhere.json cannot be read"),
        (["transcribe", "empty"], "There is no file in empty"),
        (["transcribe", "nowhere.wav"], "There is no file nowhere.wav"),
        (["profiles", "--set", "binary.toml"], "binary.toml is not UTF-8 text"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    found = CliRunner().invoke(app, [*HERE, *words])
    assert found.exit_code == 2, found.output
    assert said in " ".join(found.output.replace("│", " ").split())


def test_a_deployment_that_there_is_not_cannot_be_forgotten() -> None:
    with pytest.raises(DropscribeError, match="There is no deployment office"):
        deployments.forget("office")


def test_over_http_only_this_machine_is_asked() -> None:
    with pytest.raises(DropscribeError, match="Over http only this machine is asked"):
        Dropscribe("http://app.example/api")


@pytest.mark.parametrize("name", ["list_batches", "listBatches", "ListBatches"])
def test_an_operation_is_found_by_its_name_in_the_description_of_the_api(name: str) -> None:
    played = Played(batches=[{"value": [], "nextLink": None}])
    with Dropscribe(BASE, key="k", transport=played.transport) as there:
        assert there.call(name)["value"] == []


@pytest.mark.parametrize("as_text", [True, False])
def test_a_file_that_stands_alone_is_one_recording(tmp_path: Path, as_text: bool) -> None:
    file = tmp_path / "f.wav"
    file.write_bytes(b"RIFF")
    played = Played(uploads=[link()], f_wav=[httpx.Response(201)], batches=[batch()])
    with Dropscribe(BASE, key="k", transport=played.transport) as there:
        there.transcribe(str(file) if as_text else file)
    assert len(played.asked) == 3


@pytest.mark.parametrize(
    ("item", "name"),
    [
        ({"title": "Call", "name": "a.wav"}, "Call"),
        ({"title": None, "name": "27abf299636b4848a811e204/a.wav"}, "a.wav"),
        ({"name": "sales/27abf299636b4848a811e204/a.wav"}, "sales/a.wav"),
        ({"title": "", "name": "march/a.wav"}, "march/a.wav"),
    ],
)
def test_the_folder_of_an_upload_link_is_left_out_of_names(
    item: dict[str, str | None], name: str
) -> None:
    assert called(item) == name


def test_a_transcript_that_is_gone_is_told_and_keeps_nobody_from_the_others(tmp_path: Path) -> None:
    gone = {"code": "output_missing", "detail": "What was written is not there any more."}
    played = Played(
        items=[{"value": [item("one"), item("two")], "nextLink": None}],
        transcript=[httpx.Response(404, json=gone), httpx.Response(200, text="Hello.")],
    )
    said: list[str] = []
    with Dropscribe(BASE, key="k", transport=played.transport) as there:
        who = SimpleNamespace(service=there, screen=SimpleNamespace(say=said.append))
        kept = transcribe.fetch(who, "b-1", ["txt"], tmp_path)  # type: ignore[arg-type]
    assert said == ["one.wav, txt: What was written is not there any more."]
    assert (list(kept.files.values()), kept.gone) == ([str(tmp_path / "two.wav.txt")], 1)
    assert (tmp_path / "two.wav.txt").read_text(encoding="utf-8") == "Hello."


def item(name: str) -> dict[str, str]:
    return {"id": name, "batch_id": "b-1", "name": f"{name}.wav", "state": "transcribed"}
