"""Text from outside, made harmless for a page. Nothing else here writes text into markup."""

from __future__ import annotations

from html import escape

# A browser drops or misreads control characters; their pictures show that they are there.
_SHOWN = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\u2421"}
# These turn the direction of what follows, to make "gnp.exe" out of "exe.png".
_SHOWN |= {code: f"[U+{code:04X}]" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def esc(text: str) -> str:
    """`text` as it may stand in an element or in a quoted attribute."""
    return escape(text.translate(_SHOWN))


def name_of(text: str) -> str:
    """A name in isolation: its writing direction stays its own."""
    return f"<bdi>{esc(text)}</bdi>"
