"""The deployed package loads and works in the runtime that Azure uses on Python 3.13 and newer."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from contextlib import suppress
from typing import Any

import jsonschema
import pytest
from azure.core.exceptions import ResourceExistsError
from azure.storage.queue import QueueServiceClient

from local.stack.stack import app_settings
from tests.conformance.conftest import World
from tests.conformance.environment import ROOT, NoInterpreter, find_interpreter
from tests.conformance.host_side import blob_created, http_call, queue_message, tick
from tests.conformance.runtime_process import RealRuntime

try:
    find_interpreter()
except NoInterpreter as missing:
    pytest.skip(str(missing), allow_module_level=True)

AUDIO = (ROOT / "samples" / "audio" / "monologue.wav").read_bytes()
SCHEMA = json.loads((ROOT / "docs" / "transcript-1.schema.json").read_text())
SAMPLE: dict[str, str] = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
STEPS = ("steps", "write", "deliver", "heavy")
WEBHOOK = "/api/webhooks/azure-speech/local"


def on_queue(name: str) -> list[dict[str, Any]]:
    trigger = {"type": "queueTrigger", "direction": "IN", "name": "message"}
    return [{**trigger, "queueName": name, "connection": "DATA_STORAGE"}]


def on_schedule(setting: str) -> list[dict[str, Any]]:
    trigger = {"type": "timerTrigger", "direction": "IN", "name": "timer"}
    return [{**trigger, "schedule": f"%{setting}%"}]


def on_blob(name: str, setting: str) -> list[dict[str, Any]]:
    return [
        {
            "type": "blobTrigger",
            "direction": "IN",
            "name": name,
            "path": f"%{setting}%/{{name}}",
            "connection": "DATA_STORAGE",
            "source": "EventGrid",
            "properties": {"SupportsDeferredBinding": True},
        }
    ]


def on_http(methods: str, route: str, level: str) -> list[dict[str, Any]]:
    trigger = {"type": "httpTrigger", "direction": "IN", "name": "req"}
    return [
        {**trigger, "methods": methods.split(), "authLevel": level, "route": route},
        {"type": "http", "direction": "OUT", "name": "$return"},
    ]


EXPECTED: dict[str, list[dict[str, Any]]] = {
    "audio_dropped": on_blob("audio", "AUDIO_CONTAINER"),
    "manifest_dropped": on_blob("manifest", "MANIFESTS_CONTAINER"),
    **{step: on_queue(f"dropscribe-{step}") for step in STEPS},
    "poll": on_schedule("POLL_SCHEDULE"),
    "sweep": on_schedule("SWEEP_SCHEDULE"),
    "provider_webhook": on_http("POST", "api/webhooks/{provider}/{endpoint}", "ANONYMOUS"),
    "api_get_health": on_http("GET", "api/health", "ANONYMOUS"),
    "unknown_path": on_http("GET POST PUT PATCH DELETE", "api/{*path}", "ANONYMOUS"),
    "page_file": on_http("GET", "app/{*path}", "ANONYMOUS"),
    **{
        f"api_{name}": on_http(method, f"api/{route}", "FUNCTION")
        for name, method, route in (
            ("list_brakes", "GET", "brakes"),
            ("get_caller", "GET", "me"),
            ("create_key", "POST", "keys"),
            ("list_keys", "GET", "keys"),
            ("revoke_key", "DELETE", "keys/{key_id}"),
            ("change_brake", "POST", "brakes"),
            ("run_sweep", "POST", "sweep"),
            ("get_profiles_file", "GET", "profiles/file"),
            ("give_profiles_file", "PUT", "profiles/file"),
            ("take_profiles_file_back", "DELETE", "profiles/file"),
            ("create_batch", "POST", "batches"),
            ("list_batches", "GET", "batches"),
            ("get_batch", "GET", "batches/{batch_id}"),
            ("get_batch_result", "GET", "batches/{batch_id}/result"),
            ("cancel_batch", "POST", "batches/{batch_id}/cancel"),
            ("retry_batch", "POST", "batches/{batch_id}/retry"),
            ("delete_batch", "DELETE", "batches/{batch_id}"),
            ("list_items", "GET", "batches/{batch_id}/items"),
            ("get_item", "GET", "batches/{batch_id}/items/{recording_id}"),
            ("get_transcript", "GET", "batches/{batch_id}/items/{recording_id}/transcript"),
            (
                "get_transcript_file",
                "GET",
                "batches/{batch_id}/items/{recording_id}/transcript/{transcript_format}",
            ),
            ("get_overview", "GET", "overview"),
            ("list_doubts", "GET", "review"),
            ("list_terms", "GET", "glossary"),
            ("remove_term", "DELETE", "glossary"),
            ("list_conversations", "GET", "conversations"),
            (
                "get_conversation",
                "GET",
                "batches/{batch_id}/items/{recording_id}/conversation",
            ),
            ("list_trail", "GET", "trail"),
            ("search_words", "POST", "search"),
            ("hold_batch", "POST", "batches/{batch_id}/hold"),
            ("release_batch", "DELETE", "batches/{batch_id}/hold"),
            ("hold_item", "POST", "batches/{batch_id}/items/{recording_id}/hold"),
            ("release_item", "DELETE", "batches/{batch_id}/items/{recording_id}/hold"),
            ("delete_item", "DELETE", "batches/{batch_id}/items/{recording_id}"),
            ("get_trace", "GET", "batches/{batch_id}/items/{recording_id}/trace"),
            (
                "create_revision",
                "POST",
                "batches/{batch_id}/items/{recording_id}/revisions",
            ),
            (
                "list_revisions",
                "GET",
                "batches/{batch_id}/items/{recording_id}/revisions",
            ),
            ("get_audio", "GET", "batches/{batch_id}/items/{recording_id}/audio"),
            (
                "get_listening_copy",
                "GET",
                "batches/{batch_id}/items/{recording_id}/listening",
            ),
            ("get_insights", "GET", "batches/{batch_id}/items/{recording_id}/insights"),
            (
                "get_unredacted",
                "GET",
                "batches/{batch_id}/items/{recording_id}/unredacted",
            ),
            ("get_report", "GET", "batches/{batch_id}/report"),
            ("get_report_file", "GET", "batches/{batch_id}/report/{report_format}"),
            ("estimate_lengths", "GET", "estimate"),
            ("estimate_manifest", "POST", "estimate"),
            ("create_upload", "POST", "uploads"),
            ("create_subscription", "POST", "subscriptions"),
            ("list_subscriptions", "GET", "subscriptions"),
            ("get_subscription", "GET", "subscriptions/{subscription_id}"),
            ("change_subscription", "PATCH", "subscriptions/{subscription_id}"),
            ("delete_subscription", "DELETE", "subscriptions/{subscription_id}"),
            ("rotate_secret", "POST", "subscriptions/{subscription_id}/rotate-secret"),
            ("test_subscription", "POST", "subscriptions/{subscription_id}/test"),
            ("list_deliveries", "GET", "subscriptions/{subscription_id}/deliveries"),
            ("get_delivery", "GET", "subscriptions/{subscription_id}/deliveries/{event_id}"),
            ("replay_events", "POST", "subscriptions/{subscription_id}/replay"),
            ("create_trigger", "POST", "triggers/{trigger}"),
            ("list_profiles", "GET", "profiles"),
            ("list_formats", "GET", "formats"),
            ("list_locales", "GET", "locales"),
            ("get_transcript_schema", "GET", "transcript-schema"),
            ("get_openapi", "GET", "openapi.json"),
            ("get_openapi_3_0", "GET", "openapi-3.0.json"),
        )
    },
}


def drop(world: World, name: str) -> None:
    """Upload a recording and tell the app, as Event Grid and the host do."""
    container = world.settings["AUDIO_CONTAINER"]
    world.blobs.get_blob_client(container, name).upload_blob(AUDIO)
    outcome = blob_created(world.runtime, container, name)
    assert outcome.succeeded, outcome.stack


def rows(world: World, name: str) -> list[dict[str, Any]]:
    """The rows of recordings of this blob."""
    return [dict(row) for row in world.table.list_entities() if row.get("name") == name]


def report_item(world: World, name: str) -> Any:
    """What a report says of a recording, once there is one."""
    reports = world.blobs.get_container_client(world.settings["REPORTS_CONTAINER"])
    for blob in reports.list_blob_names():
        if blob.endswith(".json"):
            report = json.loads(reports.download_blob(blob).readall())
            for item in report["recordings"]:
                if item["name"] == name:
                    return item
    return None


def output(world: World, name: str) -> bytes:
    container = world.blobs.get_container_client(world.settings["TRANSCRIPTS_CONTAINER"])
    return bytes(container.download_blob(name).readall())


def signed(world: World, content: str) -> dict[str, str]:
    secret = world.settings["WEBHOOK_SECRET"].encode()
    digest = hmac.new(secret, content.encode(), hashlib.sha256).digest()
    return {
        "X-MicrosoftSpeechServices-Event": "Challenge",
        "X-MicrosoftSpeechServices-Signature": base64.b64encode(digest).decode(),
    }


def assert_was_transcribed(world: World, name: str) -> None:
    assert report_item(world, name)["state"] == "transcribed"
    transcript = json.loads(output(world, f"audio/{name}.json"))
    jsonschema.validate(transcript, SCHEMA)
    assert transcript["utterances"]
    assert output(world, f"audio/{name}.vtt").startswith(b"WEBVTT\n")


# --- what the host is told of the app ---------------------------------------------------------


def test_the_app_loads_with_exactly_these_functions(
    bare_runtime: RealRuntime, capsys: pytest.CaptureFixture[str]
) -> None:
    loaded = bare_runtime.loaded
    with capsys.disabled():
        print(
            f"\nazure-functions-runtime {loaded['runtime']}, azure-functions "
            f"{loaded['azure_functions']}, Python {loaded['python']}: "
            f"the app loads in {loaded['load_seconds']:.2f} s"
        )
    assert loaded["azure_functions"].startswith("2.")
    assert {name: bare_runtime.bindings(name) for name in loaded["functions"]} == EXPECTED


def test_only_health_the_webhook_and_the_page_s_own_files_are_open_to_everybody(
    bare_runtime: RealRuntime,
) -> None:
    levels = {
        name: binding["authLevel"]
        for name in bare_runtime.loaded["functions"]
        for binding in bare_runtime.bindings(name)
        if "authLevel" in binding
    }
    open_ones = {name for name, level in levels.items() if level == "ANONYMOUS"}
    assert open_ones == {"provider_webhook", "api_get_health", "page_file", "unknown_path"}
    assert set(levels.values()) == {"ANONYMOUS", "FUNCTION"}


def test_every_setting_that_a_binding_names_is_in_the_sample_settings_and_in_the_local_stack(
    bare_runtime: RealRuntime,
) -> None:
    told = [b for name in bare_runtime.loaded["functions"] for b in bare_runtime.bindings(name)]
    named = set(re.findall(r"%(\w+)%", json.dumps(told)))
    named |= {binding["connection"] for binding in told if "connection" in binding}
    assert named >= {"AUDIO_CONTAINER", "DATA_STORAGE", "POLL_SCHEDULE", "SWEEP_SCHEDULE"}
    assert named - set(SAMPLE) == set()
    assert named - set(app_settings("", "")) == set()


def test_a_failed_invocation_brings_back_the_exception_so_that_the_host_tries_again(
    bare_runtime: RealRuntime,
) -> None:
    outcome = tick(bare_runtime, "poll")
    assert not outcome.succeeded
    assert outcome.problem.startswith("ConfigurationError: ")
    assert "DATA_STORAGE__blobServiceUri: is not set" in outcome.problem
    assert "functions/timers.py" in outcome.stack


# --- with storage and a provider ------------------------------------------------------------


def test_audio_becomes_a_transcript_and_a_report_by_messages_and_the_provider_s_webhook(
    world: World,
) -> None:
    assert tick(world.runtime, "sweep").succeeded
    world.queues.work_until(lambda: 200 in world.front.answers)  # the challenge
    before = dict(world.queues.handled)
    names = drop_two_that_share_a_batch(world)
    for name in names:
        world.queues.work_until(lambda name=name: report_item(world, name))  # type: ignore[misc]
        assert_was_transcribed(world, name)
    handled = {name for name, count in world.queues.handled.items() if count > before[name]}
    assert handled == {"steps", "write"}
    log = world.runtime.output
    assert log.count('"event":"recording.transcribed"') >= len(names)
    assert "left out" not in log, "a line that no invocation wrote is lost in Azure"
    assert world.front.answers.count(200) >= 2


def drop_two_that_share_a_batch(world: World) -> list[str]:
    """So that they share a job: one of a single recording needs no messages for its last steps. A
    window may end between the two."""
    for number in range(5):
        names = [f"by webhook/recording {number}+{i}.wav" for i in range(2)]
        for name in names:
            drop(world, name)
        found = [row["PartitionKey"] for name in names for row in rows(world, name)]
        assert len(found) == len(names)
        if len(set(found)) == 1:
            return names
    raise AssertionError("no two in one window")


def test_the_poll_finds_what_no_webhook_told(world: World) -> None:
    world.front.is_open = False
    try:
        drop(world, "by poll.wav")

        def is_over() -> Any:
            assert tick(world.runtime, "poll").succeeded
            return report_item(world, "by poll.wav")

        world.queues.work_until(is_over)
    finally:
        world.front.is_open = True
    assert_was_transcribed(world, "by poll.wav")


def test_an_event_that_comes_again_adds_nothing(world: World) -> None:
    drop(world, "twice.wav")
    before = rows(world, "twice.wav")
    assert blob_created(world.runtime, world.settings["AUDIO_CONTAINER"], "twice.wav").succeeded
    assert rows(world, "twice.wav") == before


def test_an_unreadable_message_fails_with_the_reason(world: World) -> None:
    for step in STEPS:
        outcome = queue_message(world.runtime, step, '{"v": 1}')
        assert not outcome.succeeded
        assert outcome.problem.startswith("ValidationError: Object missing required field")


def test_what_failed_five_times_is_looked_after_when_somebody_asks_for_a_sweep(
    world: World,
) -> None:
    """No function is called for such queues."""
    container = world.settings["AUDIO_CONTAINER"]
    world.blobs.get_blob_client(container, "poisoned.wav").upload_blob(AUDIO)
    event = {
        "FunctionId": "Host.Functions.audio_dropped",
        "BlobType": "BlockBlob",
        "ContainerName": container,
        "BlobName": "poisoned.wav",
        "ETag": '"0x1"',
    }
    told = {
        "webjobs-blobtrigger-poison": json.dumps(event),
        **{f"dropscribe-{step}-poison": "no JSON" for step in STEPS},
        "dropscribe-plan": '{"batch_id": "of a release before"}',
    }
    service = QueueServiceClient.from_connection_string(world.settings["DATA_STORAGE"])
    for name, text in told.items():
        with suppress(ResourceExistsError):
            service.create_queue(name)
        service.get_queue_client(name).send_message(base64.b64encode(text.encode()).decode())
    outcome = queue_message(world.runtime, "steps", '{"kind": "sweep", "part": "queues"}')
    assert outcome.succeeded, outcome.stack
    assert len(rows(world, "poisoned.wav")) == 1
    left = [
        service.get_queue_client(name).get_queue_properties().approximate_message_count
        for name in told
    ]
    assert left == [0] * len(told)


def test_a_challenge_with_a_right_signature_gets_its_token_back(world: World) -> None:
    headers = signed(world, "token-1")
    outcome = http_call(world.runtime, WEBHOOK, "validationToken=token-1", headers, b"")
    assert outcome.succeeded, outcome.stack
    assert (outcome.returned["status"], outcome.returned["body"]) == (200, "token-1")
    assert outcome.returned["headers"]["content-type"].startswith("text/plain")


def test_a_wrong_signature_is_refused(world: World) -> None:
    headers = signed(world, "another token")
    outcome = http_call(world.runtime, WEBHOOK, "validationToken=token-1", headers, b"")
    assert (outcome.returned["status"], outcome.returned["body"]) == (401, "")


def test_a_call_for_an_unknown_endpoint_is_not_found(world: World) -> None:
    outcome = http_call(world.runtime, "/api/webhooks/azure-speech/mars", "", {}, b"{}")
    assert outcome.returned["status"] == 404


def test_the_log_holds_our_events_and_nothing_of_the_libraries(world: World) -> None:
    assert tick(world.runtime, "poll").succeeded
    drop(world, "logged.wav")
    log = world.runtime.output
    assert '"event":"recording.registered"' in log
    assert "left out" not in log, "a line that no invocation wrote is lost in Azure"
    for leak in ("Request URL", "HTTP Request", "sig=", world.settings["WEBHOOK_SECRET"]):
        assert leak not in log
