"""What was looked at is what is transcribed, whoever exchanges audio meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from shared.errors import StoreUnavailable
from shared.messages import Collect, Write
from shared.model.blob_state import BlobState
from shared.model.job.job_item import JobItem
from shared.model.recording.recording import Recording
from shared.pipeline.compare import CompareVersions
from shared.pipeline.together import AskTogether
from shared.ports.blobs import AudioEntry
from tests.fakes.crashes import Crash, Trap
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.world import World, a_second_of_silence
from tests.unit.test_batches import ask

SOUND = a_second_of_silence()
LONGER = SOUND + b"\x80\x81" * 5_000
NOT_ALIKE = b"RIFX" + SOUND[4:]


def state_of(world: World, name: str) -> tuple[str, str]:
    """State, and the code of its failure."""
    row = world.rows()[name]
    return row.state, row.failure.code if row.failure else ""


def planned(names: tuple[str, ...] = ("a.wav", "b.wav", "c.wav"), **more: Any) -> World:
    """Dropped, looked at and put into jobs, none of which is sent yet."""
    world = World(**more)
    for name in names:
        world.drop(name)
    for provider in world.endpoints.values():
        provider.errors["submit"] = []
    world.clock.advance(66)
    while not world.store.job_rows:
        message = world.queue.take()
        assert message is not None
        world.step(message)
    return world


def sent(names: tuple[str, ...] = ("a.wav", "b.wav", "c.wav"), **more: Any) -> World:
    world = planned(names, **more)
    world.drain()
    assert world.provider.created
    return world


def exchange(world: World, name: str, data: bytes, *, in_blocks: bool = False) -> None:
    """Nobody is told of it, as in the container of uploads."""
    world.audio.drop(name, data, world.clock.now(), in_blocks=in_blocks)


def is_well(world: World) -> None:
    """But that the version that nobody was told of has no row, until containers are compared."""
    rows = [row for row in world.store.rows.values() if row.item is None]
    known = {(row.container, row.name, row.etag) for row in rows}
    world.audio.versions &= known
    assert_all_is_well(world)


def notes_of(world: World, name: str) -> str:
    stored = world.outputs.files[f"transcripts/audio/{name}.json"]
    return " ".join(json.loads(stored.content)["provider"]["warnings"])


def test_what_is_exchanged_before_it_is_sent_fails_and_nothing_is_paid_for_it() -> None:
    world = planned()
    exchange(world, "b.wav", LONGER)
    world.run()
    assert state_of(world, "b.wav") == ("failed", "audio_replaced")
    assert state_of(world, "a.wav") == state_of(world, "c.wav") == ("transcribed", "")
    [request] = world.provider.created
    assert len(request.content_urls) == 2
    is_well(world)


def test_what_is_removed_before_it_is_sent_fails_as_missing() -> None:
    world = planned()
    del world.audio.blobs["audio", "a.wav"]
    world.run()
    assert state_of(world, "a.wav") == ("failed", "recording_missing")
    assert state_of(world, "b.wav") == ("transcribed", "")
    is_well(world)


def archive(world: World, name: str) -> None:
    world.audio.change(name, BlobState(is_archived=True))


def test_what_is_archived_before_it_is_sent_fails_and_no_attempt_is_lost_on_it() -> None:
    """The provider could not read it either, however often it were asked."""
    world = planned()
    archive(world, "b.wav")
    world.run()
    assert state_of(world, "b.wav") == ("failed", "blob_archived")
    assert world.rows()["b.wav"].attempt == 1
    assert state_of(world, "a.wav") == state_of(world, "c.wav") == ("transcribed", "")
    [request] = world.provider.created
    assert len(request.content_urls) == 2
    is_well(world)


@pytest.mark.parametrize("names", [("a.wav", "b.wav", "c.wav"), ("b.wav",)])
def test_what_is_archived_while_the_provider_has_it_keeps_its_transcript(
    names: tuple[str, ...],
) -> None:
    world = sent(names)
    archive(world, "b.wav")
    world.run()
    assert state_of(world, "b.wav") == ("transcribed", "")
    assert notes_of(world, "b.wav") == ""
    is_well(world)


@pytest.mark.parametrize("names", [("a.wav", "b.wav", "c.wav"), ("b.wav",)])
def test_a_transcript_that_was_stored_before_its_audio_was_exchanged_goes(
    names: tuple[str, ...],
) -> None:
    """Who stored it died before the row said so."""
    world = sent(names)
    world.complete_all()
    Trap.at(world, 2 * len(names), outputs="put")  # captions and JSON of each
    with pytest.raises(Crash):
        world.run()
    world.start()
    old = world.rows()["b.wav"].id
    assert old in {stored.recording_id for stored in world.outputs.files.values()}
    assert state_of(world, "b.wav") == ("planned", "")
    exchange(world, "b.wav", LONGER)
    world.run()
    [row] = [row for row in world.store.rows.values() if row.id == old]
    assert row.failure is not None and row.failure.code == "audio_replaced"
    left = [path for path, one in world.outputs.files.items() if one.recording_id == old]
    assert left == ["errors/audio/b.wav.json"]
    is_well(world)


def test_a_job_of_which_all_was_exchanged_is_not_sent_and_ends() -> None:
    world = planned(("a.wav",))
    exchange(world, "a.wav", LONGER)
    world.run()
    assert not world.provider.created
    assert state_of(world, "a.wav") == ("failed", "audio_replaced")
    is_well(world)


@pytest.mark.parametrize("names", [("a.wav", "b.wav", "c.wav"), ("b.wav",)])
def test_what_is_exchanged_while_the_provider_reads_gets_no_transcript(
    names: tuple[str, ...],
) -> None:
    world = sent(names)
    exchange(world, "b.wav", LONGER)
    world.run()
    assert state_of(world, "b.wav") == ("failed", "audio_replaced")
    assert "transcripts/audio/b.wav.json" not in world.outputs.files
    assert all(state_of(world, name) == ("transcribed", "") for name in names if name != "b.wav")
    is_well(world)


@pytest.mark.parametrize("names", [("a.wav", "b.wav"), ("b.wav",)])
@pytest.mark.parametrize("stage", [planned, sent])
def test_metadata_may_be_set_meanwhile(stage: Callable[..., World], names: tuple[str, ...]) -> None:
    world = stage(names)
    exchange(world, "b.wav", SOUND)
    world.run()
    assert state_of(world, "b.wav") == ("transcribed", "")
    assert notes_of(world, "b.wav") == ""


@pytest.mark.parametrize("names", [("a.wav", "b.wav"), ("b.wav",)])
@pytest.mark.parametrize("stage", [planned, sent])
def test_without_an_md5_what_begins_alike_is_taken_with_a_note(
    stage: Callable[..., World], names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    drop = World.drop

    def in_blocks(world: World, name: str, data: bytes | None = None) -> Recording | None:
        world.audio.drop(name, SOUND, world.clock.now(), in_blocks=True)
        return world.register("audio", name)

    monkeypatch.setattr(World, "drop", in_blocks)
    world = stage(names)
    monkeypatch.setattr(World, "drop", drop)
    exchange(world, "b.wav", SOUND, in_blocks=True)
    world.run()
    assert state_of(world, "b.wav") == ("transcribed", "")
    assert "no MD5" in notes_of(world, "b.wav")


@pytest.mark.parametrize("other", [LONGER, NOT_ALIKE])
def test_without_an_md5_what_does_not_begin_alike_or_is_longer_is_another(other: bytes) -> None:
    world = World()
    world.audio.drop("b.wav", SOUND, world.clock.now(), in_blocks=True)
    world.register("audio", "b.wav")
    world.clock.advance(66)
    world.drain()
    exchange(world, "b.wav", other, in_blocks=True)
    world.run()
    assert state_of(world, "b.wav") == ("failed", "audio_replaced")


@pytest.mark.parametrize("names", [("a.wav", "b.wav"), ("b.wav",)])
def test_what_is_removed_before_its_result_comes_is_kept_with_a_note(
    names: tuple[str, ...],
) -> None:
    world = sent(names)
    del world.audio.blobs["audio", "b.wav"]
    world.run()
    assert state_of(world, "b.wav") == ("transcribed", "")
    assert "was removed before its result came" in notes_of(world, "b.wav")


def test_what_is_exchanged_once_the_provider_was_done_has_its_transcript() -> None:
    world = sent()
    [key] = world.provider.transcriptions
    world.provider.complete(key)
    world.step(Collect(endpoint=world.provider.endpoint, transcription_id=key))
    assert any(isinstance(message, Write) for _, message in world.queue.waiting)
    exchange(world, "b.wav", LONGER)
    world.run()
    assert state_of(world, "b.wav") == ("transcribed", "")
    assert notes_of(world, "b.wav") == ""


def test_what_was_asked_for_and_exchanged_is_looked_at_anew_on_retry() -> None:
    world = World()
    exchange(world, "a.wav", SOUND)
    batch = ask(world, {"blob": "a.wav", "container": "audio"})
    while not world.store.job_rows:
        message = world.queue.take()
        assert message is not None
        world.step(message)
    exchange(world, "a.wav", LONGER)
    world.run()
    assert state_of(world, "a.wav") == ("failed", "audio_replaced")
    world.app.retry(batch.id)
    world.run()
    assert state_of(world, "a.wav") == ("transcribed", "")
    assert world.rows()["a.wav"].bytes == len(LONGER)
    is_well(world)


def test_while_storage_does_not_answer_nothing_is_sent_and_nothing_fails() -> None:
    world = planned()
    page, calls = world.audio.page, [0]

    def silent(*args: Any) -> Any:
        calls[0] += 1
        if calls[0] < 3:
            raise StoreUnavailable("list audio")
        return page(*args)

    world.audio.page = silent  # type: ignore[method-assign]
    world.run()
    assert set(world.states().values()) == {"transcribed"}
    assert len(world.provider.created) == 1


DROPPED = World().clock.now()


class Counting:
    """Audio that counts what it is asked."""

    def __init__(self, names: list[str]) -> None:
        self.there, self.pages, self.alone = sorted(names), 0, 0

    def page(
        self, container: str, prefix: str, marker: str, most: int
    ) -> tuple[list[AudioEntry], str]:
        self.pages += 1
        left = [name for name in self.there if name.startswith(prefix) and name > marker]
        found = [entry(name) for name in left[:most]]
        return found, left[most - 1] if len(left) > most else ""

    def entry(self, container: str, name: str) -> AudioEntry | None:
        self.alone += 1
        return entry(name) if name in self.there else None


def entry(name: str) -> AudioEntry:
    return AudioEntry(name, "1", DROPPED, {})


def items(names: list[str]) -> list[JobItem]:
    return [
        JobItem(batch_id="b", id=name, container="audio", name=name, etag="1") for name in names
    ]


def compared(audio: Counting, names: list[str]) -> dict[str, str]:
    compare = CompareVersions(
        store=None,  # type: ignore[arg-type]
        audio=audio,
        pool=World().pool,
        together=AskTogether(),
    )
    return dict(compare(items(names)))


FOLDER = [f"calls/{n:05}.wav" for n in range(12_000)]


@pytest.mark.parametrize("count", [10, 50, 1_000])
def test_where_names_lie_together_one_listing_tells_of_at_least_ten(count: int) -> None:
    audio = Counting(FOLDER)
    assert set(compared(audio, FOLDER[500 : 500 + count]).values()) == {"there"}
    assert audio.alone == 0
    assert audio.pages <= count * 0.1


def test_of_a_whole_folder_four_pages_are_read_at_most() -> None:
    audio = Counting(FOLDER)
    assert len(compared(audio, FOLDER[::20])) == 600
    assert audio.alone == 0
    assert audio.pages <= 4


def test_scattered_names_are_asked_for_one_by_one_after_a_page_that_brought_few() -> None:
    audio = Counting([f"calls/{n:06}.wav" for n in range(100_000)])
    names = audio.there[::9_000]
    assert set(compared(audio, names).values()) == {"there"}
    assert audio.pages <= 1
    assert audio.alone <= len(names)


def test_a_name_that_a_whole_listing_lacks_is_gone_and_is_not_asked_for() -> None:
    audio = Counting(["calls/1.wav", "calls/3.wav"])
    seen = compared(audio, ["calls/1.wav", "calls/2.wav", "calls/3.wav"])
    assert seen == {"calls/1.wav": "there", "calls/2.wav": "gone", "calls/3.wav": "there"}
    assert audio.alone == 0
