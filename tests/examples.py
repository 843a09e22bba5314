"""`python -m tests.examples` writes the examples of the API: what is sent in a run on stand-ins,
and what comes back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from shared.api.caller import Access
from shared.api.describe.examples import FILE, Example
from shared.api.http import JSON, Request
from shared.api.operations.all import OPERATIONS
from shared.api.serve import serve
from shared.model.profile.profile import Profile
from tests.fakes.prompter import FakePrompter
from tests.fakes.world import OWNER_KEY, World, a_second_of_silence

BASE = "https://dropscribe.example/api"
AS_OWNER = {"Authorization": f"Bearer {OWNER_KEY}"}
HOOK = "https://hooks.example/dropscribe"
_BY_NAME = {operation.name: operation for operation in OPERATIONS}
_ITSELF = ("get_openapi", "get_openapi_3_0")
"""Of a description in itself its beginning is enough."""


class Recorder:
    """Calls operations and keeps the first call of each."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.examples: dict[str, Example] = {}

    def __call__(
        self,
        name: str,
        path: Mapping[str, str] | None = None,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        operation, path, query = _BY_NAME[name], dict(path or {}), dict(query or {})
        path = {key: path[key] for key in operation.path_names}
        url = f"{BASE}/{operation.path.format(**path)}"
        asked = {key: json.dumps(value).strip('"') for key, value in query.items()}
        sent = b"" if body is None else json.dumps(body).encode()
        request = Request(operation.method, url, path, asked, headers or {}, sent)
        response = serve(operation, request, lambda: self._world.app, Access(), OPERATIONS)
        if response.status >= 400:
            raise AssertionError(f"{name}: {response.body.decode()}")
        kind = (response.media_type or JSON).partition(";")[0]
        text = response.body.decode()
        answer = json.loads(text) if text and kind == JSON else text or None
        if name in _ITSELF:
            answer = {key: answer[key] for key in ("openapi", "info")}
        self.examples.setdefault(
            name,
            Example(
                path=path,
                query=query,
                body=body,
                status=response.status,
                media_type=kind,
                answer=answer,
            ),
        )
        return answer


def recorded() -> dict[str, Example]:
    """By the names of the operations, in the order of the API."""
    profile = Profile(insights=("summary", "outcome"))
    said = {"summary": "The file meeting.wav is named.", "outcome": "not_told"}
    world = World(profiles=(profile,), prompter=FakePrompter(lambda _: said))
    call = Recorder(world)
    _look_around(call)
    subscription = _subscribe(call)
    batch = _transcribe(world, call)
    _look_at_events(call, subscription)
    _change(world, call, batch)
    _look_after_keys(call)
    return {name: call.examples[name] for name in _BY_NAME}


def _look_around(call: Recorder) -> None:
    for name in ("list_profiles", "list_formats", "list_locales", *_ITSELF):
        call(name)
    call("get_transcript_schema", query={"format": "txt"})
    brake = {"scope": "profile/default", "action": "stop", "reason": "A flood of wrong uploads"}
    call("change_brake", body=brake)
    call("list_brakes")
    call("change_brake", body={"scope": "profile/default", "action": "go_on"})
    call("run_sweep", body={"part": "batches"})
    toml = '[default]\nlocale = "de-DE"\n'
    given = call("give_profiles_file", body={"toml": toml}, headers=AS_OWNER)
    call("get_profiles_file", query={"file_version": given["version"]}, headers=AS_OWNER)
    call("take_profiles_file_back", headers=AS_OWNER)
    call("estimate_lengths", query={"recordings": 200, "duration_ms": 300_000})


def _read_unredacted(world: World, call: Recorder, one: dict[str, str]) -> None:
    """As if its profile had it kept; what was said is the same here."""
    row = world.store.recording(*one.values())
    assert row is not None and row.outcome is not None
    plain = world.outputs.files[row.outcome.outputs["json"]].content
    world.unredacted.put(row, plain)
    profile = msgspec.structs.replace(row.profile, keep_unredacted=True)
    world.store.rows[row.batch_id, row.id] = msgspec.structs.replace(row, profile=profile)
    call("get_unredacted", one, headers=AS_OWNER)
    world.store.rows[row.batch_id, row.id] = row


def _subscribe(call: Recorder) -> dict[str, str]:
    made = call(
        "create_subscription",
        body={"url": HOOK, "title": "Tickets", "types": ["recording.transcribed"]},
    )
    own = {"subscription_id": made["id"]}
    call("list_subscriptions")
    call("get_subscription", own)
    call("change_subscription", own, body={"title": "Tickets of support"})
    call("rotate_secret", own, body={"overlap_hours": 24})
    flow = call("create_trigger", {"trigger": "batch-completed"}, body={"url": HOOK})
    call("delete_subscription", {"subscription_id": flow["id"]})
    return own


def _transcribe(world: World, call: Recorder) -> dict[str, str]:
    upload = call("create_upload", body={"name": "meeting.wav", "minutes": 60})
    place = {key: upload[key] for key in ("container", "blob")}
    world.audio.drop(
        place["blob"], a_second_of_silence(), world.clock.now(), container=place["container"]
    )
    recording = {**place, "client_item_id": "meeting-7", "metadata": {"room": "4"}}
    manifest = {"title": "Meetings", "speakers": {"min": 2, "max": 4}, "recordings": [recording]}
    call("estimate_manifest", body=manifest)
    batch = call("create_batch", body=manifest)
    own = {"batch_id": batch["id"]}
    call("get_health")
    call("get_overview")
    world.run()
    call("get_batch_result", own)
    call("get_batch", own)
    call("list_batches", query={"limit": 10})
    [item] = call("list_items", own, query={"client_item_id": "meeting-7"})["value"]
    one = {**own, "recording_id": item["id"]}
    call("get_item", one)
    call("get_trace", one)
    call("get_audio", one, headers=AS_OWNER)
    world.app.open_listening(*one.values(), "key-0123456789abcdef")
    world.run()
    call("get_listening_copy", one, headers=AS_OWNER)
    call("get_transcript", one)
    call("get_insights", one)
    _read_unredacted(world, call, one)
    call("search_words", body={"q": '"this is" meeting', "profile": "default", "limit": 5})
    call("list_doubts")
    call("get_conversation", one)
    call("list_conversations", query={"by": "metadata.room"})
    said = call("get_transcript", one)["utterances"]
    change = {
        "op": "text",
        "utterance": said[0]["id"],
        "was": said[0]["text"],
        "now": "Order 4711.",
    }
    changes = [change]
    body = {"id": "5f1e9a0c", "based_on": 0, "changes": changes, "reviewed": True}
    call("create_revision", one, body=body, headers=AS_OWNER)
    call("list_revisions", one)
    call("list_terms")
    call("remove_term", query={"meant": "Order 4711"}, headers=AS_OWNER)
    call("get_transcript_file", {**one, "transcript_format": "vtt"})
    call("get_report", own)
    call("get_report_file", {**own, "report_format": "csv"})
    return own


def _look_at_events(call: Recorder, own: dict[str, str]) -> None:
    call("test_subscription", own)
    [delivery, *_] = call("list_deliveries", own, query={"event_type": "recording.transcribed"})[
        "value"
    ]
    one = {**own, "event_id": delivery["event_id"]}
    call("get_delivery", one)
    call("replay_events", own, body={"event_id": one["event_id"]})


def _change(world: World, call: Recorder, own: dict[str, str]) -> None:
    call("retry_batch", own)
    call("cancel_batch", own)
    world.run()
    [row] = [row for row in world.store.rows.values() if row.batch_id == own["batch_id"]]
    one = {**own, "recording_id": row.id}
    for hold, release, path in (
        ("hold_batch", "release_batch", own),
        ("hold_item", "release_item", one),
    ):
        call(hold, path, body={"reason": "Case 4711"}, headers=AS_OWNER)
        call(release, path, headers=AS_OWNER)
    call("delete_item", one, query={"audio": True})
    world.run()
    call("delete_batch", own, query={"outputs": True})


def _look_after_keys(call: Recorder) -> None:
    asked = {"name": "Helpdesk", "roles": ["Submit", "Read"], "profiles": ["default"]}
    made = call("create_key", body=asked, headers=AS_OWNER)
    call("get_caller", headers={"Authorization": f"Bearer {made['key']}"})
    call("list_keys", headers=AS_OWNER)
    call("revoke_key", {"key_id": made["id"]}, headers=AS_OWNER)
    call("list_trail", query={"from_at": "2026-03-02T09:00:00Z", "limit": 3}, headers=AS_OWNER)


def main() -> None:
    text = msgspec.json.format(msgspec.json.encode(recorded()), indent=2).decode()
    FILE.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
