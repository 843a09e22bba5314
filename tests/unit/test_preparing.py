"""A copy for the provider, from the drop to the transcript, on stand-ins."""

from __future__ import annotations

import json
from datetime import timedelta

import msgspec
import pytest

from shared import messages as m
from shared.errors import ReaderUnavailable, StoreUnavailable
from shared.model.policy import Policy
from shared.model.preparing.channels import Heard, Window
from shared.model.preparing.recipe import GAP_MS, preparation_of
from shared.model.profile.audio import AudioProperties
from shared.model.profile.options import Options, Prepare
from shared.model.profile.profile import Profile
from shared.model.recording.recording import Recording
from shared.ports.copies import Copied
from shared.ports.demuxer import TooCostly
from shared.providers.azure_speech.capabilities import LIMITS
from tests.fakes.world import World
from tests.unit.probing_audio import encoded, wav

AIFF = encoded("aiff", "pcm_s16be", rate=8000)
MKV = encoded("matroska", "aac")
ALIKE = [Window((0.01, 0.01), (0.01, 0.01))] * 8
ONE = [Window((0.0, 0.01), (0.0, 0.0))] * 8
TOGETHER = [Window((0.01, 0.008), (0.01, 0.004))] * 8
APART = [Window((0.01, 1e-5), (0.01, 1e-5)), Window((1e-5, 0.01), (1e-5, 1e-5))] * 4
FAR_APART = [Window((0.01, 1e-8), (0.01, 1e-7)), Window((1e-8, 0.01), (1e-8, 1e-7))] * 4
LEAKING = [Window((0.01, 1e-4), (0.01, 1e-4)), Window((1e-4, 0.01), (1e-4, 1e-4))] * 4
INVERTED = [Window((0.01, 0.01), (0.01, -0.01))] * 8


def only(world: World) -> Recording:
    (row,) = world.store.rows.values()
    return row


def transcribed(world: World, name: str, data: bytes) -> Recording:
    world.drop(name, data)
    world.run()
    row = only(world)
    assert row.state == "transcribed", row.failure
    return row


def made_and_waiting(world: World) -> Recording:
    """A recording whose copy is there, and that nobody planned yet."""
    world.clock.advance(70)
    while (message := world.queue.take()) is not None:
        world.step(message)
    row = only(world)
    assert row.state == "waiting"
    assert row.preparation is not None
    assert row.preparation.made_at is not None
    return row


# --- a copy


def test_what_the_provider_does_not_read_is_converted_and_the_copy_is_transcribed() -> None:
    world = World()
    row = transcribed(world, "memo.aiff", AIFF)
    ((name, content),) = world.copies.kept.items()
    assert name.startswith(f"{row.batch_id}/{row.id}.")
    assert name.endswith(".flac")
    assert content.startswith(b"FLAC:FORM")
    assert world.copies.media_types[name] == "audio/flac"
    ((source, count),) = world.provider.transcribed.items()
    assert source.endswith(f"/prepared/{name}")
    assert count == 1
    (note,) = row.notes
    assert note.startswith("azure-speech does not read AIFF: the provider got a copy (FLAC, 8 kHz,")
    written = json.loads(world.outputs.files["transcripts/audio/memo.aiff.json"].content)
    assert note in written["provider"]["warnings"]
    assert written["source"]["codec"] == "pcm_s16be"


def test_sound_that_the_provider_reads_is_taken_out_of_what_it_does_not_read_as_it_is() -> None:
    world = World()
    row = transcribed(world, "talk.mkv", MKV)
    (recipe,) = world.converter.made
    assert (recipe.way, recipe.made_in.ending) == ("remux", "aac")
    assert "Matroska (MKV)" in row.notes[0]


def test_sound_with_holes_is_decoded_after_all() -> None:
    world = World()
    world.converter.gaps = True
    transcribed(world, "talk.mkv", MKV)
    (recipe,) = world.converter.made
    assert (recipe.way, recipe.format) == ("convert", "FLAC")


def test_never_refuses_and_says_what_would_help() -> None:
    world = World(profiles=(Profile(prepare="never"),))
    world.drop("memo.aiff", AIFF)
    world.run()
    row = only(world)
    assert row.failure is not None
    assert row.failure.code == "unsupported_container"
    assert 'prepare = "auto"' in row.failure.advice
    assert not world.converter.made


def test_always_makes_a_copy_of_what_would_be_read() -> None:
    world = World(profiles=(Profile(prepare="always"),))
    row = transcribed(world, "call.wav", wav())
    assert row.copy in {f"prepared/{name}" for name in world.copies.kept}


