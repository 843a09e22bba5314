"""What must hold of a world in which nothing is left to do, whatever happened on the way."""

from __future__ import annotations

import json
from collections import Counter, defaultdict

from shared.model.job.job import OVER
from shared.model.keeping.removal import DELETED_NAME, is_asked
from shared.model.recording.recording import Recording, recording_id
from shared.model.search.piece import entries_in
from tests.fakes.blobs import own_name
from tests.fakes.finder import FakeFinder
from tests.fakes.world import World

REPORTS = ("json", "csv", "html")


def assert_all_is_well(world: World) -> None:
    _assert_nothing_is_open(world)
    stored = _stored_by_recording(world)
    for row in world.store.rows.values():
        _assert_one_outcome(row, world, stored[row.id])
    _assert_every_version_has_one_row(world)
    _assert_every_entry_is_accounted_for(world)
    _assert_all_are_listed(world)
    _assert_reports_reconcile(world)
    _assert_provider_is_clean(world)
    _assert_search_knows_what_was_said(world)
    _assert_names_are_hidden(world)


def _assert_search_knows_what_was_said(world: World) -> None:
    """Of every transcript, and of no batch that is gone, as far as anybody finds it."""
    there = world.pieces.seen()
    known = {
        (entry.batch_id, entry.recording_id)
        for piece in there.pieces
        for entry, _ in entries_in(world.pieces.there[piece.name])
        if not there.forgotten.covers(entry.origin)
    }
    said = {
        key
        for key, row in world.store.rows.items()
        if row.state == "transcribed" and not is_asked(row, "outputs")
    }
    assert said <= known or not world.is_search_on
    gone = {batch.id for batch in world.store.headers.values() if batch.is_gone}
    assert not gone & {batch_id for batch_id, _ in known}
    assert not [
        key for key, row in world.store.rows.items() if is_asked(row, "outputs") & (key in known)
    ]


def _assert_names_are_hidden(world: World) -> None:
    """What the finder knows is in no output and in nothing that search knows, but for the names of
    files, where each profile has it hidden."""
    if world.finder is None or not all(profile.options.redact for profile in world.profiles):
        return
    if not isinstance(world.finder, FakeFinder):
        return
    for path, file in world.outputs.files.items():
        if path.endswith(".json") and path.startswith("transcripts/"):
            stored = json.loads(file.content)
            said = json.dumps([stored["text"], stored["utterances"]])
        else:
            said = file.content.decode() if path.startswith("transcripts/") else ""
        assert not [word for word in world.finder.knows if word in said], path
    pieces = [world.pieces.there[piece.name] for piece in world.pieces.seen().pieces]
    kept = str([entry.turns for piece in pieces for entry, _ in entries_in(piece)]).lower()
    assert not [word for word in world.finder.knows if word.lower() in kept]


def _assert_nothing_is_open(world: World) -> None:
    assert not world.store.notes
    assert not world.queue.waiting
    assert not world.active.entries
    assert not world.poison
    assert [job.id for job in world.store.job_rows.values() if job.state not in OVER] == []


def _assert_every_version_has_one_row(world: World) -> None:
    """Of what was dropped; what a manifest names is accounted for by its batch. A deleted batch
    takes its rows along."""
    seen = Counter(row.id for row in world.store.rows.values() if row.item is None)
    expected = Counter(recording_id(*v) for v in world.audio.versions if v[0] == "audio")
    if any(batch.deleted_at is not None for batch in world.store.headers.values()):
        assert seen <= expected
    else:
        assert seen == expected


def _assert_every_entry_is_accounted_for(world: World) -> None:
    """A request has a row for each of its items, or more for what a prefix holds."""
    for batch in world.store.headers.values():
        rows = [row for key, row in world.store.rows.items() if key[0] == batch.id]
        if batch.items is not None and not batch.is_gone:
            assert not batch.is_expanding
            assert {row.item for row in rows} == set(range(batch.items))
        if batch.error_report is not None and not batch.is_gone:
            assert batch.error_report in world.outputs.reports and not rows


def _assert_all_are_listed(world: World) -> None:
    listed = {entry.id: entry for entry in world.store.listed.values()}
    there = {batch.id for batch in world.store.headers.values() if not batch.is_gone}
    assert set(listed) == there and len(world.store.listed) == len(there)
    assert all(entry.state in ("completed", "cancelled", "refused") for entry in listed.values())


