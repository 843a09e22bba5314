"""The client for programs, against a deployment that is played."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from dropscribe import (
    AsyncDropscribe,
    Dropscribe,
    DropscribeError,
    NotAllowed,
    NotConfigured,
    Problem,
    TookTooLong,
    Unreachable,
    UploadFailed,
    steps,
    uploads,
)
from dropscribe.cli.transcribe import found_in

from tests.client.deployment import BASE, Played, batch, link


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nobody waits here; how long they would have."""
    made: list[float] = []
    monkeypatch.setattr(steps.time, "sleep", made.append)
    return made


def service(played: Played, **more: Any) -> Dropscribe:
    return Dropscribe(BASE, key="k", transport=played.transport, **more)


# --- sign-in, addresses


@pytest.mark.parametrize(
    "address", ["https://app.example", f"{BASE}/", "https://app.example/app/#key=k", BASE]
)
def test_any_address_of_a_deployment_is_taken(address: str) -> None:
    assert Dropscribe(address).url == BASE


@pytest.mark.parametrize("address", ["", "app.example", "http://app.example", "ftp://app.example"])
def test_an_address_over_which_a_key_would_be_read_is_refused(address: str) -> None:
    with pytest.raises(DropscribeError, match="https://"):
        Dropscribe(address)


def test_this_machine_may_be_asked_in_the_clear() -> None:
    assert Dropscribe("http://127.0.0.1:7071/api").url == "http://127.0.0.1:7071/api"


def test_the_key_goes_to_the_deployment_and_to_nobody_else(tmp_path: Path) -> None:
    played = Played(uploads=[link()], f_wav=[httpx.Response(201)], batches=[batch()])
    (tmp_path / "f.wav").write_bytes(b"RIFF")
    service(played).transcribe([tmp_path / "f.wav"])
    sent = {str(one.url.host): one.headers.get("x-functions-key") for one in played.asked}
    assert sent == {"app.example": "k", "store.example": None}


def test_a_token_is_asked_for_and_sent() -> None:
    class Credential:
        def get_token(self, *scopes: str, **options: Any) -> Any:
            return type("Token", (), {"token": f"for {scopes[0]}"})

    played = Played(health=[{"status": "ok"}])
    there = Dropscribe(BASE, credential=Credential(), scope="api://x", transport=played.transport)
    there.health()
    assert played.asked[0].headers["authorization"] == "Bearer for api://x"
    assert "x-functions-key" not in played.asked[0].headers


def test_the_environment_names_the_deployment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DROPSCRIBE_URL", raising=False)
    with pytest.raises(NotConfigured):
        Dropscribe.from_environment()
    monkeypatch.setenv("DROPSCRIBE_URL", BASE)
    assert Dropscribe.from_environment().url == BASE


# --- refusals and repeats


def test_a_problem_says_what_would_be_right() -> None:
    told = {
        "code": "x",
        "detail": "Mend it.",
        "faults": [{"at": "recordings[0]", "message": "No."}],
    }
    played = Played(b_1=[httpx.Response(422, json=told)])
    with pytest.raises(Problem, match=r"Mend it.\nrecordings\[0\]: No.") as raised:
        service(played).batch("b-1")
    assert (raised.value.status, raised.value.code) == (422, "x")


def test_what_the_platform_refuses_has_no_body_and_still_words() -> None:
    with pytest.raises(NotAllowed, match="key"):
        service(Played(b_1=[httpx.Response(401)])).batch("b-1")


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_may_be_asked_again_is(status: int, pauses: list[float]) -> None:
    busy = httpx.Response(status, headers={"retry-after": "7"})
    played = Played(b_1=[busy, batch()])
    assert service(played).batch("b-1")["id"] == "b-1"
    assert pauses == [7.0]


def test_it_gives_up_in_the_end(pauses: list[float]) -> None:
    played = Played(b_1=[httpx.ReadTimeout("secret")])
    with pytest.raises(Unreachable, match=r"app\.example") as raised:
        service(played).batch("b-1")
    assert len(played.asked) == 5 and "secret" not in str(raised.value)
    assert pauses == sorted(pauses)


def test_a_subscription_is_not_made_twice() -> None:
    """Nothing tells whether the first one was made."""
    played = Played(subscriptions=[httpx.ReadTimeout("late")])
    with pytest.raises(Unreachable):
        service(played).subscribe("https://there.example")
    assert len(played.asked) == 1


def test_a_batch_is_asked_for_again_under_the_same_key() -> None:
    played = Played(batches=[httpx.ReadTimeout("late"), httpx.Response(201, json=batch())])
    service(played).create({"recordings": []})
    keys = {one.headers["idempotency-key"] for one in played.asked}
    assert len(played.asked) == 2 and len(keys) == 1


# --- pages, waiting


def test_pages_follow_and_the_key_stays_at_the_deployment() -> None:
    first = {"value": [{"id": "1"}], "nextLink": "https://else.example/api/batches?after=1"}
    played = Played(batches=[first, {"value": [{"id": "2"}], "nextLink": None}])
    assert [one["id"] for one in service(played).batches(status="running")] == ["1", "2"]
    assert {one.url.host for one in played.asked} == {"app.example"}
    assert played.asked[1].url.params["after"] == "1"


def test_waiting_ends_with_the_batch(pauses: list[float]) -> None:
    played = Played(b_1=[batch("registering"), batch("running"), batch("completed")])
    seen: list[str] = []
    there = service(played).wait("b-1", seen=lambda one: seen.append(one["status"]))
    assert there["status"] == "completed" and seen == ["registering", "running", "completed"]
    assert pauses == [1.0, 1.5]


