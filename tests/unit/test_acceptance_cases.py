"""The cases in which pipelines of this kind are known to lose, double or garble recordings.

Each is named by its number, A1 to A19; what belongs to a case in detail is tested where it lives.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from local.emulators.azure_speech.results import result_body
from local.emulators.azure_speech.transcriptions import Transcription, Wanted
from local.emulators.azure_speech.versions import V2025
from shared.errors import (
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnavailable,
    StoreUnavailable,
)
from shared.messages import Collect
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from shared.pipeline.collect.webhook import Hear, Heard
from shared.ports.provider import ResultFile
from shared.providers.azure_speech import webhook
from shared.providers.azure_speech.results import read_result
from shared.providers.azure_speech.wire import read_status
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import BAD, FakeProvider
from tests.fakes.recogniser import hear as recognise
from tests.fakes.world import World, a_second_of_silence
from tests.samples.azure_speech import sample

SECRET = "correct horse"


def world_hearing(*bodies: bytes, **profile: Any) -> World:
    """A world whose n-th recording, n.wav, comes back as the n-th result file."""
    world = World(profiles=(Profile(**profile),))
    for i in range(len(bodies)):
        world.drop(f"{i}.wav")

    def result(file: ResultFile) -> Any:
        world.provider.calls["result"] += 1
        _, transcription_id, index = file.url.split(":")
        source = world.provider.transcriptions[transcription_id].sources[int(index)]
        body = bodies[int(source.rpartition("/")[2].removesuffix(".wav"))]
        with suppress(ValueError):  # unless it is a result that nobody can read
            body = json.dumps({**json.loads(body), "source": source}).encode()
        return read_result(body)

    world.provider.result = result  # type: ignore[method-assign]
    return world


def transcript(world: World, name: str = "0.wav") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        world.outputs.files[f"transcripts/audio/{name}.json"].content
    )
    return found


def submitted(count: int, **world: Any) -> tuple[World, str]:
    """Recordings 0.wav, 1.wav, ... at the provider in one job, and the id of that."""
    here = World(**world)
    for i in range(count):
        here.drop(f"{i}.wav")
    here.clock.advance(66)
    here.drain()
    [key] = here.provider.transcriptions
    return here, key


def a_phrase(at_ms: int, *readings: dict[str, Any], **fields: Any) -> dict[str, Any]:
    span = {"offsetMilliseconds": at_ms, "durationMilliseconds": 900}
    return {"recognitionStatus": "Success", "channel": 0, **span, **fields, "nBest": [*readings]}


def a_result(*phrases: dict[str, Any], **fields: Any) -> bytes:
    return json.dumps({"recognizedPhrases": [*phrases], **fields}).encode()


@pytest.mark.parametrize(
    "name",
    [
        "+15551234.wav",
        "two words .wav",
        "100%.wav",
        "100%25.wav",
        "a#b?c.wav",
        "grüße 日本語 🎙.wav",
        "very/deep/er/and deeper/+1%20.wav",
    ],
)
def test_a1_every_name_comes_back_as_it_was(name: str) -> None:
    world = World()
    world.drop(name)
    world.drop("neighbour.wav")
    world.run()
    assert transcript(world, name)["source"]["name"] == name
    assert transcript(world, name)["text"] == f"This is {name.rpartition('/')[2]}."
    assert_all_is_well(world)


def test_a2_phrases_come_out_in_the_order_of_their_times_not_of_their_digits() -> None:
    times = ("PT1H0M3S", "PT10.1S", "PT1M2S", "PT9.5S")
    phrases = [
        {
            "recognitionStatus": "Success",
            "offset": at,
            "duration": "PT1S",
            "nBest": [{"display": at}],
        }
        for at in times
    ]
    world = world_hearing(a_result(*phrases, duration="PT1H0M5S"), a_result(*phrases))
    world.run()
    utterances = transcript(world)["utterances"]
    assert [u["text"] for u in utterances] == ["PT9.5S", "PT10.1S", "PT1M2S", "PT1H0M3S"]
    assert [u["start_ms"] for u in utterances] == [9_500, 10_100, 62_000, 3_603_000]
    clamped = transcript(world, "1.wav")  # to what the probe says: one second
    assert clamped["text"] == transcript(world)["text"]


def test_a3_channels_that_come_one_after_the_other_are_interleaved_and_overlaps_kept() -> None:
    world = world_hearing(sample("result_2024-11-15_stereo.json"))
    world.run()
    utterances = transcript(world)["utterances"]
    assert [(u["channel"], u["start_ms"], u["end_ms"]) for u in utterances] == [
        (0, 800, 2_500),
        (1, 2_200, 4_200),
        (0, 6_000, 7_000),
    ]
    assert [u["overlaps"] for u in utterances] == [True, True, False]
    assert [u["turn"] for u in utterances] == [0, 1, 2]


def test_a4_an_event_that_comes_twice_makes_one_job() -> None:
    world = World()
    world.drop("a.wav")
    twin = world.twin()
    assert twin.register("audio", "a.wav") is None
    world.run()
    assert twin.register("audio", "a.wav") is None
    world.run()
    assert len(world.provider.created) == len(world.store.rows) == 1
    assert_all_is_well(world)


def test_a5_a_new_version_under_the_same_name_leaves_audio_and_transcript_of_both() -> None:
    """The audio is never moved or changed by us; the older transcript steps aside."""
    world = World()
    first = world.drop("a.wav")
    world.run()
    before = dict(world.audio.blobs)
    second = world.drop("a.wav", a_second_of_silence() + b"\x80" * 8)
    after = dict(world.audio.blobs)
    world.run()
    assert world.audio.blobs == after and before != after
    assert first is not None and second is not None and first.id != second.id
    kept = {stored.recording_id for stored in world.outputs.files.values()}
    assert kept == {first.id, second.id}
    assert transcript(world, "a.wav")["job"]["recording_id"] == second.id
    assert_all_is_well(world)


class Killed(BaseException):
    """The end of a process: no handler of ours sees it."""


def killed_after(world: World, call: int) -> None:
    """The process dies after the n-th call of the provider: all that costs or leaves something
    behind. (What dies after any other outside call is in test_pipeline_crash_points.)"""
    made = Counter[str]()
    for name in "submit find status files result report delete".split():
        method = getattr(world.provider, name)

        def dying(*args: Any, method: Callable[..., Any] = method) -> Any:
            answer = method(*args)
            made["calls"] += 1
            if made["calls"] == call:
                raise Killed
            return answer

        setattr(world.provider, name, dying)


@pytest.mark.parametrize("call", range(1, 8))
def test_a6_whatever_remote_call_a_process_dies_after_every_file_ends_once(call: int) -> None:
    world = World()
    for i in range(3):
        world.drop(f"{i}.wav")
    world.provider.bad_sources[world.audio.url("audio", "1.wav")] = BAD
    killed_after(world, call)
    deaths = 0
    while True:
        try:
            world.run()
            break
        except Killed:
            deaths += 1
            world.start()
    assert deaths == 1
    assert len(world.provider.created) == 1
    assert world.states() == {"0.wav": "transcribed", "1.wav": "failed", "2.wav": "transcribed"}
    assert_all_is_well(world)


def test_a7_one_result_of_a_hundred_that_is_missing_costs_only_itself() -> None:
    world, key = submitted(100)
    world.provider.missing_results[world.audio.url("audio", "42.wav")] = 1_000
    world.provider.complete(key)
    world.run_webhook(key)
    assert Counter(world.states().values()) == {"transcribed": 99, "planned": 1}
    assert world.provider.deleted == []
    world.run()
    assert world.states()["42.wav"] == "failed"
    assert [len(request.content_urls) for request in world.provider.created] == [100, 1, 1]
    assert_all_is_well(world)


def test_a8_a_job_without_its_report_loses_nobody() -> None:
    world, _ = submitted(4)
    world.provider.has_report = False
    world.provider.bad_sources[world.audio.url("audio", "1.wav")] = BAD
    world.run()
    assert Counter(world.states().values()) == {"transcribed": 3, "failed": 1}
    assert_all_is_well(world)


def test_a9_a_result_that_is_neither_listed_nor_failed_is_tried_again_and_then_reported() -> None:
    world, _ = submitted(3)
    world.provider.dropped_results.add(world.audio.url("audio", "2.wav"))
    world.run()
    row = world.rows()["2.wav"]
    assert row.failure is not None
    assert (row.state, row.attempt, row.failure.code) == ("failed", 3, "result_missing")
    assert Counter(world.states().values()) == {"transcribed": 2, "failed": 1}
    assert_all_is_well(world)


def test_a10_twenty_times_429_and_then_503_cost_no_attempt() -> None:
    world = World()
    world.drop("a.wav")
    world.provider.errors["submit"] = [
        *(ProviderThrottled("429", retry_after_seconds=7) for _ in range(20)),
        ProviderUnavailable("503"),
    ]
    world.run()
    assert world.provider.calls["submit"] == 22
    row = world.rows()["a.wav"]
    assert (row.state, row.attempt) == ("transcribed", 1)
    assert_all_is_well(world)


SWEARING = {
    "confidence": 0.4,  # low enough to be shown for review
    "lexical": "well damn it all",
    "itn": "well damn it all",
    "maskedITN": "well **** it all",
    "display": "Well, **** it all.",
    "words": [
        {
            "word": word,
            "offsetMilliseconds": 200 * i,
            "durationMilliseconds": 190,
            "confidence": 0.4,
        }
        for i, word in enumerate(("well", "damn", "it", "all"))
    ],
}
SHOWN_WORDS = [
    {"displayText": word, "offsetMilliseconds": 200 * i, "durationMilliseconds": 190}
    for i, word in enumerate(("Well,", "****", "it", "all."))
]
POLITE = {
    "confidence": 0.9,
    "lexical": "two of them please",
    "itn": "2 of them please",
    "maskedITN": "2 of them please",
    "display": "2 of them, please.",
    "words": [{"word": "two", "offsetMilliseconds": 3_000, "durationMilliseconds": 200}],
}
REMOVED = {"confidence": 0.9, "lexical": "damn", "itn": "damn", "maskedITN": "", "display": ""}


@pytest.mark.parametrize("mode", ["masked", "removed"])
@pytest.mark.parametrize(
    "readings",
    [
        [SWEARING],
        [{**SWEARING, "displayWords": SHOWN_WORDS}],
        [SWEARING, {**SWEARING, "confidence": 0.2, "display": "", "maskedITN": ""}],
        [{**POLITE}, {"confidence": 0.1, "lexical": "damn", "itn": "damn"}],
        [REMOVED],
        [{"confidence": 0.9, "lexical": "damn fine", "display": "**** fine."}],
        [{**SWEARING, "display": "", "displayWords": []}],
    ],
)
def test_a11_what_was_masked_is_in_no_output_in_any_form(
    mode: Any, readings: list[dict[str, Any]]
) -> None:
    """We offer no redaction of personal data yet. What there is, the provider's masking of swear
    words, holds in text, words, alternatives, captions and reports alike, although the service
    leaves the spoken forms unmasked."""
    world = world_hearing(
        a_result(a_phrase(0, *readings), a_phrase(3_000, POLITE)),
        options=Options(profanity=mode),
        formats=("vtt", "srt", "txt"),
    )
    world.run()
    assert world.states() == {"0.wav": "transcribed"}
    written = [stored.content for stored in world.outputs.files.values()]
    written += world.outputs.reports.values()
    assert len(written) == 7
    assert not any(b"damn" in content.lower() for content in written)
    clean = transcript(world)["utterances"][-1]
    assert clean["text_lexical"] == "two of them please"
    assert [word["text"] for word in clean["words"]] == ["two"]


@pytest.mark.parametrize("mode", ["Masked", "Removed"])
def test_a11_holds_for_a_result_as_our_emulator_writes_it(mode: Any) -> None:
    one = Transcription(
        id="x",
        version=V2025,
        display_name="calls",
        locale="en-US",
        created_at=1_700_000_000,
        last_action_at=1_700_000_000,
        wanted=Wanted(profanity=mode, word_times=True, display_word_times=True),
    )
    body = result_body(one, "https://h/a.wav", recognise(b"mono"), 1_700_000_000)
    assert b"damn" in body
    world = world_hearing(body, options=Options(profanity=mode.lower()))
    world.run()
    assert not any(b"damn" in stored.content for stored in world.outputs.files.values())
    assert all(utterance["words"] for utterance in transcript(world)["utterances"])


@pytest.mark.parametrize("mode", ["none", "tags"])
def test_a11_who_does_not_ask_for_masking_keeps_every_form(mode: Any) -> None:
    world = world_hearing(a_result(a_phrase(0, SWEARING)), options=Options(profanity=mode))
    world.run()
    [utterance] = transcript(world)["utterances"]
    assert utterance["text_lexical"] == "well damn it all"
    assert [word["text"] for word in utterance["words"]] == ["well", "damn", "it", "all"]


@pytest.mark.long
def test_a12_a_result_that_cannot_be_read_is_never_published() -> None:
    """No redaction is offered, so none can fail; the same holds of everything between the result
    and its transcript: where it fails, nothing is published and the recording is reported."""
    good = a_result(a_phrase(0, POLITE))
    broken = a_result(a_phrase(0, SWEARING))[:-20]
    world = world_hearing(good, broken, b"<html>damn</html>", good)
    world.run()
    assert Counter(world.states().values()) == {"transcribed": 2, "failed": 2}
    for name in ("1.wav", "2.wav"):
        assert [path for path in world.outputs.files if name in path] == [
            f"errors/audio/{name}.json"
        ]
        error = world.outputs.files[f"errors/audio/{name}.json"].content
        assert b"result_unreadable" in error and b"damn" not in error
    assert_all_is_well(world)


@pytest.mark.long
@pytest.mark.parametrize(("count", "pages"), [(101, 2), (250, 3)])
def test_a13_results_beyond_the_first_page_are_found(count: int, pages: int) -> None:
    world, _ = submitted(count, providers=(FakeProvider(page=100),))
    world.run()
    assert Counter(world.states().values()) == {"transcribed": count}
    assert world.provider.calls["files"] == pages
    assert len(world.provider.created) == 1
    assert_all_is_well(world)


def test_a14_silence_and_phrases_without_success_are_no_failure() -> None:
    world = world_hearing(sample("result_silence.json"), sample("result_unsuccessful.json"))
    world.run()
    assert set(world.states().values()) == {"transcribed"}
    silence, doubtful = transcript(world, "0.wav"), transcript(world, "1.wav")
    assert (silence["text"], silence["utterances"]) == ("", [])
    assert "Perhaps." in doubtful["text"]
    assert any("could not recognise" in line for line in doubtful["provider"]["warnings"])
    assert world.outputs.files["transcripts/audio/0.wav.vtt"].content.startswith(b"WEBVTT")
    assert_all_is_well(world)


@pytest.mark.parametrize("all_fail", [False, True])
def test_a15_the_batch_is_reported_within_a_second_of_the_providers_webhook(
    all_fail: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """There are no subscribers yet; the report and the event from which they will be told are
    there as soon as the webhook was heard, for failures as for successes."""
    caplog.set_level(logging.INFO, "dropscribe")
    world, key = submitted(3)
    bad = ("0.wav", "1.wav", "2.wav") if all_fail else ("1.wav",)
    world.provider.bad_sources = {world.audio.url("audio", name): BAD for name in bad}
    world.provider.complete(key)
    heard_at = world.clock.now()
    world.run_webhook(key)
    assert world.clock.now() == heard_at
    [batch_id] = world.store.headers
    report = json.loads(world.outputs.reports[f"reports/{batch_id}.json"])
    assert report["counts"]["failed"] == len(bad)
    assert report["counts"]["transcribed"] == 3 - len(bad)
    [completed] = [line for line in caplog.messages if "batch.completed" in line]
    assert json.loads(completed)["failed"] == len(bad)
    assert_all_is_well(world)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("raw.wav", b"\x01\x00\xfe\xff" * 4_000),
        ("empty.wav", b""),
        ("notes.txt", b"Not a recording at all, and not meant as one.\n" * 40),
        ("cut.wav", a_second_of_silence()[:20]),
    ],
)
def test_a16_what_is_no_audio_fails_with_a_reason_before_it_costs_anything(
    name: str, content: bytes
) -> None:
    world = World()
    world.drop("good.wav")
    world.drop(name, content)
    world.drop("fine.wav")
    world.run()
    assert world.states() == {"good.wav": "transcribed", "fine.wav": "transcribed", name: "failed"}
    failure = world.rows()[name].failure
    assert failure is not None and failure.kind == "input" and failure.advice
    [request] = world.provider.created
    assert len(request.content_urls) == 2
    assert_all_is_well(world)


def test_a17_a_word_of_negative_duration_ends_where_it_starts() -> None:
    words = [
        {"word": "two", "offsetMilliseconds": 100, "durationMilliseconds": -100},
        {"word": "please", "offsetInTicks": 3_000_000, "durationInTicks": -50_000},
    ]
    world = world_hearing(a_result(a_phrase(0, {**POLITE, "words": words})))
    world.run()
    [utterance] = transcript(world)["utterances"]
    spans = [(word["start_ms"], word["end_ms"]) for word in utterance["words"]]
    assert spans == [(100, 100), (300, 300)]
    assert_all_is_well(world)


@pytest.mark.parametrize("status", ["Paused", "Cancelling", "InReview"])
def test_a18_a_status_that_nobody_knows_is_kept_and_waited_for(status: str) -> None:
    body = json.dumps({"self": "https://h/transcriptions/1", "status": status, "mood": {"new": 1}})
    found = read_status(body.encode(), {})
    assert (found.state, found.provider_status) == ("running", status)
    world, key = submitted(1)
    world.provider.transcriptions[key].state = status
    for _ in range(60):
        world.poll()
        world.sweep()
        world.drain()
        world.clock.advance(60)
    assert world.states() == {"0.wav": "planned"}
    world.provider.transcriptions[key].state = "running"
    world.run()
    assert len(world.provider.created) == 1
    assert_all_is_well(world)


def test_a18_fields_that_nobody_knows_change_nothing_of_what_is_known() -> None:
    odd = a_phrase(0, {**POLITE, "emotion": {"calm": 0.9}}, tone=["soft"])
    world = world_hearing(
        a_result(a_phrase(0, POLITE)), a_result(odd, schemaVersion="4.0", combined=[])
    )
    world.run()
    known, unknown = transcript(world, "0.wav"), transcript(world, "1.wav")
    assert known["utterances"] == unknown["utterances"]


# --- A19: the provider's webhook


def signed(event: str, content: bytes) -> dict[str, str]:
    digest = hmac.digest(SECRET.encode(), content, hashlib.sha256)
    return {
        "X-MicrosoftSpeechServices-Event": event,
        "X-MicrosoftSpeechServices-Signature": base64.b64encode(digest).decode(),
    }


class Webhook:
    """The route of one endpoint, with Azure's signatures, as an instance of the app serves it."""

    def __init__(self, world: World) -> None:
        self._hear = Hear(
            endpoints=world.endpoints, secret=SECRET, queue=world.queue, heard=Heard()
        )
        world.provider.read_webhook = webhook.read_webhook  # type: ignore[method-assign]

    def call(
        self, headers: dict[str, str], body: bytes = b"", query: dict[str, str] | None = None
    ) -> str:
        return self._hear("azure-speech", "westeurope", headers, query or {}, body)


