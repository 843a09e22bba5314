"""What the header of a file promises, set against what the blob holds.

An upload that broke off leaves a header that promises more than is there; a provider would
transcribe the stump and call it a success. Headers written before the length was known hold
placeholders instead, and those recordings are whole.

Layouts: RIFF from "Multimedia Programming Interface and Data Specifications 1.0", RF64 from EBU
Tech 3306, ASF from its specification 1.2, EBML from RFC 8794. The length header of MP3 (Xing, Info)
has no standard; it is read as the common encoders write it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from shared.audio.chunks import promised_end

_NO_LENGTH_FROM = 0x7FFF0000  # 2 GiB less a little: 0x7FFFFFFF and 0xFFFFFFFF less a header
_TOLERANCE_MS = 100
_PLAIN_SAMPLES = frozenset({1, 3, 6, 7, 0xFFFE})
_PAD_BYTES = 2  # the last pad byte is forgotten by some writers
_ASF_FILE_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")


@dataclass(frozen=True)
class Promise:
    """Bytes of sound promised and present. `whole_ms` is the promised length where it is known.
    `is_open`: what is there ends in the middle of something, and nobody knows how much is missing.
    """

    promised_bytes: int
    present_bytes: int
    whole_ms: int | None = None
    is_open: bool = False

    @property
    def present_ms(self) -> int | None:
        if self.whole_ms is None or not self.promised_bytes:
            return None
        return self.whole_ms * self.present_bytes // self.promised_bytes


def broken_promise(head: bytes, size: int) -> Promise | None:
    """What the header promises and the blob does not hold, or None where all is well.

    Reads WAV (RIFF, RF64), MP3 with a length header, ASF (WMA), Matroska and WebM, and those of
    `shared/audio/chunks.py`; MP4 is `shared/audio/mp4/`.
    """
    if head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:12] == b"WAVE":
        return _wav(head, size)
    if head[:4] in (b"RIFF", b"FORM", b"caff", b"riff"):
        return _chunks(head, size)
    if head[:4] == b"\x30\x26\xb2\x75":
        return _asf(head, size)
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return _matroska(head, size)
    return _mp3(head, size)


def wav_holds_no_sound(head: bytes, size: int) -> bool:
    """A WAV header after which nothing follows."""
    if head[:4] not in (b"RIFF", b"RF64", b"BW64") or head[8:12] != b"WAVE":
        return False
    data = wav_chunks(head).get(b"data")
    return data is not None and data[0] >= size


def wav_chunks(head: bytes) -> dict[bytes, tuple[int, int]]:
    """Chunk id -> (offset of its content, promised size), up to and including `data`."""
    chunks: dict[bytes, tuple[int, int]] = {}
    position = 12
    while position + 8 <= len(head):
        name, length = struct.unpack_from("<4sI", head, position)
        chunks[name] = (position + 8, length)
        if name == b"data":
            break
        position += 8 + length + (length & 1)
    return chunks


def _wav(head: bytes, size: int) -> Promise | None:
    chunks = wav_chunks(head)
    if b"data" not in chunks or b"fmt " not in chunks or len(head) < chunks[b"fmt "][0] + 14:
        return None
    form, _, _, rate, block = struct.unpack_from("<HHIIH", head, chunks[b"fmt "][0])
    block = block if form in _PLAIN_SAMPLES else 1
    offset, promised = chunks[b"data"]
    container = struct.unpack_from("<I", head, 4)[0]
    if b"ds64" in chunks and promised == 0xFFFFFFFF and len(head) >= chunks[b"ds64"][0] + 16:
        container, promised = struct.unpack_from("<QQ", head, chunks[b"ds64"][0])
    elif not length_is_meant(promised, container, block):
        return None
    if not _is_whole(promised, container, block):
        return None
    present = max(0, size - offset)
    if (promised - present) * 1000 <= _TOLERANCE_MS * rate or promised - present <= _PAD_BYTES:
        return None
    return Promise(promised, present, promised * 1000 // rate if rate else None)


def length_is_meant(promised: int, container: int, block: int) -> bool:
    """Whether the sizes of a RIFF header are more than placeholders of a recorder that could not
    know them. `block` is the size of a sample frame; all in bytes."""
    is_placeholder = promised >= _NO_LENGTH_FROM or container >= _NO_LENGTH_FROM
    return not is_placeholder and _is_whole(promised, container, block)


def _is_whole(promised: int, container: int, block: int) -> bool:
    """A writer that knew the length wrote whole sample frames, and a container size to match."""
    return promised > 0 and block > 0 and promised % block == 0 and container + 8 >= promised


def _mp3(head: bytes, size: int) -> Promise | None:
    promised = mp3_promise(head, size)
    return (
        promised if promised and promised.promised_bytes > promised.present_bytes * 1.01 else None
    )


def mp3_promise(head: bytes, size: int) -> Promise | None:
    """What the length header of an MP3 says, kept or not; None without one."""
    start = id3_bytes(head)
    frame = head[start : start + 200]
    if len(frame) < 4 or frame[0] != 0xFF or frame[1] & 0xE6 != 0xE2 or frame[2] >> 4 in (0, 15):
        return None
    at = max(frame.find(b"Xing", 0, 48), frame.find(b"Info", 0, 48))
    if at < 0 or len(frame) < at + 16:
        return None
    flags, frames, promised = struct.unpack_from(">III", frame, at + 4)
    return Promise(promised, size - start, _mp3_ms(frame, frames)) if flags & 3 == 3 else None


def id3_bytes(head: bytes) -> int:
    """The length of the tag before the first frame of an MP3 (ID3v2), 0 without one."""
    if head[:3] != b"ID3" or len(head) < 10:
        return 0
    a, b, c, d = head[6:10]
    return 10 + ((a & 127) << 21 | (b & 127) << 14 | (c & 127) << 7 | d & 127)


def _mp3_ms(frame: bytes, frames: int) -> int | None:
    """Length of `frames` frames of layer III, from version and rate in the first one."""
    version, index = frame[1] >> 3 & 3, frame[2] >> 2 & 3
    if index == 3 or version == 1:
        return None
    rate = (44100, 48000, 32000)[index] >> {3: 0, 2: 1, 0: 2}[version]
    return frames * (1152 if version == 3 else 576) * 1000 // rate


def _chunks(head: bytes, size: int) -> Promise | None:
    end = promised_end(head)
    return None if end is None or end <= size + _PAD_BYTES else Promise(end, size)


def _asf(head: bytes, size: int) -> Promise | None:
    told = asf_told(head)
    if told is None or told.file_bytes <= size or told.packets_bytes <= size:
        return None
    return Promise(told.file_bytes, size, told.length_ms)


@dataclass(frozen=True)
class AsfTold:
    """What the header of an ASF file says: how large the file and all of its packets are, which
    `are_alike`, and how long it takes to play and to send them."""

    file_bytes: int
    packets_bytes: int
    are_alike: bool
    length_ms: int
    sent_ms: int

    def is_of(self, size: int) -> bool:
        """Whether that is a file of `size` bytes."""
        return self.file_bytes == size and self.packets_bytes <= size and self.are_alike

    @property
    def is_timed_alike(self) -> bool:
        """Whether it plays about as long as it is sent."""
        return abs(self.length_ms - self.sent_ms) <= max(_TOLERANCE_MS, 0.01 * self.sent_ms)


def asf_told(head: bytes) -> AsfTold | None:
    """None where the header tells nothing."""
    at = head.find(_ASF_FILE_PROPERTIES)
    if at < 0 or len(head) < at + 100:
        return None
    file_bytes, _, packets, length, sent, preroll, flags = struct.unpack_from(
        "<QQQQQQI", head, at + 40
    )
    if flags & 1:
        return None
    least, most = struct.unpack_from("<II", head, at + 92)
    length_ms = max(0, length // 10_000 - preroll)
    return AsfTold(file_bytes, packets * least, least == most, length_ms, sent // 10_000)


def _matroska(head: bytes, size: int) -> Promise | None:
    end = matroska_told_end(head)
    return None if end is None or end <= size else Promise(end, size)


def matroska_told_end(head: bytes) -> int | None:
    """How many bytes the file is to have; None where its header does not tell."""
    at = head.find(b"\x18\x53\x80\x67", 0, 256)
    if at < 0 or len(head) < at + 12:
        return None
    first = head[at + 4]
    width = 9 - first.bit_length()
    if not 1 <= width <= 8:
        return None
    value = int.from_bytes(head[at + 4 : at + 4 + width], "big") & ((1 << 7 * width) - 1)
    is_unknown = value == (1 << 7 * width) - 1
    return None if is_unknown else at + 4 + width + value
