"""The index, and what of an entry stands in it.

The service gets words as we compare them, in the order in which they were said, and takes none of
them apart: so it finds what we would find, in any language. What else is asked for stands in fields
to filter by. The entry itself goes along, so that whatever it finds can be looked at at once.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from typing import Any
from zlib import error as NotDeflated

import msgspec

from shared.model.pieces import Origin
from shared.model.search.entry import Entry, decoded, encoded
from shared.model.search.words import folded, tokens
from shared.providers.decoding import Undecodable

VERSION = 1
"""Of the definition. Another one is another index, which is filled anew."""
LONGEST_WORD = 100
"""Of longer words the beginning counts. The service cuts what is longer than 255 characters."""
LONGEST_VALUE = 1_000
"""The same for what is filtered by. A value can have 32,766 bytes there."""


def index_name(name: str) -> str:
    return f"{name}-v{VERSION}"


def definition(name: str) -> dict[str, Any]:
    """https://learn.microsoft.com/rest/api/searchservice/indexes/create-or-update"""
    text, number = "Edm.String", "Edm.Int64"
    words = _field("words", f"Collection({text})", "searchable") | {"analyzer": "whitespace"}
    return {
        "name": index_name(name),
        "fields": [
            _field("key", text, "retrievable filterable sortable") | {"key": True},
            _field("recording_id", text, "retrievable filterable"),
            _field("batch_id", text, "retrievable filterable"),
            _field("revision", "Edm.Int32", "retrievable"),
            _field("made_ms", number, "retrievable filterable"),
            _field("rank", number, "retrievable filterable sortable"),
            _field("profile", text, "filterable"),
            _field("speakers", f"Collection({text})", "filterable"),
            _field("metadata", f"Collection({text})", "filterable"),
            _field("has_doubts", "Edm.Boolean", "filterable"),
            words,
            _field("entry", text, "retrievable"),
        ],
    }


def _field(name: str, kind: str, can: str) -> dict[str, Any]:
    """What a field can is usually more than is needed, and takes room."""
    cans = ("searchable", "filterable", "sortable", "facetable", "retrievable")
    return {"name": name, "type": kind, **{one: one in can.split() for one in cans}}


def key_of(origin: Origin) -> str:
    """Of a recording the later one is the higher. Letters, digits and dashes, as keys there are."""
    return f"{origin.thing}-{origin.revision:06}-{origin.made_ms:014}"


def document(entry: Entry) -> dict[str, Any]:
    """The entry as the index has it."""
    names = {name for both in entry.speakers for name in both if name}
    return {
        "key": key_of(entry.origin),
        "recording_id": entry.recording_id,
        "batch_id": entry.batch_id,
        "revision": entry.revision,
        "made_ms": entry.made_ms,
        "rank": entry.rank,
        "profile": entry.profile,
        "speakers": sorted({value_of(name) for name in names}),
        "metadata": sorted({of_metadata(*pair) for pair in entry.metadata.items()}),
        "has_doubts": bool(entry.doubts),
        "words": [words_of(turn.text) for turn in entry.turns],
        "entry": b64encode(encoded(entry)).decode("ascii"),
    }


def entry_in(content: str) -> Entry:
    """Raises `Undecodable`."""
    try:
        return decoded(b64decode(content, validate=True))
    except (NotBase64, ValueError, NotDeflated, msgspec.MsgspecError):
        raise Undecodable("an entry that is none") from None


def words_of(text: str) -> str:
    """As they are compared, with spaces between them."""
    return " ".join(map(word_of, (token.term for token in tokens(text))))


def word_of(term: str) -> str:
    return term[:LONGEST_WORD]


def value_of(name: str) -> str:
    """Two that are the same to us are the same."""
    return folded(name.strip())[:LONGEST_VALUE]


def of_metadata(key: str, value: str) -> str:
    return f"{key}={folded(value.strip())}"[:LONGEST_VALUE]
