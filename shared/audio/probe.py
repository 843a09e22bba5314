"""What is in this blob, and can anybody transcribe it? Asked before money is spent.

Nothing that the file declares is believed before it was compared with the bytes that are there;
what has to be parsed in earnest is parsed by a `Demuxer`, in a process that can do nothing else.

Cost in further ranges: none for WAV, MP3 with a header of its length, WMA and MP4 whose index comes
first; one for Ogg, FLAC, WebM, other MP3, transport streams and MP4 with its index at the end; one
for each MiB of AAC and AMR, up to seven; one or two for fragmented MP4 and live WebM, whose length
only the last fragment tells. An index longer than the head costs one, and one of several MiB up to
six; a tag longer than the head one; what contradicts itself up to seven, for then all of it is
heard, where it is no longer than that.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from msgspec import structs

from shared.audio.kinds import is_dictation, is_web_form, other_kind
from shared.audio.looking import Looking
from shared.audio.mp4.layout import looks_like_mp4
from shared.audio.mp4.movie import look_at_mp4
from shared.audio.other import look_at_other
from shared.audio.promise import Promise, wav_holds_no_sound
from shared.audio.range_file import BLOCK_BYTES, RangeFile, TooManyReads
from shared.audio.refusals import cut_off, not_audio
from shared.audio.tag import behind_tag
from shared.confined.demuxer import demuxer as confined
from shared.model import failure_texts as texts
from shared.model.profile.audio import AudioProperties
from shared.ports.demuxer import Demuxer, Sound, TooCostly

HEAD_BYTES = BLOCK_BYTES
_SHORTEST_MS = 100
_NAMES = {"mov,mp4,m4a,3gp,3g2,mj2": "mp4", "matroska,webm": "matroska"}


def probe(
    head: bytes,
    size: int,
    read: Callable[[int, int], bytes],
    *,
    name: str,
    accept_truncated: bool = False,
    demuxer: Demuxer = confined,
) -> AudioProperties:
    """The properties of the blob `name` of `size` bytes that starts with `head` (its first
    `HEAD_BYTES`, or all of it). `read(offset, length)` brings more, at most eight times.

    Raises `InputError` with the codes empty_audio, not_audio, no_audio_stream, encrypted_audio,
    too_short, too_costly_audio and truncated_audio; the last one not for a stump that can be
    played, where `accept_truncated` is set; and `ReaderUnavailable`. Whatever `read` raises
    passes through.
    """
    if size == 0:
        raise texts.EMPTY_AUDIO.error()
    try:
        looking = Looking(behind_tag(RangeFile(head, size, read)), name, demuxer)
        return structs.replace(_properties(looking, accept_truncated), bytes=size)
    except TooManyReads:
        raise not_audio(head, name) from None
    except TooCostly:
        raise texts.TOO_COSTLY.error() from None


def _properties(looking: Looking, accept_truncated: bool) -> AudioProperties:
    head = looking.file.head
    if wav_holds_no_sound(head, looking.file.size):
        raise texts.EMPTY_WAV.error()
    if is_dictation(head) or is_web_form(head) or other_kind(head):
        raise not_audio(head, looking.name)
    sound, promise = look_at_mp4(looking) if looks_like_mp4(head) else look_at_other(looking)
    if promise and promise.whole_ms is None:
        promise = dataclasses.replace(promise, whole_ms=sound.duration_ms)
    if promise and not accept_truncated:
        raise cut_off(promise)
    duration_ms = sound.duration_ms if promise is None else _present_ms(looking, sound, promise)
    if duration_ms is not None and duration_ms < _SHORTEST_MS:
        raise texts.TOO_SHORT.error(duration=duration_ms, least=_SHORTEST_MS)
    is_open = promise is not None and promise.is_open
    missing_ms = 0 if is_open else _missing_ms(promise, duration_ms)
    return AudioProperties(
        codec=sound.codec,
        container=_container(sound, head),
        channels=sound.channels,
        sample_rate_hz=sound.sample_rate_hz,
        duration_ms=duration_ms,
        bytes=looking.file.size,
        missing_ms=missing_ms,
        is_cut_off=promise is not None and not missing_ms,
        tracks=sound.tracks,
    )


def _container(sound: Sound, head: bytes) -> str:
    if sound.container == "matroska,webm" and b"webm" in head[:64]:
        return "webm"
    return _NAMES.get(sound.container, sound.container)


def _present_ms(looking: Looking, sound: Sound, promise: Promise) -> int | None:
    """Of a stump: what can be heard of it, where that is to be had, else its share."""
    if sound.codec.startswith("pcm_"):
        return promise.present_ms
    stump, _ = looking.heard(dataclasses.replace(sound, duration_ms=None))
    return promise.present_ms if stump.duration_ms is None else stump.duration_ms


def _missing_ms(promise: Promise | None, present_ms: int | None) -> int:
    if promise is None or promise.whole_ms is None or present_ms is None:
        return 0
    return max(0, promise.whole_ms - present_ms)
