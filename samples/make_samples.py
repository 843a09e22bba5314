"""Makes the sample recordings and texts.json: python samples/make_samples.py

Needs flite (Debian package `flite`) for the voices and PyAV, which the app uses anyway, for
the formats. The sentences were chosen by measuring: pocketsphinx understands them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import wave
from array import array
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import av

HERE = Path(__file__).resolve().parent
AUDIO = HERE / "audio"
RATE = 16_000
LOUD = 300  # samples above this are speech; flite's silence is far below
EDGE_MS = 60  # silence kept around a turn


class Turn(NamedTuple):
    channel: int
    text: str
    gap_ms: int  # after the end of the turn before; negative talks into it


CALL = (
    Turn(1, "Good morning. Thank you for calling. How can I help you today?", 400),
    Turn(0, "Hello. I ordered a table two weeks ago, and it is still not here.", 500),
    Turn(1, "That is bad news. What is your order number?", 450),
    Turn(0, "Yes, it is seven four nine two.", 500),
    Turn(1, "The driver will bring it to your house tomorrow afternoon.", 700),
    Turn(0, "Perfect. Thank you very much for your help.", 400),
    Turn(1, "You are welcome. Have a wonderful day.", -450),
)
CALL_VOICES = {0: "rms", 1: "slt"}

MONOLOGUE = (
    Turn(0, "The baker across the road is always the first one up.", 300),
    Turn(0, "Then the school bus comes around the corner, and the children run to catch it.", 350),
    Turn(0, "By eight o'clock the whole town is awake.", 350),
    Turn(0, "Sunday is different.", 600),
    Turn(0, "Nobody is in a hurry, and you can hear the river behind the houses.", 400),
    Turn(0, "That is the time when I write letters to my friends.", 400),
)
MONOLOGUE_VOICES = {0: "rms"}

#        file name                    codec        sample rate  bit rate  container
FORMATS: tuple[tuple[str, str, int, int | None, str | None], ...] = (
    ("formats/monologue.mp3", "libmp3lame", 16_000, 32_000, None),
    ("formats/monologue.m4a", "aac", 16_000, 32_000, "ipod"),
    ("formats/monologue.opus", "libopus", 48_000, 24_000, "ogg"),
    ("formats/monologue.flac", "flac", 16_000, None, None),
    ("formats/monologue-8khz.wav", "pcm_mulaw", 8_000, None, None),
)


def main() -> None:
    call, call_text = perform(CALL, CALL_VOICES)
    monologue, monologue_text = perform(MONOLOGUE, MONOLOGUE_VOICES)
    write_wav(AUDIO / "calls/+15551234 support.wav", call)
    write_wav(AUDIO / "monologue.wav", monologue)
    texts = {"calls/+15551234 support.wav": call_text, "monologue.wav": monologue_text}
    for name, codec, rate, bit_rate, container in FORMATS:
        encode(AUDIO / "monologue.wav", AUDIO / name, codec, rate, bit_rate, container)
        texts[name] = monologue_text
    (HERE / "texts.json").write_text(json.dumps(texts, indent=2) + "\n", encoding="utf-8")


def perform(
    turns: Sequence[Turn], voices: dict[int, str]
) -> tuple[list[array[int]], dict[str, Any]]:
    """Speak the turns, each on its channel, and return the channels and what was said."""
    channels = {channel: array("h") for channel in voices}
    said, at_ms = [], 0
    for turn in turns:
        speech = trimmed(speak(turn.text, voices[turn.channel]))
        start_ms = at_ms + turn.gap_ms
        track = channels[turn.channel]
        track.extend([0] * (start_ms * RATE // 1000 - len(track)))
        track.extend(speech)
        at_ms = start_ms + len(speech) * 1000 // RATE
        said.append(
            {
                "channel": turn.channel,
                "start_ms": start_ms + EDGE_MS,
                "end_ms": at_ms - EDGE_MS,
                "text": turn.text,
            }
        )
    length = (at_ms + 300) * RATE // 1000
    for track in channels.values():
        track.extend([0] * (length - len(track)))
    spoken = {
        str(channel): " ".join(turn.text for turn in turns if turn.channel == channel)
        for channel in channels
    }
    facts = {"duration_ms": length * 1000 // RATE, "channels": spoken, "turns": said}
    return list(channels.values()), facts


def speak(text: str, voice: str) -> array[int]:
    with TemporaryDirectory() as folder:
        file = Path(folder, "speech.wav")
        subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(file)], check=True)
        with wave.open(str(file)) as speech:
            if speech.getframerate() != RATE:
                sys.exit(f"flite's voice {voice} speaks at {speech.getframerate()} Hz")
            return array("h", speech.readframes(speech.getnframes()))


def trimmed(speech: array[int]) -> array[int]:
    """The speech with `EDGE_MS` of what surrounds it at each end."""
    loud = [at for at, sample in enumerate(speech) if abs(sample) > LOUD]
    edge = EDGE_MS * RATE // 1000
    silence = array("h", bytes(2 * edge))
    return silence + speech[loud[0] : loud[-1] + 1] + silence


def write_wav(path: Path, channels: Sequence[array[int]]) -> None:
    interleaved = array("h", bytes(2 * len(channels) * len(channels[0])))
    for channel, samples in enumerate(channels):
        interleaved[channel :: len(channels)] = samples
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(interleaved.tobytes())


def encode(
    source: Path, path: Path, codec: str, rate: int, bit_rate: int | None, container: str | None
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Bit-exact: without the library's version in it, the same sound gives the same file.
    exact = {"fflags": "+bitexact"}
    with (
        av.open(str(source)) as audio,
        av.open(str(path), "w", format=container, options=exact) as output,
    ):
        stream = output.add_stream(codec, rate=rate, layout="mono")
        stream.codec_context.flags |= av.codec.context.Flags.bitexact
        if bit_rate:
            stream.bit_rate = bit_rate
        kind = stream.codec_context.format or stream.codec_context.codec.audio_formats[0]
        resampler = av.AudioResampler(
            format=kind, layout="mono", rate=rate, frame_size=stream.codec_context.frame_size
        )
        for frame in (*audio.decode(audio=0), None):
            for part in resampler.resample(frame):
                output.mux(stream.encode(part))
        output.mux(stream.encode(None))


if __name__ == "__main__":
    main()
