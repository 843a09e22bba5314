"""Reads JSON that somebody else wrote into typed structs, with one error for all that can be
wrong with it."""

from __future__ import annotations

from typing import TypeVar

import msgspec

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
