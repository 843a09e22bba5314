"""Decoding: any file in, 16 kHz PCM per channel out, in its right place in time."""

from __future__ import annotations

import math
import pickle
import random
import wave
from array import array
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import pytest

from local.recogniser.decode import BYTES_PER_MS, decode
from local.recogniser.types import AudioRejected

SECOND = 1000 * BYTES_PER_MS


def tone(ms: int, rate: int = 16_000) -> array[int]:
    return array(
        "h",
        (round(9000 * math.sin(2 * math.pi * 440 * at / rate)) for at in range(ms * rate // 1000)),
    )


def write_wav(path: Path, *channels: array[int], rate: int = 16_000) -> Path:
    samples = array("h", [0]) * (len(channels) * len(channels[0]))
    for channel, track in enumerate(channels):
        samples[channel :: len(channels)] = track
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path


def encode(path: Path, samples: array[int], codec: str, rate: int = 16_000) -> Path:
    """The samples (mono, at `rate`) in the container that the name asks for."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream(codec, rate=rate, layout="mono")
        frame = av.AudioFrame(format="s16", layout="mono", samples=len(samples))
        frame.planes[0].update(samples.tobytes())
        frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
        resampler = av.AudioResampler(
            stream.codec_context.codec.audio_formats[0],
            "mono",
            rate,
            stream.codec_context.frame_size,
        )
        for part in (*resampler.resample(frame), *resampler.resample(None), None):
            output.mux(stream.encode(part))
    return path


def remux(source: Path, target: Path, keep: Callable[[float], bool]) -> Path:
    """Copy the packets whose time is kept: what a lossy network leaves of a recording."""
    with av.open(str(source)) as before, av.open(str(target), "w") as after:
        stream = after.add_stream_from_template(before.streams.audio[0])
        for packet in before.demux(audio=0):
            if packet.dts is not None and keep(float(packet.pts * packet.time_base)):
                packet.stream = stream
                after.mux(packet)
    return target


def loudness(pcm: bytes) -> int:
    return max(map(abs, array("h", pcm)), default=0)


def rejection(path: Path) -> str:
    with pytest.raises(AudioRejected) as caught:
        decode(path, None)
    return caught.value.kind


def test_mono_comes_out_sample_by_sample(tmp_path: Path) -> None:
    sound = tone(500)
    duration_ms, channels, tracks = decode(write_wav(tmp_path / "a.wav", sound), None)
    assert (duration_ms, channels) == (500, 1)
    assert tracks == [(0, sound.tobytes())]


def test_the_channels_of_a_stereo_recording_stay_apart(tmp_path: Path) -> None:
    sound, silence = tone(500, 44_100), array("h", bytes(2 * 22_050))
    path = write_wav(tmp_path / "a.wav", silence, sound, rate=44_100)
    duration_ms, channels, [(first, left), (second, right)] = decode(path, None)
    assert (duration_ms, channels, first, second) == (500, 2, 0, 1)
    assert loudness(left) == 0
    assert loudness(right) > 8000


@pytest.mark.parametrize("count", [3, 4, 6, 8])
def test_more_than_two_channels_keep_their_order(tmp_path: Path, count: int) -> None:
    tracks = [array("h", [1000 * (number + 1)]) * 8000 for number in range(count)]
    _, channels, decoded = decode(write_wav(tmp_path / "a.wav", *tracks), None)
    assert channels == count
    assert decoded == [(number, track.tobytes()) for number, track in enumerate(tracks)]


def test_only_the_channels_asked_for_are_returned(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tone(200), tone(200))
    assert [channel for channel, _ in decode(path, [1])[2]] == [1]


def test_a_channel_that_is_not_there_is_left_out(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tone(200))
    assert [channel for channel, _ in decode(path, [0, 1])[2]] == [0]


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("a.mp3", "libmp3lame", 16_000),
        ("a.m4a", "aac", 16_000),
        ("a.opus", "libopus", 48_000),
        ("a.flac", "flac", 16_000),
        ("a.webm", "libopus", 48_000),
        ("a.wav", "pcm_mulaw", 8_000),
    ],
)
def test_every_usual_format_keeps_its_length(
    tmp_path: Path, name: str, codec: str, rate: int
) -> None:
    duration_ms, channels, [(_, pcm)] = decode(
        encode(tmp_path / name, tone(2000, rate), codec, rate), None
    )
    assert channels == 1
    assert duration_ms == pytest.approx(2000, abs=90)
    assert loudness(pcm) > 7000


def test_a_truncated_recording_gives_what_is_there(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tone(2000))
    path.write_bytes(path.read_bytes()[: 44 + SECOND])
    assert decode(path, None)[0] == 1000


def test_lost_packets_leave_silence_and_do_not_shift_what_follows(tmp_path: Path) -> None:
    sound = tone(1000) + array("h", bytes(3 * SECOND)) + tone(1000)
    whole = encode(tmp_path / "whole.mka", sound, "flac")
    lossy = remux(whole, tmp_path / "lossy.mka", lambda at: not 1.5 < at < 3.5)
    duration_ms, _, [(_, pcm)] = decode(lossy, None)
    assert duration_ms == 5000
    assert loudness(pcm[: SECOND - 320]) > 8000
    assert loudness(pcm[SECOND + 320 : 4 * SECOND - 320]) < 50
    assert loudness(pcm[4 * SECOND + 320 :]) > 8000


def test_a_clock_that_jumps_by_hours_is_not_believed(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.mka"), "w") as output:
        stream = output.add_stream("pcm_s16le", rate=16_000, layout="mono")
        for start in (0, 40 * 3600 * 16_000):
            frame = av.AudioFrame(format="s16", layout="mono", samples=16_000)
            frame.planes[0].update(tone(1000).tobytes())
            frame.sample_rate, frame.pts, frame.time_base = 16_000, start, Fraction(1, 16_000)
            output.mux(stream.encode(frame))
    assert decode(tmp_path / "a.mka", None)[0] == 2000


def test_a_format_that_changes_on_the_way_is_followed(tmp_path: Path) -> None:
    first = encode(tmp_path / "a.mp3", tone(2000), "libmp3lame")
    second = encode(tmp_path / "b.mp3", tone(2000, 44_100), "libmp3lame", 44_100)
    both = tmp_path / "both.mp3"
    both.write_bytes(first.read_bytes() + second.read_bytes())
    duration_ms, _, [(_, pcm)] = decode(both, None)
    assert duration_ms == pytest.approx(4000, abs=250)
    assert loudness(pcm[-SECOND:]) > 7000


def test_damage_in_the_middle_costs_only_the_middle(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp3", tone(4000), "libmp3lame")
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 800] = random.Random(1).randbytes(800)
    path.write_bytes(content)
    duration_ms, _, [(_, pcm)] = decode(path, None)
    assert duration_ms == pytest.approx(4000, abs=400)
    assert loudness(pcm[-SECOND // 2 :]) > 7000


def test_a_name_like_an_address_is_only_a_name(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_wav(tmp_path / "http:a.wav", tone(200))
    assert decode(Path("http:a.wav"), None)[0] == 200


def test_an_empty_file_is_rejected_as_empty(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.touch()
    assert rejection(path) == "empty"


@pytest.mark.parametrize(
    "content",
    [
        b"just some text, again and again. " * 300,
        random.Random(2).randbytes(40_000),
        b"RIFF",
        b"\0",
    ],
    ids=["text", "noise", "four bytes", "one byte"],
)
def test_what_is_no_recording_is_rejected_as_not_audio(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(content)
    assert rejection(path) == "not_audio"


def test_a_film_without_sound_is_rejected_as_not_audio(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        output.mux(stream.encode(av.VideoFrame(32, 32, "yuv420p")))
        output.mux(stream.encode(None))
    assert rejection(path) == "not_audio"


@pytest.mark.parametrize("name", ["a.m3u8", "a.ffconcat"])
def test_a_playlist_cannot_open_other_files(tmp_path: Path, name: str) -> None:
    encode(tmp_path / "secret.mp3", tone(1000), "libmp3lame")
    lines = {
        "a.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nsecret.mp3\n#EXT-X-ENDLIST\n",
        "a.ffconcat": "ffconcat version 1.0\nfile secret.mp3\n",
    }
    path = tmp_path / name
    path.write_text(lines[name].replace("secret.mp3", str(tmp_path / "secret.mp3")))
    assert rejection(path) == "not_audio"


@pytest.mark.parametrize("length_ms", [0, 50])
def test_a_recording_without_time_for_a_word_is_too_short(tmp_path: Path, length_ms: int) -> None:
    assert rejection(write_wav(tmp_path / "a.wav", tone(length_ms))) == "too_short"


def test_audio_of_which_nothing_can_be_decoded_is_rejected_as_such(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.flac", tone(2000), "flac")
    content = path.read_bytes()
    sound = content.index(b"\xff\xf8")
    path.write_bytes(content[: sound + 2] + b"\x13" * (len(content) - sound - 2))
    assert rejection(path) == "decode"


def test_a_rejection_travels_between_processes() -> None:
    error = pickle.loads(pickle.dumps(AudioRejected("empty", "The file is empty.")))
    assert (error.kind, str(error)) == ("empty", "The file is empty.")
