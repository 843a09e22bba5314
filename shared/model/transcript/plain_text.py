"""Recognised text made fit to print: one Unicode form, one line, nothing invisible.

Providers send decomposed accents, line breaks, stray control characters and, through lenient
JSON decoders, halves of surrogate pairs, which cannot even be written as UTF-8.
"""

from __future__ import annotations

import re
from unicodedata import is_normalized, normalize

# C0 and C1 controls but for those that are white space, byte order marks, non-characters.
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
_HALF_SURROGATE = re.compile("[\ud800-\udfff]")


def clean_text(text: str) -> str:
    """`text` in NFC, without control characters, each run of white space a single space."""
    if text.isprintable() and "  " not in text and is_normalized("NFC", text):
        return text.strip(" ")
    text = _HALF_SURROGATE.sub("\ufffd", _INVISIBLE.sub("", text))
    return normalize("NFC", " ".join(text.split()))


def clean_text_or_none(text: str | None) -> str | None:
    """The same for a form of the text that a provider may leave out or empty: then None."""
    return (clean_text(text) or None) if text else None