def notification(key: str, invocation: str = "i-1") -> bytes:
    url = f"https://west.example/speechtotext/transcriptions/{key}?api-version=2025-10-15"
    return json.dumps({"self": url, "invocationId": invocation}).encode()


def test_a19_a_signed_challenge_is_echoed_and_an_unsigned_one_is_not() -> None:
    hook = Webhook(World())
    query = {"validationToken": "0123-abc"}
    assert hook.call(signed("Challenge", b"0123-abc"), query=query) == "0123-abc"
    with pytest.raises(ProviderUnauthorised):
        hook.call({"X-MicrosoftSpeechServices-Event": "Challenge"}, query=query)


def test_a19_a_signed_notification_has_the_job_collected_at_once() -> None:
    world, key = submitted(2)
    world.provider.complete(key)
    body = notification(key)
    assert Webhook(world).call(signed("TranscriptionCompletion", body), body) == ""
    world.drain()
    assert set(world.states().values()) == {"transcribed"}
    assert_all_is_well(world)


@pytest.mark.parametrize("forgery", ["missing", "other body", "other key", "not base64"])
def test_a19_a_bad_or_missing_signature_is_refused_and_nothing_is_done(forgery: str) -> None:
    world, key = submitted(1)
    body = notification(key)
    headers = signed("TranscriptionCompletion", body)
    name = "X-MicrosoftSpeechServices-Signature"
    if forgery == "missing":
        del headers[name]
    elif forgery == "other body":
        headers |= signed("TranscriptionCompletion", body + b" ")
    elif forgery == "other key":
        forged = hmac.digest(b"wrong", body, hashlib.sha256)
        headers[name] = base64.b64encode(forged).decode()
    else:
        headers[name] = "päss"
    with pytest.raises(ProviderUnauthorised):
        Webhook(world).call(headers, body)
    assert not any(isinstance(message, Collect) for _, message in world.queue.waiting)


