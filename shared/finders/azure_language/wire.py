"""What the service is asked, and what it answered. Nothing that it says is believed before it was
held against the text: an answer that does not fit its window is None.

Its own redacted text is never looked at. Places are code points, which is asked for.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
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


class _Document(msgspec.Struct, frozen=True):
    id: str
    entities: tuple[_Entity, ...]
    warnings: tuple[_Warning, ...] = ()


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
    documents = [
        {"id": str(n), "language": code_of(window.language), "text": window.text}
        for n, window in enumerate(windows)
    ]
    return msgspec.json.encode(
        {
            "kind": "PiiEntityRecognition",
            "parameters": {
                "modelVersion": "latest",
                "loggingOptOut": True,
                "stringIndexType": "UnicodeCodePoint",
                "piiCategories": categories_of(kinds),
            },
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
    by_id = defaultdict[str, list[_Document]](list)
    for document in answer.results.documents:
        by_id[document.id].append(document)
    return [_found(by_id[str(n)], window.text, kinds) for n, window in enumerate(windows)]


def _found(
    documents: Sequence[_Document], text: str, kinds: Sequence[str]
) -> tuple[Found, ...] | None:
    if len(documents) != 1:
        return None
    [document] = documents
    if any(warning.code.lower() == _CUT for warning in document.warnings):
        return None
    found: list[Found] = []
    for entity in document.entities:
        places = list(_places(entity, text))
        if not places:
            return None
        found += [Found(kind_of(entity.category, kinds), start, end) for start, end in places]
    return tuple(found)


def _places(entity: _Entity, text: str) -> Iterator[tuple[int, int]]:
    """Where it says, if that is so; else wherever the text stands, as a word if it does so."""
    said, at = entity.text, entity.offset
    if not said.strip():
        return
    if at >= 0 and len(said) == entity.length and text[at : at + entity.length] == said:
        yield at, at + entity.length
        return
    whole = re.compile(rf"(?<!\w){re.escape(said)}(?!\w)")
    pattern = whole if whole.search(text) else re.compile(re.escape(said))
    for place in pattern.finditer(text):
        yield place.start(), place.end()
