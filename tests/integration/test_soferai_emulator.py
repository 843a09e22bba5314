"""The Sofer.ai emulator as a client sees it: both modes, every rule, every fault."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.emulators.soferai.server import running
from tests.soferai_emulator import KEY, ReadingPool, SoferApi, settings
from tests.speech_emulator import audio_host, until

FILES = {
    "one.mp3": b"welcome to the shalom talk\nit is about torah",
    "two.mp3": b"a <second> talk",
    "noise.mp3": b"noise",
}


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with audio_host(FILES) as url:
        yield url


@pytest.fixture
def api() -> Iterator[SoferApi]:
    with running(ReadingPool(), settings()) as url, SoferApi(url) as client:
        yield client


def items(base: str, *names: str, **rest: Any) -> list[dict[str, Any]]:
    return [
        {"audio_url": f"{base}/{name}?sig=x", "client_item_id": f"c{number}", **rest}
        for number, name in enumerate(names)
    ]


def test_a_standard_batch_goes_from_manifest_to_transcriptions(api: SoferApi, base: str) -> None:
    manifest = api.manifest(items(base, "one.mp3", "two.mp3"), metadata={"title": "Talks"})
    assert (manifest["status"], manifest["item_count"]) == ("VALID", 2)
    shown = api.get(f"transcriptions/batch-files/{manifest['batch_file_id']}").json()
    assert (shown["id"], shown["title"]) == (manifest["batch_file_id"], "Talks")
    body = {
        "batch_file_id": manifest["batch_file_id"],
        "info": {"primary_language": "en", "hebrew_word_format": ["en", "he"]},
        "batch_title": "Monday",
    }
    made = api.created(body)
    assert (made["total_count"], made["status"]) == (2, "RECEIVED")
    ended = api.ended(made["batch_id"])
    assert ended["status"] == "COMPLETED"
    assert [one["title"] for one in ended["transcriptions"]] == [
        "Monday - Item 1",
        "Monday - Item 2",
    ]
    first = api.get(
        f"transcriptions/batch/{made['batch_id']}/items/by-client-item-id", client_item_id="c0"
    ).json()
    assert first == ended["transcriptions"][0]
    text = api.get(f"transcriptions/{first['id']}").json()
    assert text["text"] == (
        "Welcome to the <i>shalom</i> שלום talk.\nIt is about <i>torah</i> תורה."
    )
    assert text["timestamps"][3] == {
        "word": "shalom",
        "start": 1.4,
        "end": 1.7,
        "speaker": None,
        "hebrew_word_format": ["en"],
    }
    one_script = api.get(f"transcriptions/{first['id']}", filter_hebrew_word_format="he").json()
    assert one_script["text"] == "Welcome to the שלום talk.\nIt is about תורה."


def test_an_express_batch_needs_no_manifest_and_escapes_what_is_said(
    api: SoferApi, base: str
) -> None:
    batch_id = api.express(items(base, "two.mp3"), num_speakers=2)
    [one] = api.ended(batch_id)["transcriptions"]
    text = api.get(f"transcriptions/{one['id']}").json()
    assert text["text"] == "A &lt;second&gt; talk."
    assert {word["speaker"] for word in text["timestamps"]} == {"1"}


def test_a_recording_that_cannot_be_heard_fails_alone(api: SoferApi, base: str) -> None:
    ended = api.ended(api.express(items(base, "one.mp3", "noise.mp3", "missing.mp3")))
    assert [one["status"] for one in ended["transcriptions"]] == ["COMPLETED", "FAILED", "FAILED"]
    assert (ended["completed_count"], ended["failed_count"]) == (1, 2)


def test_an_item_overrides_the_batch_and_the_default_is_one_speaker(
    api: SoferApi, base: str
) -> None:
    sources = [
        *items(base, "one.mp3", num_speakers=3),
        {"audio_url": f"{base}/two.mp3", "client_item_id": "plain"},
    ]
    own, inherited = api.ended(api.express(sources, num_speakers=2))["transcriptions"]
    assert (own["num_speakers"], inherited["num_speakers"]) == (3, 2)
    [default] = api.ended(api.express(items(base, "two.mp3")))["transcriptions"]
    assert default["num_speakers"] == 1


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"info": {}}, "batch_file_id in standard mode"),
        ({"info": {}, "processing_mode": "express"}, "audio_sources in express mode"),
        ({"processing_mode": "slow", "info": {}}, "processing_mode must be one of"),
        ({"audio_sources": []}, "info must be an object"),
        (
            {"processing_mode": "express", "audio_sources": [{}], "info": {}},
            "audio_url must be a direct link",
        ),
        (
            {
                "processing_mode": "express",
                "audio_sources": [{"audio_url": "https://a.example/a"}],
                "info": {"num_speakers": 2, "auto_detect_speakers": True},
            },
            "mutually exclusive",
        ),
        (
            {
                "processing_mode": "express",
                "audio_sources": [{"audio_url": f"https://a.example/{n}"} for n in range(11)],
                "info": {},
            },
            "more than the 10",
        ),
    ],
)
def test_a_batch_that_breaks_a_rule_is_refused(
    api: SoferApi, body: dict[str, Any], says: str
) -> None:
    answer = api.post("transcriptions/batch", body)
    assert answer.status_code == 400
    assert says in answer.json()["detail"]


def test_a_manifest_that_breaks_a_rule_is_invalid_and_starts_nothing(api: SoferApi) -> None:
    same = {"audio_url": "https://a.example/a.mp3", "client_item_id": "c"}
    manifest = api.manifest([same, same])
    assert manifest["status"] == "INVALID"
    assert manifest["validation_errors"] == ["duplicate client_item_id: c"]
    many = api.manifest([{"audio_url": f"https://a.example/{n}"} for n in range(501)])
    assert many["validation_errors"] == ["501 items are more than the 500 of standard mode"]
    answer = api.post(
        "transcriptions/batch", {"batch_file_id": manifest["batch_file_id"], "info": {}}
    )
    assert answer.status_code == 400


def test_a_manifest_in_lines_is_read(api: SoferApi) -> None:
    lines = '{"audio_url": "https://a.example/1"}\n{"audio_url": "https://a.example/2"}\n'
    answer = api.post("transcriptions/batch-files", {"content_type": "jsonl", "jsonl": lines})
    assert (answer.json()["status"], answer.json()["item_count"]) == ("VALID", 2)


def test_without_the_key_nothing_but_health_is_told(api: SoferApi) -> None:
    with SoferApi(api.url, "wrong") as stranger:
        assert stranger.get("balance/").status_code == 401
        assert stranger.get("health/").json() == {"status": "ok"}


def test_what_is_not_there_is_404(api: SoferApi) -> None:
    for path in (
        "transcriptions/0",
        "transcriptions/0/status",
        "transcriptions/batch/0/status",
        "transcriptions/batch-files/0",
        "nonsense",
    ):
        assert api.get(path).status_code == 404, path


def test_too_many_calls_are_refused_and_the_ledger_tells_of_the_busiest_minute(
    base: str,
) -> None:
    with running(ReadingPool(), settings(calls_per_window=2)) as url, SoferApi(url) as api:
        answers = [api.get("balance/") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert 1 <= int(answers[2].headers["Retry-After"]) <= 60
        ledger = api.ledger()
        assert ledger["calls"]["balance.get"] == {"200": 2, "429": 1}
        assert ledger["busiest"] == 3


def test_without_money_an_item_waits_and_goes_on_when_there_is_some(base: str) -> None:
    with running(ReadingPool(), settings(balance_cents=0)) as url, SoferApi(url) as api:
        batch_id = api.express(items(base, "one.mp3"))
        [one] = api.ended(batch_id)["transcriptions"]
        assert one["status"] == "INSUFFICIENT_FUNDS"
        assert api.ledger()["transcribed"] == {}
        assert api.deposit(50)["resumed"] == 1
        until(lambda: api.status(batch_id)["status"] == "COMPLETED")
        balance = api.get("balance/").json()
        assert balance["all_time_deposits"] == 50
        assert balance["available_balance"] == 49  # 5.7 s at 1.20 USD an hour
        assert api.ledger()["transcribed"] == {f"{base}/one.mp3": 1}


def test_ordered_faults_strike_where_they_were_ordered(api: SoferApi, base: str) -> None:
    api.order("end_item", match={"source": "two"}, status="CANCELLED")
    api.order("hide_item", match={"clientItemId": "^c0$"})
    api.order("missing_result", match={"source": "one"}, status=404)
    ended = api.ended(api.express(items(base, "one.mp3", "two.mp3")))
    statuses = {one["client_item_id"]: one["status"] for one in ended["transcriptions"]}
    assert statuses.get("c1") == "CANCELLED"
    again = {one["client_item_id"]: one for one in api.status(ended["batch_id"])["transcriptions"]}
    path = f"transcriptions/{again['c0']['id']}"
    assert [api.get(path).status_code for _ in range(2)] == [404, 200]


def test_what_a_killed_emulator_had_begun_goes_on(base: str, tmp_path: Path) -> None:
    slow = settings(state=tmp_path, standard_seconds=60)
    with running(ReadingPool(), slow) as url, SoferApi(url) as api:
        manifest = api.manifest(items(base, "one.mp3"))
        made = api.created({"batch_file_id": manifest["batch_file_id"], "info": {}})
        assert api.status(made["batch_id"])["status"] == "RECEIVED"
    with running(ReadingPool(), settings(state=tmp_path)) as url, SoferApi(url) as api:
        assert api.ended(made["batch_id"])["status"] == "COMPLETED"
        assert len(api.ledger()["creates"]) == 1
        assert api.ledger()["batches"] == [{"id": made["batch_id"], "clientItemIds": ["c0"]}]
        assert KEY not in str(api.ledger())
