"""What the service is asked, and what it answered. Nothing that it says is believed before it was
held against the text: an answer that does not fit its window is None.

Its own redacted text is never looked at. Places are code points, which is asked for.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar
from urllib.parse import quote

import msgspec

from shared.finders.azure_language.categories import categories_of, kind_of
from shared.finders.azure_language.languages import code_of
from shared.model.redaction.windows import Found, Window
from shared.providers.decoding import Undecodable, decode

MOST_WINDOWS = 5
MOST_CHARACTERS = 5_120
"""A document of a synchronous call holds so many text elements, of which each is a code point or
more. https://learn.microsoft.com/azure/ai-services/language-service/concepts/data-limits"""

_KIND = "piientityrecognitionresults"
_CUT = "documenttruncated"


class _Entity(msgspec.Struct, frozen=True):
    text: str
    category: str
    offset: int
    length: int


class _Warning(msgspec.Struct, frozen=True):
    code: str = ""


class Document(msgspec.Struct, frozen=True):
    """What all kinds of analysis have in common."""

    id: str
    warnings: tuple[_Warning, ...] = ()

    @property
    def is_cut(self) -> bool:
        """Only a part of it was read."""
        return any(warning.code.lower() == _CUT for warning in self.warnings)


D = TypeVar("D", bound=Document)


class _Document(Document, frozen=True, kw_only=True):
    entities: tuple[_Entity, ...]


class _Results(msgspec.Struct, frozen=True):
    documents: tuple[_Document, ...]


class _Answer(msgspec.Struct, frozen=True):
    kind: str
    results: _Results


_answer = msgspec.json.Decoder(_Answer)


def path_of(api_version: str) -> str:
    return f"/language/:analyze-text?api-version={quote(api_version)}"


def body_of(windows: Sequence[Window], kinds: Sequence[str]) -> bytes:
    """Up to `MOST_WINDOWS` documents, numbered from 0."""
    parameters = {"stringIndexType": "UnicodeCodePoint", "piiCategories": categories_of(kinds)}
    return call_of("PiiEntityRecognition", windows, parameters)


def call_of(kind: str, windows: Sequence[Window], parameters: Mapping[str, object]) -> bytes:
    """A call of that kind of analysis."""
    documents = [
        {"id": str(n), "language": code_of(window.language), "text": window.text}
        for n, window in enumerate(windows)
    ]
    return msgspec.json.encode(
        {
            "kind": kind,
            "parameters": {"modelVersion": "latest", "loggingOptOut": True, **parameters},
            "analysisInput": {"documents": documents},
        }
    )


def read_answer(
    body: bytes, windows: Sequence[Window], kinds: Sequence[str]
) -> list[tuple[Found, ...] | None]:
    """What was found in each window. None: there is no answer for it, or two, or only for a part
    of it, or something was found that it does not hold. Raises `Undecodable`."""
    answer = decode(_answer, body)
    if answer.kind.lower() != _KIND:
        raise Undecodable("results of another kind")
    documents = only_ones(answer.results.documents, len(windows))
    return [_found(one, window.text, kinds) for one, window in zip(documents, windows, strict=True)]


def only_ones(documents: Iterable[D], most: int) -> list[D | None]:
    """By their numbers. None: there is none, or two, or it is only of a part of the text."""
    by_id = defaultdict[str, list[D]](list)
    for document in documents:
        by_id[document.id].append(document)
    return [
        found[0] if len(found) == 1 and not found[0].is_cut else None
        for found in (by_id[str(n)] for n in range(most))
    ]


def _found(document: _Document | None, text: str, kinds: Sequence[str]) -> tuple[Found, ...] | None:
    if document is None:
        return None
    found: list[Found] = []
    for entity in document.entities:
        places = list(places_in(text, entity.text, entity.offset, entity.length))
        if not places:
            return None
        found += [Found(kind_of(entity.category, kinds), start, end) for start, end in places]
    return tuple(found)


def places_in(text: str, said: str, at: int, length: int) -> Iterator[tuple[int, int]]:
    """Where it says that something stands, if that is so; else wherever it does, as a word if it
    does so."""
    if not said.strip():
        return
    if at >= 0 and len(said) == length and text[at : at + length] == said:
        yield at, at + length
        return
    whole = re.compile(rf"(?<!\w){re.escape(said)}(?!\w)")
    pattern = whole if whole.search(text) else re.compile(re.escape(said))
    for place in pattern.finditer(text):
        yield place.start(), place.end()
