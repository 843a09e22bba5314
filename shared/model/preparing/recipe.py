"""Which copy of a recording its provider is to get, if any, decided before a byte is made of it.

it reads the recording as it is            nothing is done
it reads the sound, but not what it is in  the sound goes into another container, untouched
anything else                              the sound is decoded and encoded anew
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Literal

import msgspec

from shared.model.preparing.channels import Heard
from shared.model.preparing.formats import FORMATS, TAKEN_OUT, CopyFormat

if TYPE_CHECKING:
    from shared.model.profile.audio import AudioProperties
    from shared.model.profile.capabilities import Capabilities
    from shared.model.profile.profile import Profile

Way = Literal["convert", "remux"]
Mix = tuple[tuple[tuple[int, float], ...], ...]
LONGEST_MS = 20 * 3_600_000
"""Measured: at ten seconds of processor an hour the dearest fits well into an execution."""


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """A copy to be. `format` is a name of `FORMATS`, for "remux" a codec of `TAKEN_OUT`. `mix` has,
    for each channel that comes out, those that go in and how loud; () leaves all as they are."""

    way: Way
    format: str
    rate: int = 0
    channels: int = 1
    mix: Mix = ()

    @property
    def made_in(self) -> CopyFormat:
        return (TAKEN_OUT if self.way == "remux" else FORMATS)[self.format]

    @property
    def key(self) -> str:
        """Eight hex digits that tell it from any other."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:8]