def test_waiting_ends_in_time() -> None:
    with pytest.raises(TookTooLong, match="goes on"):
        service(Played(b_1=[batch("running")])).wait("b-1", within=0)


# --- uploads


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(uploads, "BLOCK_BYTES", 10)
    monkeypatch.setattr("dropscribe.service.BLOCK_BYTES", 10)
    file = tmp_path / "f.wav"
    file.write_bytes(bytes(range(35)))
    return file


def blocks(played: Played) -> list[bytes]:
    return [one.content for one in played.asked if one.url.params.get("comp") == "block"]


def test_a_large_file_goes_in_blocks_in_their_order(large: Path) -> None:
    played = Played(uploads=[link()], f_wav=[httpx.Response(201)])
    moved: list[int] = []
    service(played).upload(large, lambda there, size: moved.append(there))
    assert b"".join(blocks(played)) == large.read_bytes() and moved == [10, 20, 30, 35]
    named = played.asked[-1].content.decode()
    ids = [one.url.params["blockid"] for one in played.asked[1:-1]]
    assert [named.index(one) for one in ids] == sorted(named.index(one) for one in ids)


def test_an_upload_goes_on_where_it_stopped(large: Path, tmp_path: Path) -> None:
    there, gone = httpx.Response(201), httpx.Response(403)
    cut = Played(uploads=[link()], f_wav=[there, there, gone])
    with pytest.raises(UploadFailed):
        service(cut, resume_in=tmp_path / "up").upload(large)
    (kept,) = (tmp_path / "up").iterdir()
    assert kept.stat().st_mode & 0o077 == 0  # it holds a link
    again = Played(f_wav=[there])
    service(again, resume_in=tmp_path / "up").upload(large)
    assert b"".join(blocks(again)) == large.read_bytes()[20:]
    assert not list((tmp_path / "up").iterdir())


def test_an_upload_says_of_which_folder_it_is_and_goes_on_only_there(
    large: Path, tmp_path: Path
) -> None:
    cut = Played(uploads=[link()], f_wav=[httpx.Response(201), httpx.Response(403)])
    with pytest.raises(UploadFailed):
        service(cut, resume_in=tmp_path / "up").upload(large)
    again = Played(uploads=[link()], f_wav=[httpx.Response(201)])
    service(again, resume_in=tmp_path / "up").upload(large, folder="calls")
    assert json.loads(again.asked[0].content)["folder"] == "calls"
    assert b"".join(blocks(again)) == large.read_bytes()


def test_a_file_that_was_changed_begins_anew(large: Path, tmp_path: Path) -> None:
    cut = Played(uploads=[link()], f_wav=[httpx.Response(201), httpx.Response(403)])
    with pytest.raises(UploadFailed):
        service(cut, resume_in=tmp_path / "up").upload(large)
    large.write_bytes(bytes(36))
    again = Played(uploads=[link()], f_wav=[httpx.Response(201)])
    service(again, resume_in=tmp_path / "up").upload(large)
    assert b"".join(blocks(again)) == bytes(36)


def test_a_link_that_has_ended_is_asked_for_anew(large: Path, tmp_path: Path) -> None:
    soon = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    cut = Played(uploads=[link(expires_at=soon)], f_wav=[httpx.Response(201), httpx.Response(403)])
    with pytest.raises(UploadFailed):
        service(cut, resume_in=tmp_path / "up").upload(large)
    again = Played(uploads=[link()], f_wav=[httpx.Response(201)])
    service(again, resume_in=tmp_path / "up").upload(large)
    assert len(blocks(again)) == 4


def test_no_error_holds_the_link(large: Path) -> None:
    with pytest.raises(UploadFailed) as raised:
        service(Played(uploads=[link()], f_wav=[httpx.Response(403)])).upload(large)
    assert "sig" not in str(raised.value)


def test_a_folder_that_is_named_keeps_its_name(tmp_path: Path) -> None:
    for name in ("calls/in/1.wav", "calls/2.wav", "calls/.hidden/3.wav", "4.wav"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    named = [str(tmp_path / "x/../calls") if at else str(tmp_path / "4.wav") for at in (1, 0)]
    (tmp_path / "x").mkdir()
    found = [(Path(source).name, folder) for source, folder in found_in([*named, "https://a/5"])]
    assert found == [("2.wav", "calls"), ("1.wav", "calls/in"), ("4.wav", ""), ("5", "")]


# --- the one that awaits


def test_the_client_that_awaits_does_the_same(large: Path) -> None:
    played = Played(
        uploads=[link()],
        f_wav=[httpx.Response(201)],
        batches=[batch("running")],
        b_1=[batch()],
        items=[{"value": [{"id": "i", "batch_id": "b-1"}], "nextLink": None}],
        transcript=[httpx.Response(200, text="WEBVTT")],
    )

    async def bulk() -> list[bytes]:
        async with AsyncDropscribe(BASE, key="k", transport=played.transport) as there:
            made = await there.transcribe([large], title="T")
            await there.wait(made["id"])
            return [await there.rendered(one, "vtt") async for one in there.items("b-1")]

    assert asyncio.run(bulk()) == [b"WEBVTT"]
    assert json.loads(played.asked[-4].content)["title"] == "T"


def test_both_clients_have_the_same_methods() -> None:
    def names(kind: type) -> set[str]:
        return {name for name in vars(kind) if not name.startswith("_")}

    assert names(Dropscribe) == names(AsyncDropscribe)


def test_an_operation_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(DropscribeError, match="list_batches"):
        service(Played()).call("list_everything")
    with pytest.raises(DropscribeError, match=r"did you mean list_batches\?"):
        service(Played()).call("list_batchs")
    with pytest.raises(DropscribeError, match="batch_id"):
        service(Played()).call("get_batch")
