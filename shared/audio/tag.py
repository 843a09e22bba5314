"""A tag before the sound (ID3v2), skipped by its length: cover pictures make it megabytes long.

The layout is that of id3.org, "ID3 tag version 2.4.0", 3.1: a header of ten bytes, whose last four
are the length, seven bits each.
"""

from __future__ import annotations

from shared.audio.promise import id3_bytes
from shared.audio.range_file import BLOCK_BYTES, RangeFile

_ENOUGH_BYTES = 4096
"""So many behind the tag tell what it is before; fewer are read anew."""
_MARKED = (b"fLaC", b"ID3")
"""What is not known behind a tag by those who read from the beginning of the file."""


def behind_tag(file: RangeFile) -> RangeFile:
    """The file behind its tag, where the tag hides what it is; else the file itself. A second tag
    is skipped, too. Raises `TooManyReads`."""
    for _ in range(2):
        start = id3_bytes(file.head)
        if not start or start >= file.size:
            return file
        rest = file.head[start:]
        if len(rest) >= _ENOUGH_BYTES or start + len(rest) == file.size:
            return file.behind(start, rest) if rest.startswith(_MARKED) else file
        file = file.behind(start, file.fetch(start, BLOCK_BYTES))
    return file
