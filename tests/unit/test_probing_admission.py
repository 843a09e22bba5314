"""Admission: what is asked for, set against what the audio is and the provider can do."""

from __future__ import annotations

import msgspec
import pytest

from shared.errors import InputError
from shared.model.profile.audio import AudioProperties
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.fit import check_against
from shared.model.profile.options import Options

MINUTE = 60_000
CALL = AudioProperties(
    codec="pcm_s16le",
    container="wav",
    channels=2,
    sample_rate_hz=16000,
    duration_ms=10 * MINUTE,
    bytes=38_400_000,
)
MONO = msgspec.structs.replace(CALL, channels=1)
LIMITS = Capabilities(
    files_per_job=1000,
    max_bytes=1_000_000_000,
    max_duration_ms=600 * MINUTE,
    max_diarized_ms=240 * MINUTE,
    diarizes_channels=False,
    containers=frozenset({"wav"}),
    codecs=frozenset({"pcm_s16le"}),
    calls_per_window=100,
    window_seconds=10,
    supports_delete=True,
    supports_container=True,
)


def test_what_fits_is_left_as_it_is() -> None:
    options = Options(channels=(0, 1))
    assert check_against(CALL, options, LIMITS) == (options, ())
    assert check_against(MONO, Options(max_speakers=4), LIMITS) == (Options(max_speakers=4), ())


@pytest.mark.parametrize(
    ("change", "code", "reason"),
    [
        ({"bytes": 1_000_000_001}, "too_large", "at most 1000 MB"),
        ({"codec": "pcm_f64be"}, "unsupported_codec", "the codec pcm_f64be"),
        ({"container": "avi"}, "unsupported_container", "the container avi"),
        ({"duration_ms": 600 * MINUTE + 1}, "too_long", "at most 600 min"),
    ],
)
def test_what_the_provider_cannot_take_is_refused(
    change: dict[str, object], code: str, reason: str
) -> None:
    with pytest.raises(InputError) as caught:
        check_against(msgspec.structs.replace(CALL, **change), Options(), LIMITS)
    assert caught.value.code == code
    assert reason in caught.value.reason


def test_diarization_gives_way_to_channels_with_a_note() -> None:
    options, notes = check_against(CALL, Options(max_speakers=2), LIMITS)
    assert options == Options()
    assert notes == (
        "The provider tells speakers apart by voice in mono recordings only; "
        "here the channels separate the speakers.",
    )


def test_diarization_of_one_channel_of_several_gives_way_too() -> None:
    options, notes = check_against(CALL, Options(max_speakers=2, channels=(1,)), LIMITS)
    assert options == Options(channels=(1,))
    assert "the speakers on channel 1 were not separated" in notes[0]


def test_diarization_stays_where_the_provider_can_do_both() -> None:
    able = msgspec.structs.replace(LIMITS, diarizes_channels=True)
    assert check_against(CALL, Options(max_speakers=2), able) == (Options(max_speakers=2), ())


def test_diarization_of_a_recording_that_is_too_long_is_refused() -> None:
    long = msgspec.structs.replace(MONO, duration_ms=241 * MINUTE)
    with pytest.raises(InputError, match=r"too_long_for_diarization: .* 241 min.* 240 min"):
        check_against(long, Options(max_speakers=2), LIMITS)
    assert check_against(long, Options(), LIMITS) == (Options(), ())


def test_an_unknown_length_is_given_the_benefit_of_the_doubt() -> None:
    unknown = msgspec.structs.replace(MONO, duration_ms=None)
    assert check_against(unknown, Options(max_speakers=2), LIMITS)[1] == ()


def test_channels_that_the_recording_lacks_are_left_out_with_a_note() -> None:
    options, notes = check_against(MONO, Options(channels=(0, 1)), LIMITS)
    assert options.channels == (0,)
    assert notes == ("The recording has no channel 1; only channel 0 was transcribed.",)


def test_a_recording_without_any_of_the_channels_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        check_against(MONO, Options(channels=(1,)), LIMITS)
    assert caught.value.code == "channel_missing"


def test_more_than_two_channels_are_asked_for_by_number() -> None:
    surround = msgspec.structs.replace(CALL, channels=4)
    assert check_against(surround, Options(), LIMITS)[0].channels == (0, 1, 2, 3)


def test_the_reader_learns_that_a_recording_was_cut_off() -> None:
    stump = msgspec.structs.replace(MONO, missing_ms=12_345)
    notes = check_against(stump, Options(), LIMITS)[1]
    assert notes == ("The file is cut off: its header promises 12.3 s more than it holds.",)


def test_a_provider_that_hears_channels_as_one_is_told_of_none() -> None:
    limits = msgspec.structs.replace(LIMITS, mixes_channels=True, diarizes_channels=True)
    options = Options(channels=(1,), max_speakers=2)
    assert check_against(CALL, options, limits) == (Options(max_speakers=2), ())


def test_languages_that_nobody_finds_out_are_left_out_with_a_note() -> None:
    limits = msgspec.structs.replace(LIMITS, identifies_languages=False)
    options, notes = check_against(CALL, Options(candidate_locales=("en-US", "he-IL")), limits)
    assert options.candidate_locales == ()
    assert notes == ("The provider does not find out languages; en-US was assumed.",)


def test_the_reader_learns_of_a_stump_that_promises_nothing_and_of_other_tracks() -> None:
    stump = msgspec.structs.replace(MONO, is_cut_off=True, tracks=3)
    _, notes = check_against(stump, Options(), LIMITS)
    assert notes == (
        "The file is cut off: it ends in the middle of its sound.",
        "The file holds 3 tracks of sound; the first one is transcribed.",
    )
