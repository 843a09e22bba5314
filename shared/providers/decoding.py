"""Reads JSON that somebody else wrote into typed structs, with one error for all that can be
wrong with it."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from shared.errors import ResultMalformed
from shared.providers.lenient import Unreadable, soften

_T = TypeVar("_T")
_BOM = b"\xef\xbb\xbf"  # Azure's own sample files start with one


class Undecodable(ValueError):
    """The bytes are not JSON, or not of the expected shape. The message names the place and the
    types, never the content."""


def decode(decoder: msgspec.json.Decoder[_T], body: bytes) -> _T:
    """`body` as `decoder` understands it. Raises `Undecodable`."""
    try:
        return decoder.decode(body.removeprefix(_BOM))
    except msgspec.MsgspecError as error:
        raise Undecodable(str(error)) from None
    except UnicodeDecodeError:
        raise Undecodable("not UTF-8") from None
    except RecursionError:
        raise Undecodable("nested too deeply") from None


class _Status(msgspec.Struct):
    status: str | None = None


_status = msgspec.json.Decoder(_Status)


def decode_status(decoder: msgspec.json.Decoder[_T], body: bytes) -> _T:
    """What is read beside a status may be of any type; the status is a text or is not understood.
    Raises `Undecodable`."""
    decode(_status, body)
    return decode_leniently(decoder, body)[0]


def decode_leniently(decoder: msgspec.json.Decoder[_T], body: bytes) -> tuple[_T, int]:
    """As `decode`, but a value of another type never costs what stands beside it: numbers as text
    and text as numbers are read as what they can only mean, others become what is missing. With
    the number of those. Raises `Undecodable` where the whole has another shape."""
    try:
        return decode(decoder, body), 0
    except Undecodable as error:
        first = error
    try:
        return soften(decoder.type, body.removeprefix(_BOM))
    except Unreadable:
        raise Undecodable(str(first)) from None


def decode_result(decoder: msgspec.json.Decoder[_T], body: bytes) -> tuple[_T, tuple[str, ...]]:
    """A result, leniently, and what the reader of the transcript should know of that. Raises
    `ResultMalformed`."""
    try:
        found, lost = decode_leniently(decoder, body)
    except Undecodable as error:
        raise ResultMalformed(f"The result cannot be read: {error}", code="malformed") from None
    return found, (f"{lost} value(s) of the result could not be read.",) if lost else ()