def test_the_metadata_of_a_blob_says_so_too_unless_it_is_locked() -> None:
    asks = {"dropscribe_prepare": "always"}
    world = World()
    world.drop("call.wav", wav(), metadata=asks)
    world.run()
    assert len(world.copies.kept) == 1
    world = World(profiles=(Profile(locked=("prepare",)),))
    world.drop("call.wav", wav(), metadata=asks)
    world.run()
    failure = only(world).failure
    assert failure is not None
    assert failure.code == "option_locked"


def test_what_the_provider_reads_goes_as_it_is() -> None:
    world = World()
    row = transcribed(world, "call.wav", wav())
    assert (row.preparation, row.copy, row.notes) == (None, None, ())
    assert not world.converter.listened


# --- what goes wrong


def test_a_file_that_ends_the_child_is_refused_and_its_neighbour_is_not() -> None:
    world = World()
    world.converter.errors = [TooCostly("code -11")]
    world.drop("bad.aiff", AIFF)
    world.drop("good.aiff", encoded("aiff", "pcm_s16be", rate=16000))
    world.run()
    states = sorted(
        (row.state, row.failure and row.failure.code) for row in world.store.rows.values()
    )
    assert states == [("failed", "too_costly_audio"), ("transcribed", None)]


@pytest.mark.parametrize(
    ("copied", "why"),
    [
        (Copied(unread=True), "cannot be read"),
        (Copied(bytes=9, duration_ms=10**9, packets=100, bad_packets=6), "6 of 100 pieces"),
        (Copied(bytes=9, duration_ms=2_000, packets=100), "of 30.0 s of sound 2.0 s"),
    ],
)
def test_what_is_not_worth_paying_for_is_not_sent(copied: Copied, why: str) -> None:
    world = World()
    world.converter.copied = copied
    world.drop("memo.aiff", AIFF)
    world.run()
    failure = only(world).failure
    assert failure is not None
    assert failure.code == "not_prepared"
    assert why in failure.reason
    assert not world.provider.created
    assert not world.copies.kept


def test_little_damage_is_noted() -> None:
    world = World()
    world.converter.copied = Copied(bytes=9, duration_ms=10**9, packets=100, bad_packets=2)
    row = transcribed(world, "memo.aiff", AIFF)
    assert row.notes[1] == "2 of 100 pieces of the recording are damaged."


def test_an_execution_that_dies_is_followed_by_another_one() -> None:
    world = World()
    world.converter.errors = [ReaderUnavailable("gone"), StoreUnavailable("put block: 503")]
    row = transcribed(world, "memo.aiff", AIFF)
    assert world.copies.runs == {row.copy.removeprefix("prepared/") if row.copy else "": 3}
    assert sum(world.provider.transcribed.values()) == 1


def test_a_recording_over_which_five_executions_die_is_given_up() -> None:
    world = World()
    world.converter.errors = [RuntimeError("killed") for _ in range(9)]
    world.drop("memo.aiff", AIFF)
    world.run()
    for _ in range(3):
        for message, _ in world.poison:
            world.app.drain(message.queue, m.encode(message))
        world.poison.clear()
        world.run()
    failure = only(world).failure
    assert failure is not None
    assert (failure.code, failure.retryable) == ("preparing_failed", True)
    assert len(world.converter.errors) == 4


def test_an_outage_of_storage_is_not_charged_to_the_recording() -> None:
    world = World()
    world.converter.errors = [StoreUnavailable("put block: 503") for _ in range(9)]
    row = transcribed(world, "memo.aiff", AIFF)
    assert row.preparation is not None
    assert row.preparation.tries == 1


def test_a_lost_message_is_sent_again_and_the_first_of_two_counts_no_more() -> None:
    world = World(policy=Policy(stuck_after_seconds=300))
    world.drop("memo.aiff", AIFF)
    world.clock.advance(70)
    lost = None
    while (message := world.queue.take()) is not None:
        if isinstance(message, m.Prepare):
            lost = message
        else:
            world.step(message)
    assert lost is not None
    world.run()
    assert only(world).state == "transcribed"
    world.step(lost)
    assert len(world.converter.made) == 1


