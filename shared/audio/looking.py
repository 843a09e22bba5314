"""One look into one file: what may be asked of it, and what follows from the answers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.audio.promise import Promise
from shared.audio.range_file import FETCH_BYTES, MAX_FETCHES, RangeFile
from shared.audio.refusals import not_audio
from shared.model import failure_texts as texts
from shared.ports.demuxer import Demuxer, Silent, Sound

Found = tuple[Sound, Promise | None]
_TOLERANCE_MS = 100
_NAMES = {"mov,mp4,m4a,3gp,3g2,mj2": "mp4", "matroska,webm": "matroska"}


@dataclass(frozen=True)
class Looking:
    """Of the file `name`."""

    file: RangeFile
    name: str
    demuxer: Demuxer

    def settled(self, found: Sound | Silent | None) -> Sound:
        """Sound of which something can be heard; else raises `InputError`."""
        if isinstance(found, Sound) and found.is_heard is not False:
            return found
        if isinstance(found, Silent) and found.has_video:
            kind = _NAMES.get(found.container, found.container)
            raise texts.NO_AUDIO_STREAM.error(kind=kind)
        raise not_audio(self.file.head, self.name)

    def heard(self, sound: Sound, *, is_kept: bool = False) -> Found:
        """What contradicts itself is heard as a whole, where a few ranges hold all of it. Where it
        breaks off before its end, or most of it cannot be decoded, that is missing. Raises
        `InputError` where nothing can be decoded. Where the word of the file `is_kept`, less than
        it says is missing, too."""
        if self.file.size > (MAX_FETCHES - 1 - self.file.fetches) * FETCH_BYTES:
            return sound, None
        heard = self.demuxer.heard(self.file.fetch_all(0, self.file.size))
        length_ms, whole_ms = heard.heard_ms, sound.duration_ms
        if length_ms is None:
            return sound, None
        if not length_ms:
            raise not_audio(self.file.head, self.name)
        if is_kept and whole_ms is not None and whole_ms - length_ms > near(whole_ms):
            return sound, Promise(whole_ms, length_ms, whole_ms)
        if whole_ms is None or not heard.broken:
            return replace(sound, duration_ms=length_ms), None
        if abs(heard.end_ms - whole_ms) <= near(whole_ms) and 2 * length_ms > whole_ms:
            return sound, None
        if whole_ms - length_ms > near(whole_ms):
            return sound, Promise(whole_ms, length_ms, whole_ms)
        return replace(sound, duration_ms=length_ms), None

    def as_heard(self, sound: Sound) -> Found:
        """It lasts as long as it is heard, whatever it says, where that is to be had. Raises
        `InputError` where nothing can be decoded."""
        heard, _ = self.heard(replace(sound, duration_ms=None))
        return replace(heard, duration_ms=heard.duration_ms or sound.duration_ms), None

    def cut(self, sound: Sound) -> Found:
        """It ends in the middle of its sound."""
        size = self.file.size
        return sound, Promise(size + 1, size, sound.duration_ms, is_open=True)


def near(length_ms: int) -> float:
    """By so much may two words about a length differ, in milliseconds."""
    return max(_TOLERANCE_MS, 0.01 * length_ms)