def _assert_one_outcome(row: Recording, world: World, stored: set[str]) -> None:
    """Its outputs and no error report, or an error report and no outputs. `stored` are the
    containers that hold something of it."""
    if row.removal is not None:
        _assert_removed(row, world, stored)
    elif row.state == "transcribed":
        assert row.outcome is not None and row.failure is None and row.error_report is None
        assert {*row.profile.formats, "json"} == set(row.outcome.outputs)
        for path in row.outcome.outputs.values():
            assert _is_stored(path, row, world), path
        assert "errors" not in stored
    elif row.state == "unchanged":
        assert row.same_as is not None and row.failure is None and row.error_report is None
        twin = world.store.rows[row.same_as.batch_id, row.same_as.recording_id]
        assert twin.state == "transcribed" and twin.outcome is not None
        assert row.outcome is not None
        assert row.outcome.outputs == twin.outcome.outputs or twin.removal is not None
        assert row.job_id is None and not stored
    else:
        assert row.state == "failed" and row.failure is not None and row.outcome is None
        assert row.failure.reason and row.failure.advice
        assert row.error_report is not None
        assert _is_superseded(row, world) or _is_stored(row.error_report, row, world)
        assert "transcripts" not in stored


def _assert_removed(row: Recording, world: World, stored: set[str]) -> None:
    """What went is gone, and what stays is there."""
    removal = row.removal
    assert removal is not None and removal.is_done
    if removal.outputs_at is not None:
        assert not stored and row.error_report is None
        assert row.outcome is None or not row.outcome.outputs
        assert row.id not in {key[0] for key in world.revisions.there}
    else:
        assert removal.contents_at is None and "transcripts" in stored
    there = world.audio.blobs.get((row.container, row.name))
    if removal.audio_at is not None:
        assert there is None or there.etag != row.etag
    if removal.contents_at is not None and removal.audio_at is not None:
        assert row.name == DELETED_NAME and not row.labels.metadata


def _is_superseded(row: Recording, world: World) -> bool:
    """Its error report may have gone: what it advises was done."""
    there = world.audio.blobs.get((row.container, row.name))
    return there is not None and there.etag != row.etag


def _is_stored(path: str, row: Recording, world: World) -> bool:
    """Under its name, or aside because a newer version of the audio took that."""
    places = (path, own_name(path, row.id))
    found = [world.outputs.files[place] for place in places if place in world.outputs.files]
    return any(stored.recording_id == row.id for stored in found)


def _stored_by_recording(world: World) -> dict[str, set[str]]:
    containers: dict[str, set[str]] = defaultdict(set)
    for path, stored in world.outputs.files.items():
        containers[stored.recording_id].add(path.split("/", 1)[0])
    return containers


def _assert_reports_reconcile(world: World) -> None:
    states: dict[str, dict[str, str]] = {
        batch.id: {}
        for batch in world.store.headers.values()
        if batch.error_report is None and not batch.is_gone
    }
    for row in world.store.rows.values():
        states[row.batch_id][row.id] = row.state
    for batch_id, expected in states.items():
        report = json.loads(world.outputs.reports[f"reports/{batch_id}.json"])
        assert {item["recording_id"]: item["state"] for item in report["recordings"]} == expected
        counted = Counter(expected.values())
        assert report["counts"]["accepted"] == len(report["recordings"]) == len(expected)
        assert report["counts"]["transcribed"] == counted["transcribed"]
        assert report["counts"]["failed"] == counted["failed"]
        assert report["counts"]["unchanged"] == counted["unchanged"]
        assert world.store.headers[batch_id].reported == len(expected)
        for ending in REPORTS:
            assert f"reports/{batch_id}.{ending}" in world.outputs.reports


def _assert_provider_is_clean(world: World) -> None:
    """Nothing stays there, and nothing was created twice for the same job."""
    keeps = any(profile.keep_provider_copy for profile in world.profiles)
    for provider in world.endpoints.values():
        assert keeps or not provider.transcriptions
    marks = Counter(
        request.mark for provider in world.endpoints.values() for request in provider.created
    )
    assert all(count == 1 for count in marks.values()), marks
