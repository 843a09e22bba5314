"""Files that are made to do harm, a few bytes or kilobytes each, by the kind of harm."""

from __future__ import annotations

import struct
from collections.abc import Callable

_MATRIX = bytes(60)


def box(kind: bytes, *content: bytes) -> bytes:
    """A box of MP4."""
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def full(kind: bytes, *content: bytes, flags: int = 0) -> bytes:
    """A box with version and flags."""
    return box(kind, struct.pack(">I", flags), *content)


def words(*values: int) -> bytes:
    """Numbers of 32 bits."""
    return struct.pack(f">{len(values)}I", *values)


def track(tables: bytes, number: int = 1, *, length: int = 160_000) -> bytes:
    """A track of AAC at 16 kHz with these tables. `length` is what its header claims."""
    entry = box(
        b"mp4a",
        bytes(6),
        struct.pack(">H", 1),
        bytes(8),
        struct.pack(">HHHHI", 1, 16, 0, 0, 16000 << 16),
    )
    stbl = box(b"stbl", full(b"stsd", words(1), entry), tables)
    place = box(b"dinf", full(b"dref", words(1), full(b"url ", flags=1)))
    header = full(b"mdhd", words(0, 0, 16000, length), bytes.fromhex("55c40000"))
    media = box(
        b"mdia",
        header,
        full(b"hdlr", bytes(4), b"soun", bytes(13)),
        box(b"minf", full(b"smhd", bytes(4)), place, stbl),
    )
    return box(b"trak", full(b"tkhd", words(0, 0, number, 0, 10_000), _MATRIX, flags=7), media)


def tables(samples: int, *, size: int = 1, lasts: int = 1024) -> bytes:
    """An index of `samples` of one size, in a few bytes."""
    return b"".join(
        (
            full(b"stts", words(1, samples, lasts)),
            full(b"stsc", words(1, 1, samples, 1)),
            full(b"stsz", words(size, samples)),
            full(b"stco", words(1, 40)),
        )
    )


def mp4(*tracks: bytes, sound: int = 1000, after: bytes = b"") -> bytes:
    """A file with an index in front and `sound` bytes."""
    movie = full(b"mvhd", words(0, 0, 1000, 10_000), bytes(80))
    begins = box(b"ftyp", b"M4A \0\0\0\0M4A mp42")
    return begins + box(b"moov", movie, *tracks) + after + box(b"mdat", bytes(sound))


def fragments(samples: int, count: int = 1) -> bytes:
    """Fragments that say to hold so many samples each, and hold 100 bytes."""
    empty = b"".join(
        (
            full(b"stts", words(0)),
            full(b"stsc", words(0)),
            full(b"stsz", words(0, 0)),
            full(b"stco", words(0)),
        )
    )
    movie = full(b"mvhd", words(0, 0, 1000, 0), bytes(80))
    extends = box(b"mvex", full(b"trex", words(1, 1, 1024, 1, 0)))
    begins = box(b"ftyp", b"M4A \0\0\0\0M4A mp42") + box(b"moov", movie, track(empty), extends)
    return begins + b"".join(
        box(
            b"moof",
            full(b"mfhd", words(number)),
            box(
                b"traf",
                full(b"tfhd", words(1), flags=0x20000),
                full(b"tfdt", words(0)),
                full(b"trun", words(samples)),
            ),
        )
        + box(b"mdat", bytes(100))
        for number in range(1, count + 1)
    )


_SDP = "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"

