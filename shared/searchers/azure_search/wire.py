"""What the service is asked, and what it answered.

Paths and bodies are those of the data plane.
https://learn.microsoft.com/rest/api/searchservice/documents
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec

from shared.model.pieces import Origin
from shared.model.search.entry import Entry
from shared.model.search.query import Filters, Query, Wanted
from shared.ports.searcher import Newest, Ranks
from shared.providers.decoding import Undecodable, decode
from shared.searchers.azure_search.fields import (
    LONGEST_WORD,
    document,
    entry_in,
    key_of,
    of_metadata,
    value_of,
    word_of,
)

MOST_ACTIONS = 1_000
MOST_BYTES = 8 * 1024 * 1024
"""Of one call. The service takes 1,000 actions and about 16 MB."""
MOST_NAMED = 200
"""Ids of one question: the service wants filters to be short."""
PAGE = 1_000
"""Most of one answer."""
_HIGHEST = (1 << 63) - 1
_BUSY = frozenset({408, 409, 422, 429, 503, 504, 500, 502})


class _Row(msgspec.Struct, frozen=True):
    recording_id: str = ""
    batch_id: str = ""
    revision: int = 0
    made_ms: int = 0
    key: str = ""
    entry: str = ""


class _Rows(msgspec.Struct, frozen=True):
    """Where an answer would be too long, the service gives a part of it, and says so."""

    value: tuple[_Row, ...]
    more: Any = msgspec.field(default=None, name="@search.nextPageParameters")
    link: str | None = msgspec.field(default=None, name="@odata.nextLink")


class _Done(msgspec.Struct, frozen=True):
    status: bool
    statusCode: int = 0


class _AllDone(msgspec.Struct, frozen=True):
    value: tuple[_Done, ...]


class Held(NamedTuple):
    """`last` is where to go on, "" at the end."""

    origins: tuple[Origin, ...]
    last: str


_rows = msgspec.json.Decoder(_Rows)
_all_done = msgspec.json.Decoder(_AllDone)
_encode = msgspec.json.Encoder().encode


def bodies(entries: Sequence[Entry]) -> Iterator[tuple[Sequence[Entry], bytes]]:
    """Calls that put these there, each with the entries that it holds."""
    part: list[bytes] = []
    first = size = 0
    for number, entry in enumerate(entries):
        action = _encode({"@search.action": "upload", **document(entry)})
        if part and (len(part) == MOST_ACTIONS or size + len(action) > MOST_BYTES):
            yield entries[first:number], _actions(part)
            part, first, size = [], number, 0
        part.append(action)
        size += len(action)
    if part:
        yield entries[first:], _actions(part)


def removals(origins: Sequence[Origin]) -> bytes:
    """At most `MOST_ACTIONS`."""
    return _actions(
        [_encode({"@search.action": "delete", "key": key_of(origin)}) for origin in origins]
    )


def _actions(actions: Sequence[bytes]) -> bytes:
    return b'{"value":[' + b",".join(actions) + b"]}"


def refused(body: bytes, actions: int) -> Sequence[int]:
    """The status of each action that was not carried out. Raises `Undecodable`."""
    done = decode(_all_done, body).value
    if len(done) != actions:
        raise Undecodable("not as many answers as actions")
    return [one.statusCode for one in done if not one.status]


def is_busy(statuses: Collection[int]) -> bool:
    """Whether any of them may go better later."""
    return not _BUSY.isdisjoint(statuses)


def newest_asked(query: Query, filters: Filters, ranks: Ranks, most: int) -> bytes:
    """A question for a superset of what is looked for: what the service cannot tell is left out,
    and the entries that it gives are looked at as those of pieces are."""
    return _encode(
        {
            "search": said(query, filters) or "*",
            "searchFields": "words",
            "queryType": "simple",
            "searchMode": "all",
            "filter": " and ".join(_filtered(filters, ranks)),
            "orderby": "rank desc,key desc",
            "select": "entry",
            "top": most,
        }
    )


def read_newest(body: bytes, most: int) -> Newest:
    """Raises `Undecodable`."""
    rows = decode(_rows, body)
    entries = tuple(entry_in(row.entry) for row in rows.value)
    return Newest(entries, len(entries) < most and not _has_more(rows))


def held_asked(name: str, values: Collection[str] | int, after: str) -> bytes:
    """`values` are those that the field has, or the moment before which it lies."""
    if isinstance(values, int):
        which = f"{name} lt {values}"
    else:
        which = f"search.in({name}, {_quoted('|'.join(values))}, '|')"
    return _encode(
        {
            "search": "*",
            "filter": f"{which} and key gt {_quoted(after)}" if after else which,
            "orderby": "key asc",
            "select": "key,recording_id,batch_id,revision,made_ms",
            "top": PAGE,
        }
    )


def read_held(body: bytes) -> Held:
    """Raises `Undecodable`."""
    rows = decode(_rows, body)
    origins = tuple(
        Origin(row.batch_id, row.recording_id, row.revision, row.made_ms) for row in rows.value
    )
    is_over = len(origins) < PAGE and not _has_more(rows)
    return Held(origins, "" if is_over or not origins else rows.value[-1].key)


def path(index: str, what: str, api_version: str) -> str:
    """`what` begins with a slash, or is "" for the index itself. All of them have no name."""
    name = f"/{quote(index)}" if index else ""
    return f"/indexes{name}{what}?api-version={quote(api_version)}"


def said(query: Query, filters: Filters) -> str:
    """In the service's simple syntax, in which all of it has to be so. Words hold none of its
    signs. That a phrase was not said stands in turns, of which the service knows nothing."""
    parts = [part for one in query.wanted for part in _wanted(one)]
    if not filters.speaker:
        alone = (one for one in query.unwanted if len(one.words) == 1)
        parts += [
            f"-{one.words[0]}{'*' if one.is_prefix else ''}"
            for one in alone
            if len(one.words[0]) < LONGEST_WORD
        ]
    return " ".join(parts)


def _wanted(one: Wanted) -> Iterator[str]:
    words = [word_of(word) for word in one.words]
    whole = words[:-1] if one.is_prefix else words
    if whole:
        yield f'"{" ".join(whole)}"'
    if one.is_prefix:
        yield f"{words[-1]}*"


def _filtered(filters: Filters, ranks: Ranks) -> Iterator[str]:
    yield f"rank ge {max(ranks.least, 0)} and rank lt {min(ranks.below, _HIGHEST)}"
    if filters.profile:
        yield f"profile eq {_quoted(filters.profile)}"
    if filters.batch_id:
        yield f"batch_id eq {_quoted(filters.batch_id)}"
    if value_of(filters.speaker):
        yield f"speakers/any(one: one eq {_quoted(value_of(filters.speaker))})"
    for key, value in filters.metadata:
        if value_of(value):
            yield f"metadata/any(one: one eq {_quoted(of_metadata(key, value))})"
    if filters.in_doubt:
        yield "has_doubts eq true"


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _has_more(rows: _Rows) -> bool:
    return rows.more is not None or rows.link is not None
