"""How a listening copy is made: MP3 at a constant bit rate, which every browser plays and seeks
exactly ([decision 42](docs/adr/0042-listening-copies.md) has the measurements).

Nothing in it has to be believed for that: no table of contents, no tag about the encoder's delay,
no reservoir of bits. All frames are of one length and stand for themselves, so a place in the file
is a place in time; and what encoder and decoder add at the beginning is left out of the sound
beforehand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import TYPE_CHECKING

import msgspec

from shared.model.listening.hiding import Fill, Span
from shared.model.preparing.channels import Heard
from shared.model.preparing.formats import CopyFormat
from shared.model.preparing.recipe import LONGEST_MS, Mix

if TYPE_CHECKING:
    from shared.model.profile.audio import AudioProperties

RATE = 16_000
"""The lowest that every browser's MP3 decoder plays; below is MPEG 2.5. Speech needs no more."""
DELAY_SAMPLES = 576 + 529
"""LAME's encoder delay, and that of every decoder: LAME's technical FAQ."""
FRAME_MS = 36
"""576 samples, in 144 bytes of each channel."""
LEVELS_A_SECOND = 20
MADE_IN = CopyFormat(
    name="MP3",
    container="mp3",
    codec="mp3",
    ending="mp3",
    media_type="audio/mpeg",
    muxer="mp3",
    encoder="libmp3lame",
    sample_format="s16p",
    rates=(RATE,),
    bit_rate=32_000,
    most_channels=2,
)
MUXER_OPTIONS = {"write_xing": "0", "id3v2_version": "0"}
ENCODER_OPTIONS = {"reservoir": "0"}


class ListeningRecipe(msgspec.Struct, frozen=True, kw_only=True):
    """`mix` has, for each channel that comes out, those that go in and how loud. In the `hidden`
    spans there is the `fill` and nothing else. `form` is another one for whatever changes
    besides."""

    mix: Mix
    hidden: tuple[Span, ...] = ()
    fill: Fill = "silence"
    form: int = 1

    @property
    def key(self) -> str:
        """Eight hex digits that tell it from any other."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:8]


def listening_recipe(
    audio: AudioProperties, heard: Heard | None, channels: Collection[int] = ()
) -> ListeningRecipe:
    """That of a recording, of which nothing is hidden: of all its channels, or of some. One of
    those that are alike is enough, and more than two become one."""
    wanted = tuple(one for one in range(audio.channels) if not channels or one in channels)
    if heard is not None and heard.kind in ("alike", "inverted", "one"):
        wanted = tuple(one for one in heard.channels if one in wanted)[:1] or wanted
    if len(wanted) > MADE_IN.most_channels:
        share = 1 / len(wanted)
        return ListeningRecipe(mix=(tuple((one, share) for one in wanted),))
    return ListeningRecipe(mix=tuple(((one, 1.0),) for one in wanted))


def is_too_long(audio: AudioProperties) -> bool:
    """For one execution."""
    return (audio.duration_ms or 0) > LONGEST_MS


def copy_stem(batch_id: str, recording_id: str, recipe: ListeningRecipe) -> str:
    """The names of what belongs to it, without their endings. It tells nothing of the recording's
    own name."""
    return f"{batch_id}/{recording_id}.{recipe.key}"