BOMBS: dict[str, Callable[[], bytes]] = {
    "an index of 80 million samples": lambda: mp4(track(tables(80_000_000))),
    "an index of 10 million samples": lambda: mp4(track(tables(10_000_000))),
    "times of 4 billion samples": lambda: mp4(
        track(full(b"stts", words(1, 0xFFFFFFFF, 1)) + tables(10)[24:])
    ),
    "a table longer than its box": lambda: mp4(track(full(b"stsz", words(0, 30_000_000)))),
    "chunks longer than their box": lambda: mp4(track(full(b"co64", words(200_000_000)))),
    "a fragment of 10 million samples": lambda: fragments(10_000_000),
    "20 fragments of 2 million samples": lambda: fragments(2_000_000, 20),
    "100 tracks of 200 thousand samples": lambda: mp4(
        *(track(tables(200_000), n + 1) for n in range(100))
    ),
    "1500 tracks": lambda: mp4(*(track(tables(1), n + 1) for n in range(1500))),
}
"""A few bytes that declare very much."""

TEXTS: dict[str, bytes] = {
    "session": (_SDP + "m=audio 25004 RTP/AVP 0\na=rtpmap:0 PCMU/8000\n").encode(),
    "session of 400 streams": (
        _SDP
        + "".join(f"m=audio {21000 + 2 * n} RTP/AVP 0\na=rtpmap:0 PCMU/8000\n" for n in range(400))
    ).encode(),
    "concat": b"ffconcat version 1.0\nfile samples/audio/monologue.wav\n",
    "concat of 100 hours": b"ffconcat version 1.0\nfile samples/audio/a.wav\nduration 360000\n",
    "concat with a zero byte": b"ffconcat version 1.0\nfile samples/audio/monologue.wav\n#\0\n",
    "hls": b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n",
    "hls in capitals of its own": b"#EXTM3U\n#EXT-X-VERSION:3\0\n#EXTINF:10,\nfile:///etc/passwd\n",
    "dash": b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"></MPD>',
    "subtitles": b"[Script Info]\nScriptType: v4.00+\n\n[Events]\n"
    + b"Dialogue: 0,0:00:00.00,0:00:05.00,x\n" * 900,
    "session with a mark": b"\xef\xbb\xbf" + _SDP.encode(),
    "wide text": "\ufeff#EXTM3U\n#EXTINF:10,\na.ts\n".encode("utf-16-le"),
    "session with a zero byte": _SDP.encode() + b"m=audio 25004 RTP/AVP 0\na=x:\0\n",
}
"""What would make a demuxer open something else."""


def nested(depth: int) -> bytes:
    """Boxes in boxes."""
    inner = b""
    for _ in range(depth):
        inner = box(b"moov", inner)
    return box(b"ftyp", b"M4A \0\0\0\0M4A mp42") + inner + box(b"mdat", bytes(10))


def tag(size: int, frames: bytes) -> bytes:
    """An ID3 tag that says to be so long, in front of nothing."""
    told = bytes(size >> shift & 127 for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + told + frames


def streams(count: int) -> bytes:
    """The beginnings of so many Opus streams in one Ogg file."""
    head = b"\x01\x13OpusHead\x01\x01\0\0\x80\xbb\0\0\0\0\0"
    return b"".join(
        b"OggS\0\x02" + bytes(8) + struct.pack("<I", number) + bytes(8) + head
        for number in range(count)
    )


HEAPS: dict[str, Callable[[], bytes]] = {
    "8000 boxes in boxes": lambda: nested(8_000),
    "a tag of 256 MB with a picture of 250 MB": lambda: tag(
        268_000_000,
        b"APIC" + struct.pack(">I", 250_000_000) + b"\0\0\0image/png\0\x03\0" + bytes(60_000),
    ),
    "a tag of 5400 empty frames": lambda: tag(
        60_000, (b"TXXX" + struct.pack(">I", 1) + bytes(3)) * 5_400
    ),
    "a WAV of 8000 chunks": lambda: (
        b"RIFF" + struct.pack("<I", 65_000) + b"WAVE" + b"junk\0\0\0\0" * 8_000
    ),
    "1300 streams of Ogg": lambda: streams(1_300),
    "65000 frames of AMR": lambda: b"#!AMR\n" + b"\x7c" * 65_000,
}
"""Very many of something small."""
