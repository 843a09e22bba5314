"""MP4 and its relatives, looked at: what the index says, held against the bytes that are there."""

from __future__ import annotations

from dataclasses import replace

from shared.audio.density import is_too_dense, is_too_thin
from shared.audio.looking import Found, Looking, near
from shared.audio.mp4.fragments import Chain, walk
from shared.audio.mp4.index import Index, read_index
from shared.audio.mp4.layout import Layout, is_encrypted, read_layout
from shared.audio.promise import Promise
from shared.audio.range_file import FETCH_BYTES
from shared.audio.refusals import not_audio
from shared.audio.tail import fragments_end
from shared.model import failure_texts as texts
from shared.ports.demuxer import End, Silent, Sound

_TOLERANCE_MS = 100


def look_at_mp4(looking: Looking) -> Found:
    """The sound, and what is promised and missing. Raises `InputError`."""
    file = looking.file
    layout = read_layout(file)
    if not layout.moov:
        if layout.short is not None:
            raise texts.NO_AUDIO_STREAM.error(kind="mp4")
        if layout.sound_bytes or layout.end > file.size:
            raise texts.INDEX_MISSING.error()
        raise not_audio(file.head, looking.name)
    if is_encrypted(layout.moov):
        raise texts.ENCRYPTED_AUDIO.error()
    index = _index(looking, layout.moov)
    return _fragments(looking, layout) if layout.is_fragmented else _plain(looking, layout, index)


def _plain(looking: Looking, layout: Layout, index: Index) -> Found:
    """One index for all of the sound."""
    size = looking.file.size
    sound = _by_index(looking.settled(_of_index(looking, layout)), index)
    if is_too_dense(sound, index.sound_bytes):
        sound = replace(sound, duration_ms=None)
    if not index.is_whole:
        raise not_audio(looking.file.head, looking.name)
    if layout.end > size and not 0 < index.ends_at <= size:
        present = max(0, layout.sound_bytes - (layout.end - size))
        return sound, Promise(layout.sound_bytes, present, sound.duration_ms)
    if max(index.last_chunk_at, index.sample_bytes, index.one_size_bytes) > size:
        raise texts.MORE_DECLARED.error()
    if index.ends_at > size:
        return sound, Promise(index.ends_at, size, sound.duration_ms)
    if is_too_thin(sound, size):
        return looking.heard(replace(sound, duration_ms=None))
    return looking.heard(sound) if _is_doubtful(layout, index) else (sound, None)


def _is_doubtful(layout: Layout, index: Index) -> bool:
    """Whether index, sound and header tell different stories. Where a box ends behind the file and
    all samples lie in it, the size of the box is wrong."""
    if layout.short is not None:
        return False
    is_out_of_step = index.has_sizes and layout.sample_bytes != index.sample_bytes
    return layout.has_more or is_out_of_step or not index.is_consistent


def _of_index(looking: Looking, layout: Layout) -> Sound | Silent | None:
    """What the index tells."""
    short = layout.short
    if short is None:
        return looking.demuxer.look(looking.file.spans, looking.file.size).found
    found = looking.demuxer.look([(0, short.moov)], len(short.moov)).found
    if isinstance(found, Sound):
        return replace(found, duration_ms=short.length_ms or found.duration_ms, is_heard=None)
    return found


def _index(looking: Looking, boxes: bytes) -> Index:
    """Read and found possible. Raises `InputError`."""
    index = read_index(boxes, looking.file.size)
    if not index.is_possible:
        raise texts.MORE_DECLARED.error()
    return index


def _by_index(sound: Sound, index: Index) -> Sound:
    """The times of all samples add up to the length, whatever a header says of it."""
    if index.length_ms is None or index.told_ms is None or not index.length_ms:
        return sound
    is_said_alike = abs(index.told_ms - index.length_ms) <= _TOLERANCE_MS
    return sound if is_said_alike else replace(sound, duration_ms=index.length_ms)


def _fragments(looking: Looking, layout: Layout) -> Found:
    """The first fragment tells the codec. Of a file that a single range holds all are walked, of a
    longer one the last; that one, read behind the index, tells the length."""
    if looking.file.size <= FETCH_BYTES:
        return _all_fragments(looking, layout)
    beginning = looking.file.fetch_all(0, max(layout.init_end, len(looking.file.head)))
    chain = walk(beginning, layout.init_end, looking.file.size)
    sound = _of_fragments(looking, beginning, layout, chain)
    end = fragments_end(looking.file, layout, looking.demuxer)
    sound = replace(sound, duration_ms=end.end_ms)
    return (sound, None) if end.is_whole else looking.cut(sound)


def _all_fragments(looking: Looking, layout: Layout) -> Found:
    content = looking.file.fetch_all(0, looking.file.size)
    chain = walk(content, layout.init_end, looking.file.size)
    sound = _of_fragments(looking, content, layout, chain)
    end = looking.demuxer.end_of_packets(content[: chain.end])
    sound = replace(sound, duration_ms=end.end_ms)
    if chain.is_broken or chain.end <= layout.init_end:
        return looking.cut(sound)
    if end.end_ms is None:
        return looking.heard(sound)
    return looking.heard(sound) if chain.is_doubtful or _is_uneven(end) else (sound, None)


def _of_fragments(looking: Looking, content: bytes, layout: Layout, chain: Chain) -> Sound:
    """What the whole fragments of `content` tell, or else those that are there. Raises
    `InputError`."""
    if chain.is_impossible and chain.end <= layout.init_end:
        raise texts.MORE_DECLARED.error()
    held = content[: chain.end]
    found = looking.demuxer.look([(0, held)], len(held)).found
    is_heard = isinstance(found, Sound) and found.is_heard
    if not is_heard and (chain.is_broken or chain.end <= layout.init_end):
        found = looking.demuxer.look([(0, content)], len(content)).found
        if isinstance(found, Sound):
            found = replace(found, is_heard=None)
    return looking.settled(found)


def _is_uneven(end: End) -> bool:
    """Whether clock and number of packets tell different times."""
    if end.end_ms is None or end.frames_ms is None:
        return False
    return abs(end.end_ms - end.frames_ms) > near(end.frames_ms)
