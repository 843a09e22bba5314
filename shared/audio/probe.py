"""What is in this blob, and can anybody transcribe it? Asked before money is spent.

Nothing that the file declares is believed before it was compared with the bytes that are there;
what has to be parsed in earnest is parsed by a `Demuxer`, in a process that can do nothing else.

Cost in further ranges: none for WAV, MP3, AAC, AMR, WMA, WebM and MP4 whose index comes first;
one for Ogg, FLAC, transport streams and MP4 with its index at the end; one or two for fragmented
MP4 and live WebM, whose length only the last fragment tells. An index longer than the head costs
one, and one of several MiB up to six; a tag longer than the head one; an MP3 whose header
contradicts its frames up to seven.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from msgspec import structs

from shared.audio import mp4
from shared.audio.index import Index, read_index
from shared.audio.kinds import is_dictation, is_web_form, other_kind
from shared.audio.length import amr_ms, by_bytes, mp3_is_doubtful
from shared.audio.promise import Promise, broken_promise, wav_holds_no_sound
from shared.audio.range_file import BLOCK_BYTES, FETCH_BYTES, MAX_FETCHES, RangeFile, TooManyReads
from shared.audio.refusals import cut_off, not_audio
from shared.audio.tag import behind_tag
from shared.audio.tail import CLUSTER, flac_end_ms, fragments_end_ms, matroska_end_ms
from shared.audio.transport import transport_ms
from shared.audio.wav import plain_wav
from shared.confined.demuxer import demuxer as confined
from shared.model import failure_texts as texts
from shared.model.profile.audio import AudioProperties
from shared.ports.demuxer import Demuxer, Look, Silent, Sound, TooCostly

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
        looking = _Looking(behind_tag(RangeFile(head, size, read)), name, demuxer)
        return structs.replace(looking.properties(accept_truncated), bytes=size)
    except TooManyReads:
        raise not_audio(head, name) from None
    except TooCostly:
        raise texts.TOO_COSTLY.error() from None


@dataclass(frozen=True)
class _Looking:
    """One look into one file."""

    file: RangeFile
    name: str
    demuxer: Demuxer

    def properties(self, accept_truncated: bool) -> AudioProperties:
        head = self.file.head
        if wav_holds_no_sound(head, self.file.size):
            raise texts.EMPTY_WAV.error()
        if is_dictation(head) or is_web_form(head) or other_kind(head):
            raise not_audio(head, self.name)
        sound, promise = self._mp4() if mp4.looks_like_mp4(head) else self._other()
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
            bytes=self.file.size,
            missing_ms=_missing_ms(promise),
        )

    def _other(self) -> tuple[Sound, Promise | None]:
        """Anything but MP4."""
        head, size = self.file.head, self.file.size
        sound = plain_wav(head)
        if sound is not None:
            return sound, broken_promise(head, size)
        sound, promise = self._completed(self._sound(), broken_promise(head, size))
        return (sound, promise) if promise and promise.whole_ms else by_bytes(sound, size, promise)

    def _sound(self) -> Sound:
        """With as few ranges as will do."""
        if self.file.head[:4] == b"OggS":
            self.file.tail()  # a page is at most 65,307 bytes, and the last one holds the length
        look = self._look()
        found = look.found
        while _lacks_length(found) and self._fetches_more(look):
            look = self._look()
            found = look.found or found
        return self._settled(found)

    def _look(self) -> Look:
        return self.demuxer.look(self.file.spans, self.file.size)

    def _fetches_more(self, look: Look) -> bool:
        if look.missing_at is None or self.file.fetches >= MAX_FETCHES:
            return False
        return bool(self.file.fetch_next(look.missing_at))

    def _completed(self, sound: Sound, promise: Promise | None) -> tuple[Sound, Promise | None]:
        """What the head alone does not tell: the length of a live recording, that of a transport
        stream, that of an MP3 whose
        header contradicts its frames, and whether FLAC, which promises samples rather than
        bytes, is all there."""
        if sound.duration_ms is None and CLUSTER in self.file.head:
            return replace(sound, duration_ms=matroska_end_ms(self.file, self.demuxer)), promise
        if sound.container == "mpegts":
            return replace(sound, duration_ms=transport_ms(self.file)), promise
        if sound.codec == "mp3" and promise is None and self._is_doubtful(sound):
            return replace(sound, duration_ms=self._end_of_all() or sound.duration_ms), None
        if length := amr_ms(self.file.head, self.file.size):
            return replace(sound, duration_ms=length), promise
        if self.file.head[:4] != b"fLaC":
            return sound, promise
        end_ms = flac_end_ms(self.file, self.demuxer)
        if end_ms is None:
            return sound, promise
        if sound.duration_ms is None or end_ms > sound.duration_ms + _TOLERANCE_MS:
            return replace(sound, duration_ms=end_ms), promise
        if end_ms >= sound.duration_ms - _TOLERANCE_MS:
            return sound, promise
        size = self.file.size
        return sound, Promise(sound.duration_ms * size // end_ms, size, sound.duration_ms)

    def _is_doubtful(self, sound: Sound) -> bool:
        return mp3_is_doubtful(self.file.head, self.file.size, sound.duration_ms)

    def _end_of_all(self) -> int | None:
        """The end of the last packet, where the file is small enough to be read whole."""
        if self.file.size > (MAX_FETCHES - 1) * FETCH_BYTES:
            return None
        return self.demuxer.end_of_packets_ms(self.file.fetch_all(0, self.file.size))

    def _mp4(self) -> tuple[Sound, Promise | None]:
        layout = mp4.read_layout(self.file)
        if not layout.moov:
            if layout.short is not None:
                raise texts.NO_AUDIO_STREAM.error(kind="mp4")
            if layout.sound_bytes or layout.end > self.file.size:
                raise texts.INDEX_MISSING.error()
            raise not_audio(self.file.head, self.name)
        if mp4.is_encrypted(layout.moov):
            raise texts.ENCRYPTED_AUDIO.error()
        index = self._index(layout.moov)
        if layout.is_fragmented:
            return self._fragments(layout), None
        sound = _by_index(self._settled(self._of_index(layout)), index)
        if layout.end <= self.file.size:
            if max(index.last_chunk_at, index.sample_bytes) > self.file.size:
                raise texts.MORE_DECLARED.error()
            return sound, None
        present = max(0, layout.sound_bytes - (layout.end - self.file.size))
        return sound, Promise(layout.sound_bytes, present, sound.duration_ms)

    def _of_index(self, layout: mp4.Layout) -> Sound | Silent | None:
        """What the index tells."""
        short = layout.short
        if short is None:
            return self._look().found
        found = self.demuxer.look([(0, short.moov)], len(short.moov)).found
        if isinstance(found, Sound):
            return replace(found, duration_ms=short.length_ms or found.duration_ms)
        return found

    def _index(self, boxes: bytes) -> Index:
        """Read and found possible. Raises `InputError`."""
        index = read_index(boxes, self.file.size)
        if not index.is_possible:
            raise texts.MORE_DECLARED.error()
        return index

    def _fragments(self, layout: mp4.Layout) -> Sound:
        """The first fragment tells the codec, the last one, read behind the index, the length."""
        beginning = self.file.fetch_all(0, max(layout.init_end, len(self.file.head)))
        self._index(beginning)
        look = self.demuxer.look([(0, beginning)], len(beginning))
        end_ms = fragments_end_ms(self.file, layout, self.demuxer, self._index)
        return replace(self._settled(look.found), duration_ms=end_ms)

    def _settled(self, found: Sound | Silent | None) -> Sound:
        if isinstance(found, Sound):
            return found
        if found is not None and found.has_video:
            kind = _NAMES.get(found.container, found.container)
            raise texts.NO_AUDIO_STREAM.error(kind=kind)
        raise not_audio(self.file.head, self.name)


def _lacks_length(found: Sound | Silent | None) -> bool:
    if found is None:
        return True
    if isinstance(found, Silent):
        return found.container not in _LENGTH_IS_IN_THE_HEAD
    return found.duration_ms is None and found.container not in _LENGTH_IS_IN_THE_HEAD


def _by_index(sound: Sound, index: Index) -> Sound:
    """The times of all samples add up to the length, whatever a header says of it."""
    if index.length_ms is None or index.told_ms is None or not index.length_ms:
        return sound
    is_said_alike = abs(index.told_ms - index.length_ms) <= _TOLERANCE_MS
    return sound if is_said_alike else replace(sound, duration_ms=index.length_ms)


def _container(sound: Sound, head: bytes) -> str:
    if sound.container == "matroska,webm" and b"webm" in head[:64]:
        return "webm"
    return _NAMES.get(sound.container, sound.container)


def _missing_ms(promise: Promise | None) -> int:
    if promise is None or promise.whole_ms is None or promise.present_ms is None:
        return 0
    return promise.whole_ms - promise.present_ms