class Preparation(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done with a recording before it is planned. `listens`: its channels are to be
    listened to first, which may change the rest. `why` there is to be a copy, `recipe` which.
    `asked_at` is when it was asked for last, `tries` how often somebody began, `made_at` since when
    the copy is there."""

    listens: bool = False
    recipe: Recipe | None = None
    why: str = ""
    asked_at: datetime | None = None
    tries: int = 0
    made_at: datetime | None = None

    @property
    def is_due(self) -> bool:
        """Whether there is something left to be done."""
        return self.listens or (self.recipe is not None and self.made_at is None)


def continued(new: Preparation | None, before: Preparation | None) -> Preparation | None:
    """The new one; where it wants the copy that is there, nothing is to be done again."""
    if new is None or before is None or before.made_at is None or new.recipe != before.recipe:
        return new
    return msgspec.structs.replace(new, made_at=before.made_at)


def copy_name(recording_id: str, recipe: Recipe) -> str:
    """Of the copy in its container. It tells nothing of the recording's own name."""
    return f"{recording_id}.{recipe.key}.{recipe.made_in.ending}"


def preparation_of(
    audio: AudioProperties, profile: Profile, limits: Capabilities, heard: Heard | None
) -> Preparation | None:
    """None: the recording goes to the provider as it is."""
    if profile.prepare == "never" or not limits.reads_best:
        return None
    listens = heard is None and _is_worth_hearing(audio, profile, limits)
    mix = _mix(audio, profile, limits, heard)
    why = _why(audio, profile, limits, heard if mix else None)
    recipe = _recipe(audio, limits, mix) if why else None
    if recipe is None and not listens:
        return None
    return Preparation(listens=listens, recipe=recipe, why=why if recipe else "")


def as_sent(audio: AudioProperties, recipe: Recipe | None) -> AudioProperties:
    """What the provider gets."""
    if recipe is None:
        return audio
    made_in = recipe.made_in
    length_ms = audio.duration_ms or 0
    return msgspec.structs.replace(
        audio,
        codec=made_in.codec,
        container=made_in.container,
        channels=recipe.channels,
        sample_rate_hz=recipe.rate or audio.sample_rate_hz,
        bytes=made_in.bytes_of(length_ms, recipe.rate, recipe.channels)
        if recipe.way == "convert"
        else audio.bytes,
    )


def picked(
    audio: AudioProperties, profile: Profile, limits: Capabilities, heard: Heard | None
) -> tuple[int, ...]:
    """The channels that the provider is to be asked for, where that does what a copy would; ():
    nothing is to be asked for."""
    if heard is None or not limits.picks_channels or limits.mixes_channels:
        return ()
    if heard.kind == "together" or len(heard.channels) == audio.channels:
        return ()
    needs_mono = profile.options.tells_speakers and not limits.diarizes_channels
    return () if needs_mono and len(heard.channels) == 1 else heard.channels


def _is_worth_hearing(audio: AudioProperties, profile: Profile, limits: Capabilities) -> bool:
    """Whoever names channels or their roles knows what they hold."""
    is_said = bool(profile.options.channels or profile.roles)
    return audio.channels > 1 and not is_said


def _mix(
    audio: AudioProperties, profile: Profile, limits: Capabilities, heard: Heard | None
) -> Mix:
    """() where the channels stay as they are."""
    if heard is None or picked(audio, profile, limits, heard):
        return ()
    if limits.mixes_channels and heard.kind != "inverted":
        return ()
    if heard.kind == "together":
        share = 1 / len(heard.channels)
        return (tuple((one, share) for one in heard.channels),)
    if len(heard.channels) == audio.channels:
        return ()
    return tuple(((one, 1.0),) for one in heard.channels)


_HEARD_AS = {
    "alike": "all channels carry the same sound",
    "inverted": "the second channel is the first one, turned round, and both together are silence",
    "one": "only one channel carries sound",
    "together": "both channels carry the same voices",
    "apart": "some channels carry no sound",
}


def _why(
    audio: AudioProperties, profile: Profile, limits: Capabilities, heard: Heard | None
) -> str:
    """ "" where it is read as it is."""
    if audio.container not in limits.containers or audio.codec not in limits.codecs:
        return f"{profile.provider} does not read {called(audio)}"
    if audio.bytes > limits.max_bytes and not limits.answers_at_once:
        return f"{profile.provider} takes no file as large as this one"
    if heard is not None:
        return _HEARD_AS[heard.kind]
    return "the profile wants a copy of everything" if profile.prepare == "always" else ""


def _recipe(audio: AudioProperties, limits: Capabilities, mix: Mix) -> Recipe | None:
    """None where no copy would be taken either."""
    taken_out = TAKEN_OUT.get(audio.codec)
    is_read = audio.codec in limits.codecs and audio.bytes <= limits.max_bytes
    if (
        taken_out is not None
        and taken_out.container in limits.containers
        and audio.container not in limits.containers
        and is_read
        and not mix
    ):
        return Recipe(way="remux", format=audio.codec, channels=audio.channels)
    channels = len(mix) or audio.channels
    for made_in in limits.reads_best:
        rate = made_in.rate_for(audio.sample_rate_hz)
        size = made_in.bytes_of(audio.duration_ms or 0, rate, channels)
        if channels <= made_in.most_channels and size <= limits.max_bytes:
            return Recipe(way="convert", format=made_in.name, rate=rate, channels=channels, mix=mix)
    return None


def anew(recipe: Recipe, audio: AudioProperties, limits: Capabilities) -> Recipe | None:
    """The recipe in place of one that took the sound as it is, which did not do."""
    unread = msgspec.structs.replace(audio, codec="")
    return _recipe(unread, limits, recipe.mix)


_CALLED: Mapping[str, str] = {
    "aac": "AAC",
    "ac3": "AC-3",
    "aiff": "AIFF",
    "alac": "Apple Lossless",
    "amr": "AMR",
    "asf": "Windows Media",
    "au": "AU",
    "caf": "CAF",
    "eac3": "E-AC-3",
    "flv": "Flash video",
    "gsm": "GSM",
    "matroska": "Matroska (MKV)",
    "mp2": "MPEG Layer II",
    "mp3": "MP3",
    "mp4": "MP4",
    "mpeg": "an MPEG programme stream",
    "mpegts": "an MPEG transport stream",
    "ogg": "Ogg",
    "opus": "Opus",
    "tta": "True Audio",
    "voc": "VOC",
    "vorbis": "Vorbis",
    "w64": "Sony Wave64",
    "wav": "WAV",
    "wv": "WavPack",
}
"""What people call formats. The rest is told by its own name in capitals."""


def called(audio: AudioProperties) -> str:
    """The format of a recording, for a person."""
    container, codec = _name(audio.container), _name(audio.codec)
    if audio.container == audio.codec or audio.codec.startswith(("pcm_", audio.container)):
        return container
    return f"{container} with {codec} in it"


def _name(word: str) -> str:
    known = _CALLED.get(word)
    return known or word.replace("_", " ").upper()
