"""What the service finds beside personal data: sentiment, key phrases, entities. No I/O.

What it says of a text counts as far as it stands there: a place that is wrong is looked for, and
what stands nowhere is left out, for nobody is harmed by an entity less. A kind of its that we have
no word for is "other".
https://learn.microsoft.com/azure/ai-services/language-service/concepts/data-limits
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec

from shared.finders.azure_language.languages import FELT, LANGUAGES
from shared.finders.azure_language.wire import Document, call_of, only_ones, places_in
from shared.model.redaction.kinds import Finds
from shared.model.redaction.windows import Found, Window
from shared.providers.decoding import Undecodable, decode

_UNTIL = date(2029, 3, 31)
"""When sentiment ends. Told by others of Microsoft's documentation, 2026-09."""
_CODE_POINTS = {"stringIndexType": "UnicodeCodePoint"}
_KINDS: Mapping[str, str] = {
    "person": "person",
    "persontype": "person_type",
    "organization": "organization",
    "location": "location",
    "address": "location",
    "airport": "location",
    "product": "product",
    "event": "event",
    "skill": "skill",
    "datetime": "date_time",
    "quantity": "quantity",
    "phonenumber": "phone_number",
    "email": "email_address",
    "url": "url",
    "ipaddress": "ip_address",
}
"""By its categories, in small letters: its pages do not agree about them.
https://learn.microsoft.com/azure/ai-services/language-service/named-entity-recognition/concepts/named-entity-categories
"""


class _Sentence(msgspec.Struct, frozen=True):
    text: str
    sentiment: str
    offset: int
    length: int


class _Entity(msgspec.Struct, frozen=True):
    text: str
    category: str
    offset: int
    length: int


class _Felt(Document, frozen=True, kw_only=True):
    sentences: tuple[_Sentence, ...]

    def found(self, text: str) -> Iterator[Found]:
        for one in self.sentences:
            for start, end in places_in(text, one.text, one.offset, one.length):
                yield Found(one.sentiment, start, end)


class _Named(Document, frozen=True, kw_only=True):
    entities: tuple[_Entity, ...]

    def found(self, text: str) -> Iterator[Found]:
        for one in self.entities:
            for start, end in places_in(text, one.text, one.offset, one.length):
                yield Found(_KINDS.get(one.category.lower(), "other"), start, end)


class _Phrased(Document, frozen=True, kw_only=True, rename="camel"):
    key_phrases: tuple[str, ...]

    def found(self, text: str) -> Iterator[Found]:
        for said in self.key_phrases:
            for start, end in places_in(text, said, -1, 0):
                yield Found("key_phrases", start, end)


class _Answer(msgspec.Struct, frozen=True):
    kind: str
    results: msgspec.Raw


class Analysis(NamedTuple):
    """One kind of analysis: what the service calls it, how many windows a call has, and what its
    answer holds."""

    kind: str
    most_windows: int
    finds: Finds
    parameters: Mapping[str, object]
    decoder: msgspec.json.Decoder[Any]


class _FeltResults(msgspec.Struct, frozen=True):
    documents: tuple[_Felt, ...]


class _NamedResults(msgspec.Struct, frozen=True):
    documents: tuple[_Named, ...]


class _PhrasedResults(msgspec.Struct, frozen=True):
    documents: tuple[_Phrased, ...]


_answer = msgspec.json.Decoder(_Answer)

ANALYSES: Mapping[str, Analysis] = {
    "sentiment": Analysis(
        "SentimentAnalysis",
        10,
        Finds(frozenset({"sentiment"}), FELT, _UNTIL),
        _CODE_POINTS,
        msgspec.json.Decoder(_FeltResults),
    ),
    "key_phrases": Analysis(
        "KeyPhraseExtraction",
        10,
        Finds(frozenset({"key_phrases"}), FELT),
        {},
        msgspec.json.Decoder(_PhrasedResults),
    ),
    "entities": Analysis(
        "EntityRecognition",
        5,
        Finds(frozenset({"entities"}), LANGUAGES),
        _CODE_POINTS,
        msgspec.json.Decoder(_NamedResults),
    ),
}
"""By the name of the insight that is made of it."""


def body_of(analysis: Analysis, windows: Sequence[Window]) -> bytes:
    return call_of(analysis.kind, windows, analysis.parameters)


def read_answer(
    analysis: Analysis, body: bytes, windows: Sequence[Window]
) -> list[tuple[Found, ...] | None]:
    """What was found in each window. None: there is no answer for it, or two, or only for a part
    of it. Raises `Undecodable`."""
    answer = decode(_answer, body)
    if answer.kind.lower() != f"{analysis.kind}Results".lower():
        raise Undecodable("results of another kind")
    documents: Iterable[Any] = decode(analysis.decoder, bytes(answer.results)).documents
    return [
        None if one is None else tuple(one.found(window.text))
        for one, window in zip(only_ones(documents, len(windows)), windows, strict=True)
    ]
