"""Anything but MP4, looked at: what the demuxer says of its head, and what its end tells."""

from __future__ import annotations

from dataclasses import replace

from shared.audio.density import is_too_dense, is_too_thin
from shared.audio.framed.measure import measured
from shared.audio.framed.mp3 import MP3, mp3_is_doubtful
from shared.audio.framed.ogg import read_pages
from shared.audio.length import by_bytes
from shared.audio.looking import Found, Looking, near
from shared.audio.pieces import is_cut_within
from shared.audio.promise import (
    Promise,
    asf_told,
    broken_promise,
    id3_bytes,
    matroska_told_end,
    mp3_promise,
)
from shared.audio.range_file import FETCH_BYTES, MAX_FETCHES
from shared.audio.tail import CLUSTER, flac_end, matroska_end
from shared.audio.transport import ends_within_a_packet, transport_ms
from shared.audio.wav import plain_wav
from shared.ports.demuxer import End, Look, Silent, Sound

_TOLERANCE_MS = 100
_KNOWN = frozenset(
    """
    wav w64 mp3 flac aac ogg matroska,webm amr amrnb amrwb asf aiff au caf avi mpegts ac3 eac3
    """.split()
)
"""Containers of which it is known where to look. What small files of others hold is heard."""
_LENGTH_IS_IN_THE_HEAD = frozenset({"wav", "w64", "mp3", "flac", "aiff", "asf", "matroska,webm"})


def look_at_other(looking: Looking) -> Found:
    """The sound, and what is promised and missing. Raises `InputError`."""
    head, size = looking.file.head, looking.file.size
    sound = plain_wav(head)
    if sound is not None:
        return sound, broken_promise(head, size)
    sound, promise = _completed(looking, _sound(looking), broken_promise(head, size))
    if not sound.has_pictures and is_too_dense(sound, size - id3_bytes(head)):
        sound = replace(sound, duration_ms=None)
    if promise is None and is_too_thin(sound, size):
        return looking.heard(replace(sound, duration_ms=None))
    if promise is None and sound.is_heard is None:
        return looking.heard(sound)
    if promise is None and sound.container not in _KNOWN:
        return looking.heard(sound, is_kept=True)
    return (sound, promise) if promise and promise.whole_ms else by_bytes(sound, size, promise)


def _sound(looking: Looking) -> Sound:
    """With as few ranges as will do."""
    if looking.file.head[:4] == b"OggS":
        looking.file.tail()  # a page is at most 65,307 bytes, and the last one holds the length
    look = looking.demuxer.look(looking.file.spans, looking.file.size)
    found = look.found
    while _lacks_length(found) and _fetches_more(looking, look):
        look = looking.demuxer.look(looking.file.spans, looking.file.size)
        found = look.found or found
    return looking.settled(found)


def _fetches_more(looking: Looking, look: Look) -> bool:
    if look.missing_at is None or looking.file.fetches >= MAX_FETCHES:
        return False
    return bool(looking.file.fetch_next(look.missing_at))


def _lacks_length(found: Sound | Silent | None) -> bool:
    if found is None:
        return True
    if isinstance(found, Silent):
        return found.container not in _LENGTH_IS_IN_THE_HEAD
    return found.duration_ms is None and found.container not in _LENGTH_IS_IN_THE_HEAD


def _completed(looking: Looking, sound: Sound, promise: Promise | None) -> Found:
    """What the head alone does not tell."""
    file = looking.file
    if sound.container == "ogg":
        return _ogg(looking, sound)
    if CLUSTER in file.head:
        return _clusters(looking, sound, promise)
    if sound.container == "mpegts":
        sound = replace(sound, duration_ms=transport_ms(file))
        return looking.cut(sound) if ends_within_a_packet(file) else (sound, promise)
    if sound.container == "asf" and promise is None:
        return _asf(looking, sound)
    if is_cut_within(file, sound.container):
        return looking.cut(sound)
    if file.head[:4] == b"fLaC":
        return _flac(looking, sound, promise)
    return _framed(looking, sound, promise)


def _asf(looking: Looking, sound: Sound) -> Found:
    """What its header contradicts, or does not tell, is heard."""
    told = asf_told(looking.file.head)
    if told is None or not told.is_timed_alike:
        return looking.as_heard(sound)
    is_kept = told.is_of(looking.file.size)
    return (sound, None) if is_kept else looking.heard(replace(sound, duration_ms=told.length_ms))


