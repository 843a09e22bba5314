"""What a file is that is no recording, told by its first bytes alone, before anything opens it.

A playlist, a script or the description of a session would make a demuxer fetch other files, so text
of any kind goes no further.
"""

from __future__ import annotations

import codecs

_ENCRYPTED = "an encrypted file"
_DICTATIONS = (b"\x02dss", b"\x03dss", b"\x03ds2", b"\x07ds2")
"""DSS and DS2, of Olympus, Philips and Grundig: a number, then a name."""
_SIGNATURES = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"MThd", "a MIDI file, which holds notes and no sound"),
    (b"Salted__", _ENCRYPTED),
    (b"-----BEGIN PGP MESSAGE", _ENCRYPTED),
    (b"age-encryption.org/", _ENCRYPTED),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"SQLite", "a database"),
    (b"\x7fELF", "a program"),
    (b"#EXTM3U", "a playlist"),
    (b"ffconcat", "a playlist"),
    (b"[playlist]", "a playlist"),
    (b"v=0\n", "the description of a session"),
    (b"v=0\r\n", "the description of a session"),
    (b"[Script Info]", "subtitles"),
    (b"WEBVTT", "subtitles"),
)
_MARKS_OF_TEXT = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LOOKED_AT = 4096


def other_kind(head: bytes) -> str | None:
    """What it is, for a person; None: nothing of that sort. Costs what 4 KiB cost."""
    start = head[:_LOOKED_AT]
    if start.startswith(b"#!AMR"):
        return None
    plain = start.removeprefix(codecs.BOM_UTF8).lstrip(b" \t\r\n")
    for signature, kind in _SIGNATURES:
        if plain.startswith(signature):
            return kind
    text = _text(start)
    if text is None:
        return None
    return "a web page or XML" if text.lstrip().startswith("<") else "text"


def is_dictation(head: bytes) -> bool:
    """A recording of a dictation machine, which nobody reads."""
    return head.startswith(_DICTATIONS)


def is_web_form(head: bytes) -> bool:
    """What a browser sends: a file behind the header of its field (RFC 7578), stored as it came."""
    start = head[:_LOOKED_AT].lower()
    return start.startswith(b"--") and b"content-disposition: form-data" in start


def _text(start: bytes) -> str | None:
    """The start as text, None where it is none. Sound may begin like a mark of UTF-16, so what
    follows has to be text as well."""
    for mark, encoding in _MARKS_OF_TEXT:
        if start.startswith(mark):
            return _printable(start.removeprefix(mark), encoding)
    return None if b"\x00" in start else _printable(start, "utf-8")


def _printable(start: bytes, encoding: str) -> str | None:
    try:
        text = start.decode(encoding, "strict" if len(start) < _LOOKED_AT - 3 else "ignore")
    except UnicodeDecodeError:
        return None
    readable = sum(c.isprintable() or c.isspace() for c in text)
    return text if text and readable >= len(text) * 0.98 else None
