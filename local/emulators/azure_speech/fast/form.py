"""Takes a form of `multipart/form-data` apart (RFC 7578): it is written to a file as it comes, for
it holds hundreds of megabytes."""

from __future__ import annotations

import mmap
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

from local.emulators.azure_speech.errors import ServiceError, bad_request

MOST_SOUND_BYTES = 250_000_000
_MOST_BYTES = MOST_SOUND_BYTES + 1024 * 1024
_COPIED_BYTES = 1024 * 1024
_LINE = b"\r\n"


@dataclass(frozen=True)
class Part:
    """Of a form: from `start` to `end` of the file that it lies in."""

    name: str
    filename: str | None
    start: int
    end: int


class Form:
    """The parts of the form in a file, by name; of two of a name the first."""

    def __init__(self, path: Path, boundary: bytes) -> None:
        self._path = path
        self._parts: dict[str, Part] = {}
        if not path.stat().st_size:
            raise _broken("it is empty")
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as all_:
            for part in _parts(all_, boundary):
                self._parts.setdefault(part.name, part)

    def text(self, name: str) -> str | None:
        """None: there is no such part. Raises 400 for what is no text."""
        part = self._parts.get(name)
        if part is None:
            return None
        with self._path.open("rb") as file:
            file.seek(part.start)
            try:
                return file.read(part.end - part.start).decode()
            except UnicodeDecodeError:
                raise _broken(f"{name} is not UTF-8") from None

    def part(self, name: str) -> Part | None:
        return self._parts.get(name)

    def copy(self, part: Part, target: Path) -> None:
        with self._path.open("rb") as file, target.open("wb") as out:
            file.seek(part.start)
            left = part.end - part.start
            while left:
                some = file.read(min(left, _COPIED_BYTES))
                out.write(some)
                left -= len(some)


async def received(stream: AsyncIterator[bytes], target: Path) -> None:
    """The body of a call, in that file. Raises 413 for more than the service takes."""
    size = 0
    with target.open("wb") as file:
        async for chunk in stream:
            size += len(chunk)
            if size > _MOST_BYTES:
                raise ServiceError(413, "InvalidRequest", "The audio is too large.")
            file.write(chunk)


def boundary_of(content_type: str) -> bytes:
    """Raises 415 where it is no form, 400 where nobody says what stands between its parts."""
    header = Message()
    header["Content-Type"] = content_type
    if header.get_content_type() != "multipart/form-data":
        raise ServiceError(415, "UnsupportedMediaType", "multipart/form-data is expected.")
    boundary = header.get_boundary()
    if not boundary:
        raise _broken("it has no boundary")
    return boundary.encode()


def _parts(all_: mmap.mmap, boundary: bytes) -> Iterator[Part]:
    mark = b"--" + boundary
    at = all_.find(mark)
    if at != 0 and all_[max(at - 2, 0) : at] != _LINE:
        raise _broken("it does not begin with its boundary")
    while True:
        at += len(mark)
        if all_[at : at + 2] == b"--":
            return
        head_end = all_.find(_LINE * 2, at)
        end = all_.find(_LINE + mark, at)
        if head_end < 0 or end < 0:
            raise _broken("a part has no end")
        yield _part(all_[at + 2 : head_end + 2], head_end + 4, end)
        at = end + 2


def _part(head: bytes, start: int, end: int) -> Part:
    headers = HeaderParser().parsestr(head.decode("latin-1"))
    name = headers.get_param("name", header="Content-Disposition")
    filename = headers.get_filename()
    if headers.get_content_disposition() != "form-data" or not isinstance(name, str):
        raise _broken("a part has no name")
    return Part(name, filename, start, max(start, end))


def _broken(why: str) -> ServiceError:
    return bad_request("InvalidRequestBodyFormat", f"The form cannot be read: {why}.")
