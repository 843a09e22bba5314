"""What is in this blob, and can anybody transcribe it? Asked before money is spent.

Cost in further ranges: none for WAV, MP3, AAC, AMR, WMA, WebM and for MP4 whose index comes first;
one for Ogg, FLAC and MP4 with its index at the end; one or two for fragmented MP4 and for live
WebM, whose length only the last fragment tells. An index or a tag longer than the head costs one
for each MiB.
"""

from __future__ import annotations

import io
from collections.abc import Callable

from shared.audio import mp4
from shared.audio.demux import Silent, Sound, demux
from shared.audio.promise import Promise, broken_promise, wav_holds_no_sound
from shared.audio.range_file import BLOCK_BYTES, RangeFile, TooManyReads
from shared.audio.refusals import cut_off, not_audio
from shared.audio.tail import CLUSTER, flac_end_ms, fragments_end_ms, matroska_end_ms
from shared.audio.wav import plain_wav
from shared.model import failure_texts as texts
from shared.model.profile.audio import AudioProperties

HEAD_BYTES = BLOCK_BYTES
_SHORTEST_MS, _TOLERANCE_MS = 100, 100
_LENGTH_IS_IN_THE_HEAD = frozenset({"wav", "w64", "mp3", "flac", "aiff", "asf", "matroska,webm"})
_NAMES = {"mov,mp4,m4a,3gp,3g2,mj2": "mp4", "matroska,webm": "matroska"}


def probe(
    head: bytes,
    size: int,
    read: Callable[[int, int], bytes],
    *,
    name: str,
    accept_truncated: bool = False,
) -> AudioProperties:
    """The properties of the blob `name` of `size` bytes that starts with `head` (its first
    `HEAD_BYTES`, or all of it). `read(offset, length)` brings more, at most eight times.

    Raises `InputError` with the codes empty_audio, not_audio, no_audio_stream, encrypted_audio,
    too_short and truncated_audio; the last one not for a stump that can be played, where
    `accept_truncated` is set. Whatever `read` raises passes through.
    """
    if size == 0:
        raise texts.EMPTY_AUDIO.error()
    file = RangeFile(head, size, read)
    try:
        return _probe(file, name, accept_truncated)
    except TooManyReads:
        raise not_audio(head, name) from None


def _probe(file: RangeFile, name: str, accept_truncated: bool) -> AudioProperties:
    head = file.head
    if wav_holds_no_sound(head, file.size):
        raise texts.EMPTY_WAV.error()
    if mp4.looks_like_mp4(head):
        sound, promise = _probe_mp4(file, name)
    else:
        sound = plain_wav(head) or _sound(file, name)
        sound, promise = _completed(sound, file, broken_promise(head, file.size))
    if promise and promise.whole_ms is None:
        promise = Promise(promise.promised_bytes, promise.present_bytes, sound.duration_ms)
    if promise and not accept_truncated:
        raise cut_off(promise)
    duration_ms = sound.duration_ms if promise is None else promise.present_ms
    if duration_ms is not None and duration_ms < _SHORTEST_MS:
        raise texts.TOO_SHORT.error(duration=duration_ms, least=_SHORTEST_MS)
    return AudioProperties(
        codec=sound.codec,
        container=_container(sound, head),
        channels=sound.channels,
        sample_rate_hz=sound.sample_rate_hz,
        duration_ms=duration_ms,
        bytes=file.size,
        missing_ms=_missing_ms(promise),
    )


def _sound(file: RangeFile, name: str) -> Sound:
    """The sound of anything but MP4, with as few ranges as will do."""
    if file.head[:4] == b"OggS":
        file.tail()  # a page is at most 65,307 bytes, and the last one holds the length
    found = demux(file)
    if found is None or _lacks_length(found):
        file.fetching = True
        found = demux(file) or found
        file.fetching = False
        if file.failure is not None:
            raise file.failure
    return _settled(found, file, name)


def _completed(
    sound: Sound, file: RangeFile, promise: Promise | None
) -> tuple[Sound, Promise | None]:
    """What the head alone does not tell: the length of a live recording, and whether FLAC, which
    promises samples rather than bytes, is all there."""
    if sound.duration_ms is None and CLUSTER in file.head:
        return _with_duration(sound, matroska_end_ms(file)), promise
    if file.head[:4] != b"fLaC" or (end_ms := flac_end_ms(file)) is None:
        return sound, promise
    if sound.duration_ms is None:
        return _with_duration(sound, end_ms), promise
    if end_ms >= sound.duration_ms - _TOLERANCE_MS:
        return sound, promise
    return sound, Promise(sound.duration_ms * file.size // end_ms, file.size, sound.duration_ms)


def _lacks_length(found: Sound | Silent) -> bool:
    if isinstance(found, Silent):
        return found.container not in _LENGTH_IS_IN_THE_HEAD
    return found.duration_ms is None and found.container not in _LENGTH_IS_IN_THE_HEAD


def _probe_mp4(file: RangeFile, name: str) -> tuple[Sound, Promise | None]:
    layout = mp4.read_layout(file)
    if not layout.moov:
        if layout.sound_bytes or layout.end > file.size:
            raise texts.INDEX_MISSING.error()
        raise not_audio(file.head, name)
    if mp4.is_encrypted(layout.moov):
        raise texts.ENCRYPTED_AUDIO.error()
    if layout.is_fragmented:
        return _probe_fragments(file, layout, name), None
    sound = _settled(demux(file), file, name)
    if layout.end <= file.size:
        return sound, None
    present = max(0, layout.sound_bytes - (layout.end - file.size))
    return sound, Promise(layout.sound_bytes, present, sound.duration_ms)


def _probe_fragments(file: RangeFile, layout: mp4.Layout, name: str) -> Sound:
    """The first fragment tells the codec, the last one, read behind the index, the length."""
    beginning = file.fetch_all(0, max(layout.init_end, len(file.head)))
    sound = _settled(demux(io.BytesIO(beginning)), file, name)
    return _with_duration(sound, fragments_end_ms(file, layout))


def _settled(found: Sound | Silent | None, file: RangeFile, name: str) -> Sound:
    if isinstance(found, Sound):
        return found
    if found is not None and found.has_video:
        raise texts.NO_AUDIO_STREAM.error(kind=_NAMES.get(found.container, found.container))
    raise not_audio(file.head, name)


def _with_duration(sound: Sound, duration_ms: int | None) -> Sound:
    return Sound(sound.codec, sound.container, sound.channels, sound.sample_rate_hz, duration_ms)


def _container(sound: Sound, head: bytes) -> str:
    if sound.container == "matroska,webm" and b"webm" in head[:64]:
        return "webm"
    return _NAMES.get(sound.container, sound.container)


def _missing_ms(promise: Promise | None) -> int:
    if promise is None or promise.whole_ms is None or promise.present_ms is None:
        return 0
    return promise.whole_ms - promise.present_ms