def test_two_instances_at_once_leave_one_copy_that_is_transcribed_once() -> None:
    world = World()
    world.drop("memo.aiff", AIFF)
    world.clock.advance(70)
    message = None
    while message is None:
        found = world.queue.take()
        assert found is not None
        if isinstance(found, m.Prepare):
            message = found
        else:
            world.step(found)
    other = world.twin()
    converter, copy = world.converter, world.converter.copy
    meanwhile = [lambda: other.step(message)]

    def interrupted(*args: object) -> Copied:
        if meanwhile:
            meanwhile.pop()()
        return copy(*args)  # type: ignore[arg-type]

    converter.copy = interrupted  # type: ignore[assignment, method-assign]
    with pytest.raises(Exception, match="somebody else"):
        world.step(message)
    world.run()
    assert len(world.copies.kept) == 1
    assert sum(world.provider.transcribed.values()) == 1


def test_audio_that_is_replaced_is_not_converted() -> None:
    world = World()
    world.drop("memo.aiff", AIFF)
    world.audio.drop("memo.aiff", AIFF + bytes(100), world.clock.now() + timedelta(seconds=1))
    world.run()
    failed, transcribed_ones = sorted(world.store.rows.values(), key=lambda row: row.state)
    assert failed.failure is not None
    assert failed.failure.code == "audio_replaced"
    assert transcribed_ones.state == "transcribed"
    assert len(world.converter.made) == 1


def test_a_copy_goes_with_its_batch_and_when_it_is_old() -> None:
    world = World()
    row = transcribed(world, "memo.aiff", AIFF)
    world.app.delete_batch(row.batch_id, with_outputs=False)
    world.run()
    assert not world.copies.kept
    world = World(policy=Policy(prepared_days=2))
    transcribed(world, "memo.aiff", AIFF)
    world.clock.advance(3 * 86_400)
    world.sweep()
    assert not world.copies.kept


def test_a_copy_that_is_about_to_be_removed_is_made_anew_for_the_next_attempt() -> None:
    world = World(policy=Policy(prepared_days=2))
    world.provider.result_errors = {}
    world.drop("memo.aiff", AIFF)
    row = made_and_waiting(world)
    long_ago = world.clock.now() - timedelta(hours=25)
    assert row.preparation is not None
    old = msgspec.structs.replace(row.preparation, made_at=long_ago)
    world.store.save(recordings=[msgspec.structs.replace(row, preparation=old)])
    world.queue.send(m.Plan(batch_id=row.batch_id))
    world.run()
    assert only(world).state == "transcribed"
    assert len(world.converter.made) == 2


# --- channels


def heard(windows: list[Window], options: Options = Options()) -> tuple[World, Recording]:  # noqa: B008
    world = World(profiles=(Profile(options=options),))
    world.converter.windows = windows
    return world, transcribed(world, "call.wav", wav(channels=2))


def test_the_same_on_both_channels_is_heard_and_paid_once() -> None:
    world, row = heard(ALIKE)
    assert world.provider.created[0].options.channels == (0,)
    assert row.notes == ("All channels carry the same sound, which was heard once.",)
    assert not world.copies.kept
    _, twice = heard(APART)
    assert row.cost_amount
    assert twice.cost_amount == pytest.approx(2 * row.cost_amount)


def test_where_voices_are_to_be_told_apart_the_same_on_both_becomes_mono() -> None:
    for windows in (ALIKE, TOGETHER, INVERTED, ONE):
        world, row = heard(windows, Options(max_speakers=2))
        (recipe,) = world.converter.made
        assert recipe.channels == 1
        assert world.provider.created[0].options.max_speakers == 2
        assert not any("told" in note or "separate" in note for note in row.notes)
    assert recipe.mix == (((1, 1.0),),)


def test_a_silent_channel_is_left_out() -> None:
    world, row = heard(ONE)
    assert world.provider.created[0].options.channels == (1,)
    assert row.notes == ("Only channel 1 carries sound; the rest was left out.",)


def test_two_voices_on_two_channels_stay_apart() -> None:
    world, row = heard(APART, Options(max_speakers=2))
    assert world.provider.created[0].options == Options()
    assert not world.copies.kept
    assert "the channels separate the speakers" in row.notes[-1]


def test_a_leak_is_noted() -> None:
    _, row = heard(LEAKING)
    assert row.notes == (
        "Each voice is heard on the other channel, too, about 20 dB below its own channel.",
    )


def test_who_names_channels_or_roles_is_believed() -> None:
    for profile in (Profile(roles={0: "Agent"}), Profile(options=Options(channels=(0, 1)))):
        world = World(profiles=(profile,))
        transcribed(world, "call.wav", wav(channels=2))
        assert not world.converter.listened


# --- a provider that hears all channels as one


MIXES = msgspec.structs.replace(LIMITS, mixes_channels=True)
STEREO = AudioProperties(
    codec="pcm_s16le",
    container="wav",
    channels=2,
    sample_rate_hz=8000,
    duration_ms=60_000,
    bytes=2_000_000,
)


