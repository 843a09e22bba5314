"""Batches that are asked for: accepted once, made into recordings step by step, seen while they
run."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from shared.batches import expand
from shared.batches.expand import RECORDINGS_IN_STEP
from shared.errors import BatchMissing, KeyReused, ManifestRefused
from shared.messages import Expand, Plan
from shared.model.batch.batch import Batch
from shared.model.manifest.manifest import Head, Item, Manifest
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from shared.ports.state import BatchFilter
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import BAD
from tests.fakes.world import World, a_second_of_silence


def upload(world: World, *names: str, container: str = "uploads", **metadata: str) -> None:
    """No event announces what is in this container."""
    for name in names:
        world.audio.drop(
            name,
            a_second_of_silence(),
            world.clock.now(),
            container=container,
            metadata=metadata,
        )


def request(*recordings: dict[str, Any], **head: Any) -> bytes:
    return json.dumps({**head, "recordings": recordings}).encode()


def ask(world: World, *recordings: dict[str, Any], **head: Any) -> Batch:
    return world.app.accept(request(*recordings, **head))


def drop_manifest(world: World, content: bytes, name: str = "m.json") -> Batch:
    world.audio.drop(name, content, world.clock.now(), container="manifests")
    batch = world.app.manifest_dropped("manifests", name)
    assert batch is not None
    return batch


def counts(world: World, batch: Batch) -> tuple[int, int, int]:
    found = world.app.batch_status(batch.id).counts
    return found.accepted, found.transcribed, found.failed


def report(world: World, batch: Batch) -> Any:
    return json.loads(world.outputs.reports[f"reports/{batch.id}.json"])


def count_calls(world: World) -> Counter[str]:
    """Counts every call of these ports from now on."""
    calls: Counter[str] = Counter()

    def counted(name: str, method: Any) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            calls[name] += 1
            return method(*args, **kwargs)

        return call

    ports = (world.store, world.requests, world.audio, world.queue, world.outputs)
    for port in ports:
        for name in [name for name in dir(port) if not name.startswith("_")]:
            if callable(getattr(port, name)):
                setattr(port, name, counted(name, getattr(port, name)))
    return calls


# --- the whole way


def test_a_manifest_of_every_kind_of_entry_goes_all_the_way() -> None:
    world = World(profiles=(Profile(), Profile(name="calls", prefixes=("calls",))))
    upload(world, "one.wav", "calls/a.wav", "calls/b.wav")
    upload(world, "c/x.wav", container="audio")
    world.audio.versions.clear()  # no event is expected of it
    world.web.files["https://files.example/w.wav?sig=hush"] = a_second_of_silence()
    batch = drop_manifest(
        world,
        request(
            {"blob": "one.wav", "client_item_id": "1", "title": "One", "metadata": {"a": "b"}},
            {"prefix": "calls/"},
            {"prefix": "c/", "container": "audio"},
            {"url": "https://files.example/w.wav?sig=hush", "client_item_id": "w"},
            {"blob": "missing.wav", "client_item_id": "m"},
            {"prefix": "nothing/"},
            title="March",
            metadata={"client": "ACME"},
            callback_url="https://hooks.example/?sig=hush",
            locale="de-DE",
        ),
    )
    world.run()
    assert_all_is_well(world)
    assert counts(world, batch) == (7, 5, 2)
    rows = world.rows()
    assert {row.profile.options.locale for row in rows.values() if not row.failure} == {"de-DE"}
    assert rows["calls/a.wav"].profile.name == "calls"
    assert rows["calls/a.wav"].labels.title == "March - calls/a.wav"
    one = rows["one.wav"]
    assert one.labels.title == "One" and one.labels.client_item_id == "1"
    assert one.labels.metadata == {"client": "ACME", "a": "b"}
    assert rows["missing.wav"].failure is not None
    assert rows["missing.wav"].failure.code == "recording_missing"
    assert "in the container uploads" in rows["missing.wav"].failure.reason
    assert rows["nothing/*"].failure is not None
    assert "The container uploads holds no blob" in rows["nothing/*"].failure.reason
    assert report(world, batch)["title"] == "March"
    assert report(world, batch)["origin"] == "manifest"
    assert "hush" not in repr([*world.store.rows.values(), *world.store.headers.values()])
    assert "hush" not in repr(world.outputs.files) + repr(world.outputs.reports)


@pytest.mark.parametrize("name", ["/calls/", "uploads/calls/", "/uploads/calls/", "//calls/"])
def test_a_name_with_its_container_or_a_slash_before_it_is_told_as_it_is_meant(name: str) -> None:
    world = World()
    upload(world, "calls/a.wav")
    ask(world, {"prefix": name})
    ask(world, {"blob": f"{name}a.wav"})
    world.run()
    failures = [row.failure for row in world.rows().values() if row.failure is not None]
    assert sorted(failure.code for failure in failures) == ["nothing_listed", "recording_missing"]
    advice = " ".join(failure.advice for failure in failures)
    assert "perhaps 'calls/' is meant" in advice and "perhaps 'calls/a.wav' is meant" in advice


@pytest.mark.parametrize("at", ["recordings", "head"])
def test_names_for_channels_arrive(at: str) -> None:
    world = World()
    upload(world, "one.wav")
    said = {"roles": {"1": "Bot", "0": "Agent"}, "channels": [0, 1]}
    if at == "head":
        batch = ask(world, {"blob": "one.wav"}, **said)
    else:
        batch = ask(world, {"blob": "one.wav", **said})
    once = partial(world.app.accept_once, request({"blob": "one.wav"}, **said), kind="json")
    assert once(caller="a").id == once(caller="a").id
    world.run()
    row = next(row for row in world.store.rows.values() if row.batch_id == batch.id)
    assert row.profile.roles == {0: "Agent", 1: "Bot"}


def test_audio_on_the_web_is_read_by_the_provider_itself() -> None:
    world = World()
    urls = [f"https://files.example/get?id={i}" for i in range(3)]
    for url in urls:
        world.web.files[url] = a_second_of_silence()
    ask(world, *[{"url": url} for url in urls])
    world.run()
    [created] = world.provider.created
    assert sorted(created.content_urls) == urls
    for row in world.store.rows.values():
        assert row.web_url == "https://files.example/get" and row.state == "transcribed"
        assert row.outcome is not None
        stored = world.outputs.files[row.outcome.outputs["json"]]
        assert json.loads(stored.content)["source"]["uri"] == "https://files.example/get"
    assert_all_is_well(world)


def test_what_a_provider_fails_on_the_web_is_failed_alone() -> None:
    world = World()
    urls = [f"https://files.example/{i}.wav?sig=1" for i in range(3)]
    for url in urls:
        world.web.files[url] = a_second_of_silence()
    world.provider.bad_sources["https://files.example/1.wav"] = BAD
    batch = ask(world, *[{"url": url} for url in urls])
    world.run()
    assert counts(world, batch) == (3, 2, 1)
    assert world.states()["files.example/1~" + _digest(world, "/1~") + ".wav"] == "failed"


def _digest(world: World, mark: str) -> str:
    [name] = [name for name in world.states() if mark in name]
    return name.partition("~")[2].removesuffix(".wav")


def test_what_the_audio_cannot_do_is_refused_for_that_recording_alone() -> None:
    world = World()
    upload(world, "good.wav", "mono.wav")
    upload(world, "odd.wav", dropscribe_profile="nobody")
    batch = ask(
        world, {"blob": "good.wav"}, {"blob": "mono.wav", "channels": [1]}, {"blob": "odd.wav"}
    )
    world.run()
    codes = {row.name: row.failure.code for row in world.store.rows.values() if row.failure}
    assert codes == {"mono.wav": "channel_missing", "odd.wav": "unknown_profile"}
    assert counts(world, batch) == (3, 1, 2)
    assert_all_is_well(world)


def test_a_container_that_is_not_there_is_told() -> None:
    world = World()
    world.audio.missing_containers.add("uploads")
    batch = ask(world, {"container": "uploads"})
    world.run()
    assert counts(world, batch) == (1, 0, 1)
    assert world.rows()["*"].failure is not None
    assert_all_is_well(world)


def test_a_profile_that_is_gone_since_is_told_for_every_recording() -> None:
    world = World(profiles=(Profile(), Profile(name="calls", prefixes=())))
    upload(world, "a.wav", "b.wav")
    batch = ask(world, {"blob": "a.wav"}, {"prefix": "b"}, profile="calls")
    world.profiles = (Profile(),)
    world.start()
    world.run()
    assert counts(world, batch) == (2, 0, 2)
    assert_all_is_well(world)


# --- once


def test_a_dropped_manifest_is_one_batch_however_often_it_is_announced() -> None:
    world = World()
    upload(world, "a.wav")
    content = request({"blob": "a.wav"})
    first = drop_manifest(world, content)
    assert world.app.manifest_dropped("manifests", "m.json") == world.store.batch(first.id)
    world.run()
    assert world.app.manifest_dropped("manifests", "m.json") is not None
    world.run()
    assert len(world.provider.created) == 1
    assert drop_manifest(world, content).id != first.id  # another version of it
    world.run()
    assert_all_is_well(world)


def test_a_key_brings_back_the_same_batch_and_never_another_content() -> None:
    world = World()
    upload(world, "a.wav", "b.wav")
    first = world.app.accept(request({"blob": "a.wav"}), idempotency_key="k1")
    assert world.app.accept(request({"blob": "a.wav"}), idempotency_key="k1").id == first.id
    with pytest.raises(KeyReused):
        world.app.accept(request({"blob": "b.wav"}), idempotency_key="k1")
    world.run()
    assert world.app.accept(request({"blob": "a.wav"}), idempotency_key="k1").id == first.id
    assert world.app.accept(request({"blob": "a.wav"}), idempotency_key="k2").id != first.id
    assert world.app.accept(request({"blob": "a.wav"})).id != first.id
    world.run()
    assert set(world.states().values()) == {"transcribed"}


def test_the_loser_of_a_race_for_a_key_does_not_change_what_the_winner_asked_for() -> None:
    world = World()
    upload(world, "a.wav", "b.wav")
    create = world.store.create_batch

    def overtaken(*args: Any) -> bool:
        world.store.create_batch = create  # type: ignore[method-assign]
        world.app.accept(request({"blob": "a.wav"}), idempotency_key="k")
        return create(*args)

    world.store.create_batch = overtaken  # type: ignore[method-assign]
    with pytest.raises(KeyReused):
        world.app.accept(request({"blob": "b.wav"}), idempotency_key="k")
    world.run()
    assert world.states() == {"a.wav": "transcribed"}


def test_a_manifest_that_is_checked_already_can_be_given_as_it_is() -> None:
    world = World()
    upload(world, "a.wav")
    items = (Item(container="uploads", blob="a.wav"),)
    batch = world.app.accept(Manifest(head=Head(title="T"), items=items))
    world.run()
    assert (batch.title, batch.origin, batch.items) == ("T", "api", 1)
    assert counts(world, batch) == (1, 1, 0)


# --- refused


def test_a_manifest_with_faults_is_refused_whole_and_says_why() -> None:
    world = World()
    upload(world, "a.wav")
    batch = drop_manifest(world, request({"blob": "a.wav"}, {"blob": "b.wav", "colour": "red"}))
    world.run()
    assert not world.store.rows and not world.provider.created
    assert batch.error_report == "errors/manifests/m.json.json"
    told = json.loads(world.outputs.reports[batch.error_report])
    assert told["summary"] == (
        "One fault; nothing of this manifest was taken. Mend it and drop it again. "
        "It is: recordings[1].colour: There is no such field. Known are: "
        + told["faults"][0]["message"].partition("Known are: ")[2]
    )
    status = world.app.batch_status(batch.id)
    assert (status.status, status.error_report) == ("refused", batch.error_report)
    assert_all_is_well(world)
    good = drop_manifest(world, request({"blob": "a.wav"}))
    world.run()
    assert batch.error_report not in world.outputs.reports  # it is mended
    assert counts(world, good) == (1, 1, 0)


def test_a_request_with_faults_leaves_nothing_behind() -> None:
    world = World()
    with pytest.raises(ManifestRefused):
        ask(world, {"blob": "a.wav", "colour": "red"})
    assert not world.store.headers and not world.requests.contents and not world.queue.waiting


@pytest.mark.parametrize("name", ["m.xlsx", "m"])
def test_a_manifest_of_no_known_kind_is_refused(name: str) -> None:
    world = World()
    world.audio.drop(name, b"?", world.clock.now(), container="manifests")
    batch = world.app.manifest_dropped("manifests", name)
    assert batch is not None and batch.error_report is not None


def test_a_manifest_that_is_gone_is_let_go() -> None:
    world = World()
    assert world.app.manifest_dropped("manifests", "m.json") is None
    assert not world.store.headers


# --- lost, poisoned, doubled


@pytest.mark.parametrize("is_good", [True, False])
def test_a_manifest_whose_event_was_lost_is_only_late(is_good: bool) -> None:
    world = World()
    upload(world, "a.wav")
    content = request({"blob": "a.wav"} if is_good else {"blob": "a.wav", "oops": 1})
    world.audio.drop("m.json", content, world.clock.now(), container="manifests")
    for _ in range(5):
        world.clock.advance(world.policy.relist_seconds)
        world.sweep()
        world.run()
    assert len(world.store.headers) == 1
    assert len(world.provider.created) == is_good
    assert_all_is_well(world)


def test_a_manifest_that_our_own_code_cannot_take_is_refused_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def crash(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr("shared.batches.accept.read_manifest", crash)
    world = World()
    world.audio.drop("m.json", request({"blob": "a"}), world.clock.now(), container="manifests")
    event = {"ContainerName": "manifests", "BlobName": "m.json"}
    world.app.drain_blob_event(json.dumps(event).encode())
    [batch] = world.store.headers.values()
    assert batch.error_report is not None
    told = json.loads(world.outputs.reports[batch.error_report])
    assert told["faults"][0]["code"] == "not_registered"


def test_every_message_may_come_twice() -> None:
    world = World(files_per_job=3)
    upload(world, *[f"c/{i}.wav" for i in range(7)], "a.wav")
    send = world.queue.send

    def twice(message: Any, **options: Any) -> None:
        send(message, **options)
        send(message, **options)

    batch = ask(world, {"prefix": "c/"}, {"blob": "a.wav"}, {"blob": "missing.wav"})
    world.queue.send = twice  # type: ignore[method-assign]
    for _ in range(3):
        world.drain()
        world.complete_all()
    world.queue.send = send  # type: ignore[method-assign]
    world.run()
    assert counts(world, batch) == (9, 8, 1)
    assert sum(world.provider.transcribed.values()) == 8
    assert_all_is_well(world)


def test_expansions_whose_messages_are_lost_are_sent_again_by_the_sweep() -> None:
    world = World()
    upload(world, *[f"{i}.wav" for i in range(250)])
    batch = ask(world, *[{"blob": f"{i}.wav"} for i in range(250)])
    lost = 0
    for _ in range(40):
        message = world.queue.take()
        if isinstance(message, Expand) and lost < 3:
            lost += 1
        elif message is not None:
            world.step(message)
        else:
            world.clock.advance(world.policy.stuck_after_seconds)
            world.sweep()
    world.run()
    assert lost == 3 and counts(world, batch) == (250, 250, 0)
    assert_all_is_well(world)


def test_a_fault_of_ours_with_one_recording_does_not_hold_up_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from shared.pipeline.register import admit

    probe = admit.probe

    def crash(*args: Any, name: str, **more: Any) -> Any:
        if name == "bad.wav":
            raise ZeroDivisionError
        return probe(*args, name=name, **more)

    monkeypatch.setattr(admit, "probe", crash)
    world = World()
    upload(world, "good.wav", "bad.wav")
    batch = ask(world, {"blob": "good.wav"}, {"blob": "bad.wav"})
    world.run()
    assert counts(world, batch) == (2, 1, 1)
    assert_all_is_well(world)


# --- many


def test_ten_thousand_items_are_accepted_with_as_many_calls_as_ten() -> None:
    made = []
    for number in (10, 10_000):
        world = World()
        calls = count_calls(world)
        ask(world, *[{"blob": f"{i}.wav", "client_item_id": str(i)} for i in range(number)])
        made.append(calls)
    assert made[0] == made[1]
    assert sum(made[0].values()) == 6


@pytest.mark.long
def test_a_large_batch_is_planned_while_it_grows_and_its_jobs_are_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(expand, "PLANNED_EVERY", 1_000)
    world = World()
    upload(world, *[f"c/{i:04}.wav" for i in range(2_500)])
    batch = ask(world, {"prefix": "c/"})
    while (message := world.queue.take()) is not None:
        world.step(message)
        made = len(world.store.rows)
        if made in (1_500, 2_400):
            [growing] = [b for b in world.store.headers.values() if b.is_expanding]
            status = world.app.batch_status(growing.id)
            assert status.status == "registering" and status.counts.unregistered == 1
            assert status.counts.planned == made // 1_000 * 1_000
    world.run()  # what goes along the line a second later
    assert [len(r.content_urls) for r in world.provider.created] == [1_000, 1_000, 500]
    world.run()
    assert counts(world, batch) == (2_500, 2_500, 0)
    assert_all_is_well(world)


def test_a_batch_that_still_grows_is_neither_planned_in_bits_nor_reported() -> None:
    world = World()
    upload(world, *[f"c/{i}.wav" for i in range(150)])
    batch = ask(world, {"prefix": "c/"})
    message = world.queue.take()
    while not world.store.rows:
        assert message is not None
        world.step(message)
        message = world.queue.take()
    world.step(Plan(batch_id=batch.id))
    world.sweep()
    assert not world.provider.created and not world.outputs.reports
    assert len(world.store.rows) == RECORDINGS_IN_STEP
    world.queue.send(message or Plan(batch_id=batch.id))
    world.run()
    assert counts(world, batch) == (150, 150, 0)
    assert len(world.provider.created) == 1


def test_one_step_reads_the_audio_once_and_inserts_once() -> None:
    world = World()
    upload(world, *[f"{i}.wav" for i in range(100)])
    ask(world, *[{"blob": f"{i}.wav"} for i in range(100)])
    calls = count_calls(world)
    while world.store.rows.__len__() < 100:
        message = world.queue.take()
        assert isinstance(message, Expand)
        world.step(message)
    assert (calls["head"] - calls["items"], calls["insert"], calls["recording"]) == (100, 100, 0)
    assert sum(calls.values()) < 220


# --- seen


def test_progress_is_seen_while_a_batch_runs() -> None:
    world = World(files_per_job=2)
    upload(world, *[f"{i}.wav" for i in range(4)])
    batch = ask(world, *[{"blob": f"{i}.wav"} for i in range(4)], {"blob": "missing.wav"})
    status = world.app.batch_status(batch.id)
    assert (status.status, status.counts.unregistered, status.progress) == ("registering", 5, 0.0)
    assert status.seconds_left is None
    world.drain()
    status = world.app.batch_status(batch.id)
    assert (status.status, status.counts.planned, status.progress) == ("running", 4, 0.2)
    world.clock.advance(60)
    world.provider.complete(next(iter(world.provider.transcriptions)))
    world.run_webhook(next(iter(world.provider.transcriptions)))
    status = world.app.batch_status(batch.id)
    assert (status.counts.transcribed, status.audio_ms, status.audio_done_ms) == (2, 4_000, 2_000)
    assert status.seconds_left == 60 and status.progress == 0.6
    assert status.cost is not None and status.cost.amount > 0
    world.run()
    status = world.app.batch_status(batch.id)
    assert (status.status, status.progress, status.seconds_left) == ("completed", 1.0, 0)
    assert status.finished_at is not None


def test_items_are_read_page_by_page_by_state_and_by_the_ids_of_their_caller() -> None:
    world = World()
    upload(world, *[f"{i}.wav" for i in range(7)])
    entries = [{"blob": f"{i}.wav", "client_item_id": f"c{i}"} for i in range(9)]
    batch = ask(world, *entries)
    world.run()
    seen, after = [], None
    while True:
        page = world.app.items(batch.id, after=after, most=2)
        seen += [row.name for row in page.recordings]
        after = page.after
        if after is None:
            break
    assert sorted(seen) == [f"{i}.wav" for i in range(9)]
    failed = world.app.items(batch.id, state="failed").recordings
    assert {row.name for row in failed} == {"7.wav", "8.wav"}
    row = world.app.item_of_client(batch.id, "c3")
    assert row is not None and row.name == "3.wav"
    assert world.app.item(batch.id, row.id) == row
    assert world.app.item_of_client(batch.id, "c99") is None


@pytest.mark.parametrize("read", ["batch_status", "items", "cancel", "retry"])
def test_a_batch_that_does_not_exist_is_missing(read: str) -> None:
    with pytest.raises(BatchMissing):
        getattr(World().app, read)("nobody")


def test_batches_are_listed_newest_first_filtered_and_page_by_page() -> None:
    world = World()
    upload(world, "a.wav")
    made = []
    for i in range(5):
        made.append(ask(world, {"blob": "a.wav"}, title=str(i)).id)
        world.clock.advance(60)
    world.drop("dropped.wav")
    drop_manifest(world, b"{}")
    world.run()
    everything = world.app.batches(BatchFilter())
    assert [entry.state for entry in everything.batches].count("completed") == 6
    assert [entry.origin for entry in everything.batches[2:]] == ["api"] * 5
    assert [entry.id for entry in everything.batches[2:]] == made[::-1]
    assert everything.after is None
    first = world.app.batches(BatchFilter(origin="api"), most=3)
    second = world.app.batches(BatchFilter(origin="api"), most=3, after=first.after)
    assert [entry.id for entry in (*first.batches, *second.batches)] == made[::-1]
    assert second.after is None
    [refused] = world.app.batches(BatchFilter(state="refused")).batches
    assert refused.origin == "manifest"
    start = world.clock.now() - timedelta(hours=1)
    assert not world.app.batches(BatchFilter(created_to=start)).batches
    assert len(world.app.batches(BatchFilter(created_from=start)).batches) == 7


def test_a_mistake_of_one_profile_fails_its_own_recordings_and_no_others() -> None:
    strange = Profile(name="uk", prefixes=("uk",), options=Options(locale="en-UK"))
    world = World(profiles=(Profile(), strange))
    upload(world, "a.wav", "uk/b.wav")
    ask(world, {"blob": "a.wav"}, {"blob": "uk/b.wav"})
    world.run()
    found = {row.name: row for row in world.store.rows.values()}
    assert found["a.wav"].state == "transcribed"
    assert found["uk/b.wav"].failure is not None
    failure = found["uk/b.wav"].failure
    assert (failure.kind, failure.code) == ("configuration", "not_supported")
    with pytest.raises(ManifestRefused):
        ask(world, {"blob": "uk/b.wav", "locale": "zz-ZZ"})
    assert_all_is_well(world)
