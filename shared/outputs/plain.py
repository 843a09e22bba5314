"""Makes any text safe to put on one line of a text file."""

from __future__ import annotations

import re
import unicodedata

_CONTROLS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0x3000], " ")
_CLEANED = str.maketrans({**_CONTROLS, 0xFEFF: ""})
_SURROGATES = re.compile("[\ud800-\udfff]")
# A no-break space next to a space breaks after all; alone it holds its two words together.
_SPACES = re.compile("[\u00a0\u2007\u202f]*[ \u1680\u2000-\u2006\u2008-\u200a\u205f]\\s*")


def plain(text: str) -> str:
    """`text` on one line: control characters and line ends become spaces, spaces single.

    A lone surrogate, which UTF-8 cannot hold, becomes U+FFFD; byte order marks go. Text of
    which nothing can be seen becomes "".
    """
    if text.isprintable() and "  " not in text:
        return text.strip()
    text = _SURROGATES.sub("\ufffd", text.translate(_CLEANED))
    text = _SPACES.sub(" ", text).strip()
    return text if any(unicodedata.category(char) != "Cf" for char in text) else ""