def at_one_that_mixes(
    windows: list[Window], profile: Profile | None = None, data: bytes | None = None
) -> tuple[World, Recording]:
    world = World(profiles=(profile or Profile(),), capabilities={"azure-speech": MIXES})
    world.converter.windows = windows
    world.converter.copied = Copied(bytes=9, duration_ms=61_000, packets=10)
    return world, transcribed(world, "call.wav", data or wav(channels=2))


def test_a_provider_that_hears_all_as_one_gets_the_channels_one_after_the_other() -> None:
    world, row = at_one_that_mixes(FAR_APART, Profile(options=Options(max_speakers=2)))
    (recipe,) = world.converter.made
    assert recipe.end_to_end
    assert recipe.channels == 1
    assert recipe.strands == (0, 1)
    (sent,) = world.provider.created
    assert len(sent.content_urls) == 1
    assert not sent.options.tells_speakers
    assert sent.options.channels == ()
    assert row.preparation is not None
    assert row.preparation.strand_ms == 61_000
    assert row.sent_ms == 2 * row.duration_ms + GAP_MS
    assert sent.audio_ms == row.sent_ms
    assert "here the channels separate the speakers" in row.notes[0]
    assert "paid for as 2 times its length" in row.notes[1]
    assert row.notes[2].startswith("azure-speech hears all channels as one: the provider got")


@pytest.mark.parametrize("windows", [ALIKE, ONE, TOGETHER, LEAKING, []])
def test_what_is_no_voice_each_is_still_heard_as_one(windows: list[Window]) -> None:
    world, row = at_one_that_mixes(windows)
    assert not world.converter.made
    assert row.sent_ms == row.duration_ms


def test_who_names_channels_gets_those_at_a_provider_that_hears_all_as_one_too() -> None:
    named = {
        (0, 1): Profile(roles={0: "Agent", 1: "Customer"}),
        (1,): Profile(options=Options(channels=(1,))),
        (0,): Profile(options=Options(channels=(0, 7))),
    }
    for strands, profile in named.items():
        world, row = at_one_that_mixes([], profile)
        assert not world.converter.listened
        (recipe,) = world.converter.made
        assert recipe.strands == strands
        assert any("paid for as" in note for note in row.notes) == (len(strands) > 1)


def test_what_would_get_too_long_end_to_end_is_heard_as_one() -> None:
    eleven_hours = msgspec.structs.replace(STEREO, duration_ms=11 * 3_600_000)
    heard = Heard(kind="apart", channels=(0, 1))
    assert preparation_of(STEREO, Profile(), MIXES, heard) is not None
    assert preparation_of(eleven_hours, Profile(), MIXES, heard) is None
    never = Profile(prepare="never", roles={0: "Agent"})
    assert preparation_of(STEREO, never, MIXES, heard) is None
    unknown = msgspec.structs.replace(STEREO, duration_ms=None)
    assert preparation_of(unknown, Profile(), MIXES, heard) is None


# --- no speech


def test_what_surely_holds_no_speech_is_not_sent_where_the_profile_says_so() -> None:
    world = World(profiles=(Profile(no_speech="refuse"),))
    world.converter.found = "silence"
    world.drop("empty.wav", wav())
    world.run()
    row = only(world)
    assert row.failure is not None
    assert row.failure.code == "no_speech"
    assert "holds silence and no speech" in row.failure.reason
    assert not world.provider.created
    assert "errors/audio/empty.wav.json" in world.outputs.files


@pytest.mark.parametrize("prepare", ["auto", "never", "always"])
def test_where_there_may_be_speech_all_goes_on_and_it_is_sought_once(prepare: Prepare) -> None:
    world = World(profiles=(Profile(no_speech="refuse", prepare=prepare),))
    row = transcribed(world, "call.wav", wav())
    assert world.converter.asked_for_speech == 1
    assert bool(row.copy) == (prepare == "always")


def test_nobody_seeks_speech_where_all_is_sent() -> None:
    world = World()
    world.converter.found = "none"
    transcribed(world, "call.wav", wav())
    assert not world.converter.asked_for_speech


def test_speech_is_sought_before_channels_are_listened_to() -> None:
    world = World(profiles=(Profile(no_speech="refuse"),))
    world.converter.windows = TOGETHER
    row = transcribed(world, "call.wav", wav(channels=2))
    assert row.heard is not None
    assert (world.converter.asked_for_speech, world.converter.listened) == (1, 1)