def test_a19_a_call_whose_hint_could_not_be_handed_on_is_not_taken_for_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, key = submitted(1)
    body = notification(key)
    headers = signed("TranscriptionCompletion", body)
    hook = Webhook(world)

    def fail(*_: object, **__: object) -> None:
        raise StoreUnavailable("send message")

    with monkeypatch.context() as patch:
        patch.setattr(world.queue, "send", fail)
        with pytest.raises(StoreUnavailable):
            hook.call(headers, body)
    hook.call(headers, body)
    assert [type(message) for _, message in world.queue.waiting] == [Collect]


def test_a19_a_replay_is_ignored_and_would_do_no_harm_in_another_process() -> None:
    world, key = submitted(2)
    world.provider.complete(key)
    body = notification(key)
    headers = signed("TranscriptionCompletion", body)
    hook = Webhook(world)
    for _ in range(5):
        assert hook.call(headers, body) == ""
    assert [type(message) for _, message in world.queue.waiting] == [Collect]
    Webhook(world).call(headers, body)  # a process that has not heard it yet
    world.run()
    assert world.provider.calls["result"] == 2
    Webhook(world).call(headers, body)
    world.run()
    assert len(world.outputs.files) == 4
    assert_all_is_well(world)


def test_every_case_has_its_test() -> None:
    named = {name.split("_")[1] for name in globals() if name.startswith("test_a")}
    assert {f"a{number}" for number in range(1, 20)} <= named
