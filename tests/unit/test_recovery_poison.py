"""Messages that failed five times: nothing is left lying, and what cannot be done is reported."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from shared.errors import StoreConflict, StoreUnavailable
from shared.messages import (
    KINDS,
    QUEUES,
    Change,
    Expand,
    Express,
    Listen,
    Message,
    Prepare,
    Register,
    Sweep,
    Translate,
    Understand,
    Write,
    encode,
    step_of,
)
from shared.model.policy import Policy
from shared.model.profile.profile import Profile
from shared.pipeline.register import admit
from tests.fakes.fast import FakeFast
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.prompter import FakePrompter
from tests.fakes.world import World, a_second_of_silence

NONSENSE = [b"", b"not a message", b"{}", b"[]", b'{"v": "one"}', b"\xff\xfe", b'{"items": 1}']


def live(world: World) -> None:
    """Until nothing is open, with poison queues that are emptied as they fill."""
    until = world.clock.now() + timedelta(hours=24)
    while world.clock.now() < until:
        world.drain()
        world.drain_poison()
        world.complete_all()
        world.drain()
        if not (world.store.notes or world.queue.waiting or world.active.entries or world.poison):
            return
        world.poll()
        world.sweep()
        world.clock.advance(30)
    raise AssertionError(f"still open: {world.store.notes}, {world.queue.waiting[:3]}")


def stumbling(world: World, is_meant: Callable[[Message], bool], times: int) -> Counter[str]:
    """A fault of ours: so many deliveries of these messages end in an exception."""
    step, fallen = world.step, Counter[str]()

    def stumble(message: Message) -> None:
        if is_meant(message) and fallen[step_of(message)] < times:
            fallen[step_of(message)] += 1
            raise ZeroDivisionError
        step(message)

    world.step = stumble  # type: ignore[method-assign]
    return fallen


def blob_event(name: str, container: str = "audio") -> bytes:
    """As the functions host writes it."""
    return json.dumps(
        {
            "Type": "BlobTrigger",
            "FunctionId": "Host.Functions.audio_dropped",
            "BlobType": "BlockBlob",
            "ContainerName": container,
            "BlobName": name,
            "ETag": '"0x1"',
        }
    ).encode()


def crashing_on(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """A fault of ours in the probe, with these recordings."""
    probe = admit.probe

    def crash(*args: Any, name: str, **more: Any) -> Any:
        if name in names:
            raise ZeroDivisionError
        return probe(*args, name=name, **more)

    monkeypatch.setattr(admit, "probe", crash)


# --- every queue


ELSEWHERE = (Write, Expand, Change, Sweep)


def world_with(kind: type) -> World:
    """In which such messages are sent."""
    if kind is Express:
        return World(profiles=(Profile(mode="express"),), providers=(FakeFast(),))
    profile = Profile(
        prepare="always" if kind is Prepare else "auto",
        listening="always" if kind is Listen else "never",
        insights=("summary",) if kind is Understand else (),
        translations=("de",) if kind is Translate else (),
    )
    prompter = FakePrompter() if kind in (Understand, Translate) else None
    return World(profiles=(profile,), policy=Policy(slice_size=2), prompter=prompter)


@pytest.mark.long
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ELSEWHERE])
@pytest.mark.parametrize("times", [5, 10])
def test_a_message_that_was_poisoned_delays_the_work_and_loses_nothing(
    kind: type, times: int
) -> None:
    world = world_with(kind)
    world.app.subscriptions.create("https://hooks.example/")
    for i in range(5):
        world.audio.drop(f"{i}.wav", a_second_of_silence(), world.clock.now())
    world.clock.advance(world.policy.event_patience_seconds + 1)
    world.sweep()
    fallen = stumbling(world, lambda message: isinstance(message, kind), times)
    live(world)
    assert sum(fallen.values()) >= 5
    assert set(world.states().values()) == {"transcribed"}
    assert len(world.provider.created) == (5 if kind is Express else 1)
    if kind is Understand:
        made = [row.understanding for row in world.rows().values()]
        assert all(there is not None and there.path for there in made)
    if kind is Translate:
        assert all(row.translating and row.translating.done for row in world.rows().values())
    assert_all_is_well(world)


@pytest.mark.parametrize("queue", [*QUEUES, "somebody-elses-queue"])
@pytest.mark.parametrize("body", NONSENSE)
def test_what_cannot_be_read_is_logged_and_dropped(queue: str, body: bytes) -> None:
    world = World()
    world.app.drain(queue, body)
    assert not world.queue.waiting and not world.outputs.files


@pytest.mark.parametrize("body", NONSENSE)
def test_a_blob_event_that_cannot_be_read_is_logged_and_dropped(body: bytes) -> None:
    world = World()
    world.app.drain_blob_event(body)
    assert not world.queue.waiting and not world.outputs.files


def test_the_log_shows_nothing_of_a_message_but_its_queue(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World()
    world.app.drain(Write.queue, b'{"url": "https://store/x?sig=secret"}')
    world.app.drain_blob_event(b"secret")
    assert "message.poisoned" in caplog.text and Write.queue in caplog.text
    assert "secret" not in caplog.text


# --- slices


def collected(count: int, slice_size: int) -> World:
    """A world whose results are listed and whose slices wait."""
    world = World(policy=Policy(slice_size=slice_size))
    for i in range(count):
        world.drop(f"{i}.wav")
    world.clock.advance(66)
    world.drain()
    world.complete_all()
    collect = world.queue.take()
    assert collect is not None
    world.step(collect)
    return world


def test_a_slice_that_keeps_failing_ends_in_error_reports_and_the_others_succeed() -> None:
    world = collected(7, 2)
    slices = [message for _, message in world.queue.waiting if isinstance(message, Write)]
    cursed = {item.recording_id for item in slices[1].items}
    fallen = stumbling(
        world,
        lambda message: (
            isinstance(message, Write) and any(i.recording_id in cursed for i in message.items)
        ),
        1_000,
    )
    live(world)
    rows = {row.id: row for row in world.store.rows.values()}
    assert {key for key, row in rows.items() if row.state == "failed"} == cursed
    for key in cursed:
        failure, report = rows[key].failure, rows[key].error_report
        assert failure is not None and report is not None
        assert (failure.kind, failure.code) == ("ours", "internal_error")
        assert json.loads(world.outputs.files[report].content)["failure"]["kind"] == "ours"
    alone = 2 * 5 * world.policy.max_fetches  # each of the two, until its rounds are used up
    assert fallen[step_of(Write)] == 5 + alone
    assert len(world.provider.created) == 1
    assert_all_is_well(world)


def test_a_slice_that_works_in_a_later_round_is_transcribed_and_nothing_is_charged() -> None:
    world = collected(4, 50)
    stumbling(world, lambda message: isinstance(message, Write), 10)
    live(world)
    assert set(world.states().values()) == {"transcribed"}
    assert {row.fetches for row in world.rows().values()} == {0}
    assert world.provider.calls["submit"] == 1
    assert_all_is_well(world)


def test_a_result_that_ends_every_process_fails_alone_of_fifty() -> None:
    """Deaths, as the host counts them: nobody sees an error."""
    world = collected(50, 50)
    culprit = sorted(row.id for row in world.store.rows.values())[17]
    stumbling(
        world,
        lambda message: (
            isinstance(message, Write) and any(i.recording_id == culprit for i in message.items)
        ),
        1_000,
    )
    live(world)
    rows = {row.id: row for row in world.store.rows.values()}
    assert {key for key, row in rows.items() if row.state == "failed"} == {culprit}
    assert Counter(row.state for row in rows.values()) == {"transcribed": 49, "failed": 1}
    assert len(world.provider.created) == 1
    assert_all_is_well(world)


def test_what_was_written_before_the_slice_was_poisoned_stays_written() -> None:
    world = collected(4, 50)
    [slice_] = [message for _, message in world.queue.waiting]
    save = world.store.save

    def once(*args: Any, **kwargs: Any) -> Any:
        save(*args, **kwargs)
        raise ZeroDivisionError  # the answer is lost, the rows are stored

    world.store.save = once  # type: ignore[method-assign]
    with pytest.raises(ZeroDivisionError):
        world.step(slice_)
    world.store.save = save  # type: ignore[method-assign]
    world.queue.waiting.clear()
    world.app.drain(Write.queue, encode(slice_))
    live(world)
    assert set(world.states().values()) == {"transcribed"}
    assert world.provider.calls["result"] == 4
    assert_all_is_well(world)


@pytest.mark.parametrize("gone", ["job", "recordings"])
def test_a_slice_of_what_is_over_changes_nothing(gone: str) -> None:
    world = collected(2, 50)
    [slice_] = [message for _, message in world.queue.waiting]
    assert isinstance(slice_, Write)
    live(world)
    rows, files = dict(world.store.rows), dict(world.outputs.files)
    if gone == "job":
        slice_ = Write(batch_id=slice_.batch_id, job_id="nobody", items=slice_.items)
    world.app.drain(Write.queue, encode(slice_))
    live(world)
    assert (world.store.rows, world.outputs.files) == (rows, files)
    assert_all_is_well(world)


def test_a_slice_of_nothing_is_dropped() -> None:
    world = collected(2, 50)
    [slice_] = [message for _, message in world.queue.waiting]
    assert isinstance(slice_, Write)
    empty = Write(batch_id=slice_.batch_id, job_id=slice_.job_id, items=())
    world.app.drain(Write.queue, encode(empty))
    live(world)
    assert_all_is_well(world)


def test_a_slice_that_somebody_else_is_writing_comes_back() -> None:
    world = collected(2, 1)
    slice_ = next(m for _, m in world.queue.waiting if isinstance(m, Write))
    twin, save = world.twin(), world.store.save

    def overtaken(*args: Any, **kwargs: Any) -> Any:
        world.store.save = save  # type: ignore[method-assign]
        twin.step(slice_)
        return save(*args, **kwargs)

    world.store.save = overtaken  # type: ignore[method-assign]
    with pytest.raises(StoreConflict):
        world.app.drain(Write.queue, encode(slice_))
    assert Counter(world.states().values()) == {"transcribed": 1, "planned": 1}
    world.app.drain(Write.queue, encode(slice_))
    live(world)
    assert_all_is_well(world)


# --- registration


def test_audio_that_keeps_crashing_the_trigger_ends_with_an_error_report(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crashing_on(monkeypatch, "cursed.wav")
    world = World()
    world.drop("good.wav")
    with pytest.raises(ZeroDivisionError):
        world.drop("cursed.wav")
    world.app.drain_blob_event(blob_event("cursed.wav"))
    world.run()
    assert world.states() == {"good.wav": "transcribed", "cursed.wav": "failed"}
    row = world.rows()["cursed.wav"]
    assert row.failure is not None
    assert (row.failure.kind, row.failure.code) == ("ours", "not_registered")
    error = json.loads(world.outputs.files["errors/audio/cursed.wav.json"].content)
    assert error["failure"]["advice"]
    assert_all_is_well(world)


def test_audio_that_only_had_bad_luck_is_transcribed_after_all() -> None:
    world = World()
    world.audio.drop("a b.wav", a_second_of_silence(), world.clock.now())
    world.app.drain_blob_event(blob_event("a b.wav"))
    world.run()
    assert world.states() == {"a b.wav": "transcribed"}
    assert_all_is_well(world)


def test_a_blob_event_about_audio_that_is_known_or_gone_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()
    world.drop("a.wav")
    world.run()
    crashing_on(monkeypatch, "a.wav")  # since the last release
    world.app.drain_blob_event(blob_event("a.wav"))
    world.app.drain_blob_event(blob_event("gone.wav"))
    world.run()
    assert world.states() == {"a.wav": "transcribed"}
    assert_all_is_well(world)


def test_while_storage_is_out_of_reach_a_blob_event_is_not_given_up() -> None:
    world = World()
    world.audio.drop("a.wav", a_second_of_silence(), world.clock.now())

    def unreachable(*_: object) -> bool:
        raise StoreUnavailable("storage answered 503")

    with pytest.MonkeyPatch.context() as patched:
        for name in ("insert", "insert_first"):
            patched.setattr(world.store, name, unreachable)
        with pytest.raises(StoreUnavailable):
            world.app.drain_blob_event(blob_event("a.wav"))
    world.app.drain_blob_event(blob_event("a.wav"))
    world.run()
    assert world.states() == {"a.wav": "transcribed"}
    assert_all_is_well(world)


def test_one_recording_that_keeps_crashing_does_not_keep_its_neighbours_from_registration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crashing_on(monkeypatch, "03.wav", "17.wav")
    world = World()
    for i in range(30):
        world.audio.drop(f"{i:02}.wav", a_second_of_silence(), world.clock.now())
    world.clock.advance(world.policy.event_patience_seconds + 1)
    world.sweep()
    live(world)
    states = world.states()
    assert {name for name, state in states.items() if state == "failed"} == {"03.wav", "17.wav"}
    assert len(states) == 30
    world.clock.advance(world.policy.relist_seconds + 1)
    world.sweep()
    assert not world.queue.waiting  # the comparison finds nothing missing any more
    assert_all_is_well(world)


def test_a_blob_whose_storage_fails_does_not_keep_its_neighbours_from_registration() -> None:
    world = World()
    for name in ("a.wav", "b.wav", "c.wav"):
        world.audio.drop(name, a_second_of_silence(), world.clock.now())
    head = world.audio.head

    def failing(container: str, name: str) -> Any:
        if name == "b.wav":
            raise StoreUnavailable("storage answered 503")
        return head(container, name)

    world.audio.head = failing  # type: ignore[method-assign]
    message = encode(Register(container="audio", names=("a.wav", "b.wav", "c.wav")))
    with pytest.raises(StoreUnavailable):
        world.app.drain(Register.queue, message)
    assert set(world.states()) == {"a.wav", "c.wav"}
    world.audio.head = head  # type: ignore[method-assign]
    world.app.drain(Register.queue, message)
    world.run()
    assert set(world.states().values()) == {"transcribed"}
    assert_all_is_well(world)
