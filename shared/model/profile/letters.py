"""Blob metadata travels in HTTP headers, which hold ASCII. Who has letters beyond it writes them in
one of three ways, and all of them are to be read as they were meant."""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from urllib.parse import unquote_to_bytes

_WORD = re.compile(r"=\?[\w.-]+\?[bBqQ]\?[^?\s]*\?=")  # RFC 2047
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_HIGH_ESCAPE = re.compile(r"%[89A-Fa-f][0-9A-Fa-f]")
_WHOLLY_ESCAPED = re.compile(r"(?:[A-Za-z0-9_.!~*'()-]|%[0-9A-Fa-f]{2})+")


def as_meant(text: str) -> str:
    """`text` with words of RFC 2047, UTF-8 that was read byte by byte, and percent escapes turned
    into letters. What is none of these, or an address, stays as it is."""
    if _WORD.search(text):
        return _of_words(text)
    text = _of_bytes(text)
    return _of_escapes(text) if _is_escaped(text) else text


def _of_words(text: str) -> str:
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, UnicodeDecodeError, ValueError):
        return text


def _of_bytes(text: str) -> str:
    """Headers are read as Latin-1. What is UTF-8 all the same is so by no accident."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _is_escaped(text: str) -> bool:
    """With letters beyond ASCII, or as a whole: "100%25 off" and addresses are neither."""
    if not _ESCAPE.search(text) or "://" in text:
        return False
    return bool(_HIGH_ESCAPE.search(text) or _WHOLLY_ESCAPED.fullmatch(text))


def _of_escapes(text: str) -> str:
    try:
        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError:
        return text
