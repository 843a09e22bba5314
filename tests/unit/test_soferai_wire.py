"""What the answers of Sofer.ai mean, and what is sent there."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.errors import (
    ProviderError,
    ProviderRefused,
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnavailable,
    ProviderUnfunded,
)
from shared.model.profile.options import Options
from shared.ports.provider import JobRequest
from shared.providers.decoding import Undecodable
from shared.providers.soferai import calls, wire
from shared.providers.soferai.answers import error_of
from shared.providers.soferai.labels import Label, manifest_title, read_label, title_of

BATCH = "6c1d6c5e-0c3b-4c8e-9a58-4f0d4a8d7b21"
CREATED = datetime(2026, 2, 1, 10, tzinfo=UTC)
SOON = CREATED + timedelta(hours=1)


def info(position: int, status: str, **more: Any) -> dict[str, Any]:
    label = f"mark-{position}of{more.pop('inputs', 5)}"
    return {
        "id": f"00000000-0000-4000-8000-00000000000{position}",
        "client_item_id": label,
        "title": f"talk {position}.mp3 [{label}]",
        "created_at": "2026-02-01T10:00:00Z",
        "primary_language": "en",
        "hebrew_word_format": ["he"],
        "num_speakers": 1,
        "status": status,
        "duration": 1802.5 if status == "COMPLETED" else None,
        "model": "v1",
        **more,
    }


def batch(*infos: dict[str, Any], status: str = "PROCESSING", **more: Any) -> bytes:
    body = {
        "batch_id": BATCH,
        "status": status,
        "total_count": len(infos),
        "completed_count": 0,
        "failed_count": 0,
        "pending_count": 0,
        "transcriptions": infos,
    }
    return json.dumps({**body, **more}).encode()


def read(*infos: dict[str, Any], now: datetime = SOON, **more: Any) -> wire.Items:
    return wire.read_batch(batch(*infos, **more), now)


# --- the state of a batch -------------------------------------------------------------------


def test_a_batch_of_every_kind_of_item_is_not_over_while_one_is_under_way() -> None:
    items = read(
        info(0, "COMPLETED"),
        info(1, "FAILED"),
        info(2, "INSUFFICIENT_FUNDS", duration=3600.0),
        info(3, "PENDING", num_speakers=None),
        info(4, "RECEIVED", client_item_id=None),
    )
    status = wire.status_of(items, BATCH)
    assert (status.state, status.mark, status.model) == ("running", "mark", "v1")
    assert [item.label.position for item in items.found] == [0, 1, 2, 3, 4]
    kinds = {file.index: file.kind for file in wire.files_of(items, None)}
    assert kinds == {0: "result", 1: "failure", 2: "unfunded"}


@pytest.mark.parametrize("status", ["UPLOADED", "PENDING", "processing", "REVIEWING", ""])
def test_a_status_that_is_not_known_to_be_an_end_is_running(status: str) -> None:
    assert not read(info(0, status), status="COMPLETED").is_over


@pytest.mark.parametrize("status", ["completed", "Failed", "CANCELLED", "insufficient_funds"])
def test_ends_are_told_without_regard_to_case(status: str) -> None:
    assert read(info(0, status)).is_over


def test_a_batch_that_says_failed_is_judged_by_its_items() -> None:
    items = read(info(0, "COMPLETED"), info(1, "FAILED"), status="FAILED")
    assert wire.status_of(items, BATCH).state == "succeeded"


def test_a_job_fails_as_a_whole_only_where_every_input_did() -> None:
    every = [info(at, "FAILED", inputs=2) for at in range(2)]
    failed = wire.status_of(read(*every), BATCH)
    assert (failed.state, failed.failure and failed.failure.code) == ("failed", "provider_failed")
    untold = read(every[0], total_count=2, status="FAILED")
    assert wire.status_of(untold, BATCH).state == "succeeded"


def test_an_item_that_is_not_told_of_is_waited_for_until_the_batch_is_over() -> None:
    one = info(0, "COMPLETED", inputs=3)
    assert not read(one, total_count=3, pending_count=2).is_over
    over = read(one, total_count=3, pending_count=0, status="COMPLETED")
    assert over.is_over
    untold = [file for file in wire.files_of(over, BATCH) if file.index != 0]
    assert [(file.name, file.index) for file in untold] == [("mark-1of3", 1), ("mark-2of3", 2)]
    assert all(calls.is_item_path(file.url) for file in untold)


def test_after_a_day_and_a_margin_an_item_is_not_waited_for_any_more() -> None:
    items = [info(0, "COMPLETED"), info(1, "PROCESSING"), info(2, "RECEIVED")]
    in_time = read(*items, now=CREATED + timedelta(hours=30))
    late = read(*items, now=CREATED + timedelta(hours=30, seconds=1))
    assert (in_time.is_over, late.is_over) == (False, True)
    failures = [file.failure for file in wire.files_of(late, None) if file.failure is not None]
    assert [failure.code for failure in failures] == ["deadline_passed"] * 2
    assert not any(failure.retryable for failure in failures)


def test_what_waits_for_money_is_never_late() -> None:
    years = CREATED + timedelta(days=700)
    [file] = wire.files_of(read(info(0, "INSUFFICIENT_FUNDS"), now=years), None)
    assert (file.kind, file.failure) == ("unfunded", None)


def test_other_peoples_items_are_left_out() -> None:
    theirs = info(1, "COMPLETED", client_item_id="shiur_1", title="Shiur 1")
    assert [item.label.position for item in read(info(0, "COMPLETED"), theirs).found] == [0]


def test_a_batch_in_which_nothing_is_known_to_be_ours_is_not_over() -> None:
    theirs = info(0, "COMPLETED", client_item_id=None, title="Untitled")
    assert not read(theirs, status="COMPLETED").is_over


def test_a_result_is_asked_for_in_one_script() -> None:
    def path(*scripts: str) -> str:
        [file] = wire.files_of(
            read(info(0, "COMPLETED", inputs=1, hebrew_word_format=scripts)), BATCH
        )
        return calls.script_in(file.url)

    assert (path("en", "he"), path("he"), path("en"), path("hybrid")) == ("he", "he", "en", "he")


@pytest.mark.parametrize("body", [b"", b"[]", b'{"status": "COMPLETED"}', b'"text"', b"\xff"])
def test_an_answer_without_its_meaning_is_not_understood(body: bytes) -> None:
    for reader in (
        lambda: wire.read_batch(body, SOON),
        lambda: wire.read_created_id(body),
        lambda: wire.read_manifest(body),
        lambda: wire.read_listed_manifest(body, "title", SOON),
        lambda: wire.read_balance_cents(body),
    ):
        with pytest.raises(Undecodable):
            reader()


# --- the list, where a lost create call is looked for ---------------------------------------


def listed(*statuses: str, mark: str = "mark", inputs: int = 2) -> bytes:
    summaries = [
        {"id": f"id-{at}", "title": f"a.mp3 [{mark}-{at}of{inputs}]", "status": status}
        for at, status in enumerate(statuses)
    ]
    return json.dumps([*summaries, {"id": "x", "title": "mark", "status": "COMPLETED"}]).encode()


def test_the_list_shows_a_job_by_the_titles_of_its_items() -> None:
    items = wire.read_list(listed("COMPLETED", "FAILED"), "mark")
    assert wire.status_of(items, BATCH).state == "succeeded"
    [result, failure] = wire.files_of(items, None)
    assert (result.kind, result.index, failure.kind, failure.index) == ("result", 0, "failure", 1)
    assert wire.read_list(listed("COMPLETED", mark="mark2"), "mark").found == ()


def test_while_the_list_does_not_show_every_item_the_job_is_not_over() -> None:
    assert not wire.read_list(listed("COMPLETED"), "mark").is_over
    assert not wire.read_list(b"[]", "mark").is_over


# --- manifests ------------------------------------------------------------------------------


def test_a_manifest_is_read_wherever_it_is_shown() -> None:
    uploaded = b'{"batch_file_id": "m", "status": "PENDING_VALIDATION", "item_count": 2}'
    assert wire.read_manifest(uploaded) == wire.Manifest("m", "pending_validation")
    shown = {
        "id": "m",
        "status": "INVALID",
        "checksum": None,
        "validation_errors": ["duplicate client_item_id: a", "see https://a.example/x?sig=1"],
    }
    faults = ("duplicate client_item_id: a", "see https://a.example/x")
    assert wire.read_manifest(json.dumps(shown).encode()) == wire.Manifest("m", "invalid", faults)


def test_an_earlier_manifest_is_known_by_its_title_unless_its_links_may_be_too_old() -> None:
    files = [
        {"id": "1", "title": "other", "status": "VALID"},
        {"id": "2", "title": "mine", "status": "VALID", "created_at": "2026-02-01T00:00:00Z"},
        {"id": "3", "title": "mine", "status": "INVALID", "created_at": "2026-02-01T10:00:00Z"},
        {"id": "4", "title": "mine", "status": "VALID"},
    ]
    body = json.dumps({"files": files, "next_cursor": None}).encode()
    found = wire.read_listed_manifest(body, "mine", SOON)
    assert found == wire.Manifest("3", "invalid")
    assert wire.read_listed_manifest(body, "nobody's", SOON) is None


def test_the_title_of_a_manifest_changes_with_its_inputs_and_not_with_their_links() -> None:
    one = manifest_title("mark", ["https://a.example/1?sig=x"])
    assert one == manifest_title("mark", ["https://a.example/1?sig=y"])
    assert one != manifest_title("mark", ["https://a.example/2?sig=x"])
    assert "sig" not in one


def test_a_new_batch_and_the_balance_are_read() -> None:
    created = {
        "batch_id": BATCH,
        "transcription_ids": ["4b6c5d0e-4f7f-4a53-9a51-2a4f4a0b1c11"],
        "total_count": 1,
        "status": "RECEIVED",
    }
    assert wire.read_created_id(json.dumps(created).encode()) == BATCH
    balance = b'{"total_balance": 5000, "available_balance": 4711, "pending_balance": 289}'
    assert wire.read_balance_cents(balance) == 4711


def test_an_item_that_was_looked_up_says_whether_it_is_there() -> None:
    found = wire.read_item(json.dumps(info(0, "COMPLETED")).encode())
    assert found == ("00000000-0000-4000-8000-000000000000", True, ("he",))
    assert not wire.read_item(json.dumps(info(0, "PENDING")).encode())[1]


# --- labels ---------------------------------------------------------------------------------


def test_a_label_is_read_from_the_item_id_and_else_from_the_title() -> None:
    label = Label("0123abcd-and-more", 7, 500)
    assert read_label(str(label), None) == label
    title = title_of(
        "https://a.example/c/calls/%D7%A9%D7%99%D7%A2%D7%95%D7%A8%20[1].mp3?sig=x", label
    )
    assert title == "שיעור [1].mp3 [0123abcd-and-more-7of500]"
    assert read_label(None, title) == label
    assert read_label("shiur_1", "Shiur 1") is None


def test_a_long_name_is_cut_and_its_label_is_not() -> None:
    label = Label("mark", 0, 1)
    title = title_of(f"https://a.example/{'x' * 500}.mp3", label)
    assert len(title) < 120 and read_label(None, title) == label


# --- what is sent ---------------------------------------------------------------------------


def sent(*, mode: Any = "standard", manifest: str | None = None, **options: Any) -> dict[str, Any]:
    urls = ("https://a.example/1.mp3?sig=x", "https://a.example/2.mp3?sig=x")
    request = JobRequest(
        mark="mark",
        display_name="dropscribe b",
        options=Options(**options),
        mode=mode,
        content_urls=urls,
    )
    return dict(json.loads(calls.create_body(request, manifest)))


def test_standard_mode_sends_the_manifest_and_express_mode_the_sources() -> None:
    standard = sent(manifest="m")
    assert (standard["processing_mode"], standard["batch_file_id"]) == ("standard", "m")
    assert "audio_sources" not in standard
    express = sent(mode="express")
    assert "batch_file_id" not in express
    assert express["audio_sources"][1] == {
        "audio_url": "https://a.example/2.mp3?sig=x",
        "title": "2.mp3 [mark-1of2]",
        "client_item_id": "mark-1of2",
    }


@pytest.mark.parametrize(
    ("options", "speakers"),
    [
        ({}, {}),
        ({"expected_speakers": 3}, {"num_speakers": 3}),
        ({"expected_speakers": 1}, {"num_speakers": 1}),
        ({"max_speakers": 4}, {"auto_detect_speakers": True}),
    ],
)
def test_a_number_of_speakers_and_finding_it_out_exclude_each_other(
    options: dict[str, Any], speakers: dict[str, Any]
) -> None:
    info = sent(mode="express", **options)["info"]
    assert {key: value for key, value in info.items() if "speakers" in key} == speakers


@pytest.mark.parametrize(
    ("locale", "words", "language", "scripts"),
    [
        ("en-US", "hebrew", "en", ["he"]),
        ("en-GB", "latin", "en", ["en"]),
        ("he-IL", "latin", "he", None),
        ("yi", "hebrew", "yi", None),
        ("fr-FR", "hebrew", "fr", None),
    ],
)
def test_hebrew_words_are_asked_for_in_one_script_where_there_is_a_choice(
    locale: str, words: str, language: str, scripts: list[str] | None
) -> None:
    info = sent(mode="express", locale=locale, hebrew_words=words)["info"]
    assert (info["primary_language"], info.get("hebrew_word_format")) == (language, scripts)


def test_the_first_of_the_models_is_asked_for() -> None:
    assert sent()["info"]["model"] == "v1"
    assert sent(models=("v0", "v1"))["info"]["model"] == "v0"


# --- errors ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, ProviderRefused),
        (401, ProviderUnauthorised),
        (402, ProviderUnfunded),
        (404, ProviderRefused),
        (422, ProviderRefused),
        (429, ProviderThrottled),
        (500, ProviderUnavailable),
        (503, ProviderUnavailable),
    ],
)
def test_every_status_has_an_error(status: int, error: type[ProviderError]) -> None:
    assert type(error_of(status, {}, b"", what="look")) is error


def test_an_error_repeats_what_was_said_without_secrets() -> None:
    body = b'{"detail": "cannot read https://a.example/1?sig=secret"}'
    message = str(error_of(400, {}, body, what="look"))
    assert message == "Sofer.ai answered 400 to: look: cannot read https://a.example/1"
    assert str(error_of(400, {}, b"<html>", what="look")) == "Sofer.ai answered 400 to: look"
