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
GAP_MS = 3_000
"""Of silence between channels that stand end to end: no provider takes what lies around it for one
sentence."""


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """A copy to be. `format` is a name of `FORMATS`, for "remux" a codec of `TAKEN_OUT`. `mix` has,
    for each channel that comes out, those that go in and how loud; () leaves all as they are.
    `end_to_end`: what would come out on several channels stands on one, each after the other, with
    `GAP_MS` in between."""

    way: Way
    format: str
    rate: int = 0
    channels: int = 1
    mix: Mix = ()
    end_to_end: bool = False

    @property
    def strands(self) -> tuple[int, ...]:
        """The channel of the original that each strand of an end-to-end copy holds."""
        return tuple(ins[0][0] for ins in self.mix) if self.end_to_end else ()

    @property
    def made_in(self) -> CopyFormat:
        return (TAKEN_OUT if self.way == "remux" else FORMATS)[self.format]

    @property
    def key(self) -> str:
        """Eight hex digits that tell it from any other."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:8]


class Preparation(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done with a recording before it is planned. `listens`: its channels are to be
    listened to first, which may change the rest; `seeks_speech`: so is it for whether anybody may
    speak. `why` there is to be a copy, `recipe` which.
    `asked_at` is when it was asked for last, `tries` how often somebody began, `made_at` since when
    the copy is there, `strand_ms` how long each strand of one is that is end to end."""

    listens: bool = False
    seeks_speech: bool = False
    recipe: Recipe | None = None
    why: str = ""
    asked_at: datetime | None = None
    tries: int = 0
    made_at: datetime | None = None
    strand_ms: int = 0

    @property
    def is_due(self) -> bool:
        """Whether there is something left to be done."""
        return (
            self.listens or self.seeks_speech or (self.recipe is not None and self.made_at is None)
        )


def continued(new: Preparation | None, before: Preparation | None) -> Preparation | None:
    """The new one; where it wants the copy that is there, nothing is to be done again."""
    if new is None or before is None or before.made_at is None or new.recipe != before.recipe:
        return new
    return msgspec.structs.replace(new, made_at=before.made_at, strand_ms=before.strand_ms)


def copy_name(recording_id: str, recipe: Recipe) -> str:
    """Of the copy in its container. It tells nothing of the recording's own name."""
    return f"{recording_id}.{recipe.key}.{recipe.made_in.ending}"


def preparation_of(
    audio: AudioProperties, profile: Profile, limits: Capabilities, heard: Heard | None
) -> Preparation | None:
    """None: the recording goes to the provider as it is."""
    seeks_speech = profile.no_speech == "refuse"
    nothing_else = Preparation(seeks_speech=True) if seeks_speech else None
    if profile.prepare == "never" or not limits.reads_best:
        return nothing_else
    listens = heard is None and _is_worth_hearing(audio, profile, limits)
    strands = _end_to_end(audio, profile, limits, heard)
    mix = _each(strands) if strands else _mix(audio, profile, limits, heard)
    why = _why(audio, profile, limits, heard if mix and not strands else None)
    if strands and not why:
        why = f"{profile.provider} hears all channels as one"
    recipe = _recipe(audio, limits, mix, bool(strands)) if why else None
    if recipe is None and not listens:
        return nothing_else
    return Preparation(
        listens=listens,
        seeks_speech=seeks_speech,
        recipe=recipe,
        why=why if recipe else "",
    )


def as_sent(audio: AudioProperties, recipe: Recipe | None) -> AudioProperties:
    """What the provider gets."""
    if recipe is None:
        return audio
    made_in = recipe.made_in
    length_ms = sent_ms(audio.duration_ms or 0, recipe)
    return msgspec.structs.replace(
        audio,
        codec=made_in.codec,
        container=made_in.container,
        duration_ms=length_ms or None,
        channels=recipe.channels,
        sample_rate_hz=recipe.rate or audio.sample_rate_hz,
        bytes=made_in.bytes_of(length_ms, recipe.rate, recipe.channels)
        if recipe.way == "convert"
        else audio.bytes,
    )


def sent_ms(duration_ms: int, recipe: Recipe | None) -> int:
    """How long that is which the provider gets of a recording of that length."""
    if recipe is None or not recipe.end_to_end:
        return duration_ms
    return _end_to_end_ms(duration_ms, len(recipe.mix))


def _end_to_end_ms(duration_ms: int, strands: int) -> int:
    return duration_ms * strands + GAP_MS * (strands - 1)


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
    return _each(heard.channels)


def _each(channels: tuple[int, ...]) -> Mix:
    return tuple(((one, 1.0),) for one in channels)


def _end_to_end(
    audio: AudioProperties, profile: Profile, limits: Capabilities, heard: Heard | None
) -> tuple[int, ...]:
    """The channels that a provider is to hear one after the other, since it would hear all as one;
    (): none, for nobody tells who speaks by them, each voice is heard on both, or they would be too
    long."""
    if not limits.mixes_channels or audio.channels < 2 or not audio.duration_ms:
        return ()
    channels: tuple[int, ...] = ()
    if profile.options.channels or profile.roles:
        named = set(profile.options.channels or range(audio.channels))
        channels = tuple(sorted(named & set(range(audio.channels))))
    elif heard is not None and heard.kind == "apart" and heard.leak_db is None:
        channels = heard.channels
    longest = min(LONGEST_MS, limits.max_duration_ms or LONGEST_MS)
    return channels if _end_to_end_ms(audio.duration_ms, len(channels)) <= longest else ()


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


def _recipe(
    audio: AudioProperties,
    limits: Capabilities,
    mix: Mix,
    end_to_end: bool = False,
) -> Recipe | None:
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
    wide = 1 if end_to_end else channels
    for made_in in limits.reads_best:
        rate = made_in.rate_for(audio.sample_rate_hz)
        size = made_in.bytes_of(audio.duration_ms or 0, rate, channels)
        if wide <= made_in.most_channels and size <= limits.max_bytes:
            return Recipe(
                way="convert",
                format=made_in.name,
                rate=rate,
                channels=wide,
                mix=mix,
                end_to_end=end_to_end,
            )
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