def _clusters(looking: Looking, sound: Sound, promise: Promise | None) -> Found:
    """Matroska: its last packet tells the length, whatever its header says. A length that the last
    packet reaches is kept, whatever bytes are promised. Where no bytes are, a length that it does
    not reach is one."""
    told_ms = sound.duration_ms
    end = matroska_end(looking.file, looking.demuxer, is_told=told_ms is not None)
    if told_ms is None:
        sound = replace(sound, duration_ms=end.end_ms)
    if promise is None or end.end_ms is None:
        found = replace(sound, duration_ms=_truer(told_ms, end))
        if not end.is_whole:
            return looking.cut(sound)
        is_open = promise is None and matroska_told_end(looking.file.head) is None
        if is_open and told_ms and found.duration_ms and found.duration_ms < told_ms:
            return found, Promise(told_ms, found.duration_ms, told_ms)
        return found, promise
    if told_ms is None:
        whole_ms = end.end_ms * promise.promised_bytes // promise.present_bytes
        return sound, replace(promise, whole_ms=whole_ms)
    if told_ms - end.end_ms > near(told_ms):
        return sound, Promise(told_ms, end.end_ms, told_ms)
    return sound, None if end.is_whole else replace(promise, whole_ms=told_ms)


def _truer(told_ms: int | None, end: End) -> int | None:
    """What is told, where the last packet agrees or does not tell when it ends."""
    if told_ms is None or end.end_ms is None:
        return end.end_ms if told_ms is None else told_ms
    is_near = abs(told_ms - end.end_ms) <= near(end.end_ms)
    is_within = end.end_ms < told_ms <= end.end_ms + end.before_ms
    return told_ms if is_near or is_within else end.end_ms


def _framed(looking: Looking, sound: Sound, promise: Promise | None) -> Found:
    """MP3, AAC and AMR."""
    file = looking.file
    is_told = sound.codec == "mp3" and sound.duration_ms is not None
    if is_told and mp3_promise(file.head, file.size):
        return _mp3(looking, sound, promise)
    found = measured(file, sound)
    if found is None:
        return sound, promise
    sound = replace(sound, duration_ms=found.length_ms or sound.duration_ms)
    if found.is_cut:
        return looking.cut(sound)
    return looking.as_heard(sound) if found.has_gaps and promise is None else (sound, promise)


def _mp3(looking: Looking, sound: Sound, promise: Promise | None) -> Found:
    """With a header of its length. Frames are counted where it contradicts itself or the file."""
    file = looking.file
    if promise is None and not mp3_is_doubtful(file.head, file.size, sound.duration_ms):
        return sound, None
    if file.size > (MAX_FETCHES - 1) * FETCH_BYTES:
        return sound, promise
    row = MP3.row(file.fetch_all(0, file.size), id3_bytes(file.head))
    there_ms, whole_ms = round(row.length_ms), promise.whole_ms if promise else None
    if promise is not None and (whole_ms is None or whole_ms - there_ms > near(there_ms)):
        return sound, promise
    return replace(sound, duration_ms=there_ms or sound.duration_ms), None


def _ogg(looking: Looking, sound: Sound) -> Found:
    """A page that is not all there shows that the file is cut off; without one that is damaged the
    times are other ones."""
    pages = read_pages(looking.file.tail())
    if pages.is_cut:
        return looking.cut(sound)
    return looking.heard(sound) if pages.is_damaged else (sound, None)


def _flac(looking: Looking, sound: Sound, promise: Promise | None) -> Found:
    """It promises samples rather than bytes, if anything."""
    end = flac_end(looking.file, looking.demuxer, tries_last=sound.duration_ms is None)
    if end.end_ms is None:
        return sound, promise
    if sound.duration_ms is None:
        sound = replace(sound, duration_ms=end.end_ms)
        return (sound, promise) if end.is_whole else looking.cut(sound)
    if abs(end.end_ms - sound.duration_ms) <= _TOLERANCE_MS:
        return sound, promise
    if end.end_ms > sound.duration_ms:
        return replace(sound, duration_ms=end.end_ms), promise
    size = looking.file.size
    return sound, Promise(sound.duration_ms * size // end.end_ms, size, sound.duration_ms)
