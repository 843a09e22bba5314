"""Reads the documents of a call, and answers each of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from local.emulators.azure_language.errors import error_body, invalid
from local.emulators.azure_language.finding import Entity, find, named
from local.emulators.azure_language.names import CATEGORIES, FELT_LANGUAGES, LANGUAGES, UNITS
from local.emulators.azure_language.places import Places
from local.emulators.common.faults import Faults
from local.emulators.common.feeling import sentences, whole
from local.emulators.common.phrases import phrases

MOST_ELEMENTS = 5_120
Json = dict[str, Any]


class Asked(NamedTuple):
    """What a call wants. `unknown` are fields that nobody knows, for the ledger."""

    kind: str
    documents: Sequence[Json]
    categories: Sequence[str]
    unit: str
    unknown: Sequence[str]


class _Kind(NamedTuple):
    """A kind of analysis: how many documents a call has, the parameters and languages that it
    knows, and the model that it says it is of."""

    most_documents: int
    parameters: frozenset[str]
    languages: frozenset[str]
    model: str


_ALL = "modelVersion loggingOptOut"
_PLACED = f"{_ALL} stringIndexType"
ANALYSES: Mapping[str, _Kind] = {
    "PiiEntityRecognition": _Kind(
        5,
        frozenset(
            f"{_PLACED} domain piiCategories excludePiiCategories redactionPolicies "
            "redactionPolicy".split()
        ),
        LANGUAGES,
        "2025-11-01",
    ),
    "SentimentAnalysis": _Kind(
        10, frozenset(f"{_PLACED} opinionMining".split()), FELT_LANGUAGES, "2025-01-01"
    ),
    "KeyPhraseExtraction": _Kind(10, frozenset(_ALL.split()), FELT_LANGUAGES, "2022-10-01"),
    "EntityRecognition": _Kind(
        5,
        frozenset(f"{_PLACED} inclusionList exclusionList overlapPolicy".split()),
        LANGUAGES,
        "2025-02-01",
    ),
}


def read(body: bytes) -> Asked:
    """Raises `Refusal`."""
    try:
        said = msgspec.json.decode(body)
    except msgspec.DecodeError:
        raise invalid("The body is not JSON.") from None
    kind = said.get("kind") if isinstance(said, dict) else None
    if not isinstance(said, dict) or not isinstance(kind, str) or kind not in ANALYSES:
        known = ", ".join(ANALYSES)
        raise invalid(f"This stand-in knows {known} alone.", "InvalidParameterValue")
    parameters = said.get("parameters") or {}
    unit = parameters.get("stringIndexType") or UNITS[0]
    if unit not in UNITS:
        raise invalid("There is no such stringIndexType.", "InvalidParameterValue")
    version = parameters.get("modelVersion") or "latest"
    if not re.fullmatch(r"latest|20\d\d-\d\d-\d\d(-preview)?", version):
        raise invalid("There is no such model.", "ModelVersionIncorrect")
    known = {name.casefold(): name for name in CATEGORIES}
    asked = [str(name).casefold() for name in parameters.get("piiCategories") or ()]
    if strange := [name for name in asked if name not in known and name != "default"]:
        raise invalid(f"There is no category {strange[0]}.", "InvalidParameterValue")
    categories = [] if "default" in asked else [known[name] for name in asked]
    unknown = sorted(set(parameters) - ANALYSES[kind].parameters)
    documents = _documents(said.get("analysisInput"), ANALYSES[kind].most_documents)
    return Asked(kind, documents, categories, unit, unknown)


def _documents(given: Any, most: int) -> Sequence[Json]:
    documents = given.get("documents") if isinstance(given, dict) else None
    if not isinstance(documents, list) or not documents:
        raise invalid("There are no documents.", "MissingInputDocuments")
    if len(documents) > most:
        raise invalid(f"More than {most} documents.", "InvalidDocumentBatch")
    ids = [document.get("id") for document in documents if isinstance(document, dict)]
    if len(ids) < len(documents) or not all(isinstance(id_, str) and id_ for id_ in ids):
        raise invalid("A document without an id.", "InvalidDocument")
    if len(set(ids)) < len(ids):
        raise invalid("Two documents have the same id.", "InvalidDocument")
    return documents


def answered(asked: Asked, faults: Faults, names: frozenset[str] = frozenset()) -> Json:
    """The results; a document that cannot be read has an error beside the others. `names` are
    further ones that are found."""
    documents: list[Json] = []
    errors: list[Json] = []
    for document in asked.documents:
        facts = {
            "id": document["id"],
            "language": str(document.get("language") or "en"),
            "analysis": asked.kind,
        }
        error = _error_of(document, facts, faults, ANALYSES[asked.kind].languages)
        if error is not None:
            errors.append({"id": document["id"], "error": error})
        elif faults.strike("drop_document", **facts) is None:
            answer = _answer(document, asked, names, facts, faults)
            twice = faults.strike("double_document", **facts) is not None
            documents += [answer, answer] if twice else [answer]
    return {
        "kind": f"{asked.kind}Results",
        "results": {
            "documents": documents,
            "errors": errors,
            "modelVersion": ANALYSES[asked.kind].model,
        },
    }


def _error_of(
    document: Json, facts: Mapping[str, str], faults: Faults, languages: frozenset[str]
) -> Json | None:
    ordered = faults.strike("document_error", **facts)
    if ordered is not None:
        return error_body(ordered.options["code"], "This failure was ordered.")
    text = document.get("text")
    if not isinstance(text, str) or not text.strip():
        return error_body("InvalidArgument", "The document is empty.", "InvalidDocument")
    if Places(text, UNITS[0]).length > MOST_ELEMENTS:
        message = f"A document within the request was too large: at most {MOST_ELEMENTS}."
        return error_body("InvalidArgument", message, "InvalidDocument")
    if facts["language"].casefold() not in languages:
        return error_body("InvalidArgument", "No such language.", "UnsupportedLanguageCode")
    return None


def _answer(
    document: Json, asked: Asked, names: frozenset[str], facts: Mapping[str, str], faults: Faults
) -> Json:
    text = document["text"]
    unit = UNITS[0] if faults.strike("graphemes", **facts) is not None else asked.unit
    found = _found(asked, text, names, Places(text, unit), _missed(facts, faults))
    for one in found.get("entities", found.get("sentences", ())):
        _disturb(one, facts, faults)
    if (other := faults.strike("wrong_phrase", **facts)) is not None and "keyPhrases" in found:
        found["keyPhrases"] = [*found["keyPhrases"], other.options["text"]]
    cut = faults.strike("truncate", **facts) is not None
    warning = {"code": "DocumentTruncated", "message": "Only a part of it was read."}
    return {"id": document["id"], **found, "warnings": [warning] if cut else []}


def _missed(facts: Mapping[str, str], faults: Faults) -> re.Pattern[str] | None:
    """The categories of which nothing is found."""
    missed = faults.strike("miss", **facts)
    return re.compile(missed.options["category"]) if missed is not None else None


def _found(
    asked: Asked, text: str, names: frozenset[str], places: Places, missed: re.Pattern[str] | None
) -> Json:
    """What is found, in the form of that kind of analysis."""
    if asked.kind == "SentimentAnalysis":
        return _felt(text, places)
    if asked.kind == "KeyPhraseExtraction":
        return {"keyPhrases": phrases(text)}
    found = find(text, asked.categories, names)
    if asked.kind == "EntityRecognition":
        found = named(found)
    if missed is not None:
        found = [entity for entity in found if not missed.search(entity.category)]
    entities = [_shown(entity, text, places) for entity in found]
    if asked.kind == "EntityRecognition":
        return {"entities": entities}
    return {"redactedText": _masked(text, found), "entities": entities}


def _felt(text: str, places: Places) -> Json:
    felt = sentences(text)
    shown = [
        {
            "text": text[one.start : one.end],
            "sentiment": one.tone,
            "confidenceScores": _scores(one.scores),
            **dict(zip(("offset", "length"), places.of(one.start, one.end), strict=True)),
        }
        for one in felt
    ]
    means = [sum(values) / len(felt) for values in zip(*(one.scores for one in felt), strict=True)]
    return {
        "sentiment": whole(one.tone for one in felt),
        "confidenceScores": _scores(means or (0.0, 1.0, 0.0)),
        "sentences": shown,
    }


def _scores(scores: Iterable[float]) -> Json:
    named = zip(("positive", "neutral", "negative"), scores, strict=True)
    return {name: round(score, 2) for name, score in named}


def _shown(entity: Entity, text: str, places: Places) -> Json:
    offset, length = places.of(entity.start, entity.end)
    return {
        "text": text[entity.start : entity.end],
        "category": entity.category,
        "type": entity.category,
        "offset": offset,
        "length": length,
        "confidenceScore": entity.confidence,
    }


def _disturb(entity: Json, facts: Mapping[str, str], faults: Faults) -> None:
    if (shift := faults.strike("shift_offsets", **facts)) is not None:
        entity["offset"] = max(0, entity["offset"] + shift.options["by"])
    if (wrong := faults.strike("wrong_kind", **facts)) is not None:
        is_felt = "sentiment" in entity
        entity |= dict.fromkeys(
            ["sentiment"] if is_felt else ["category", "type"], wrong.options["category"]
        )
    if (other := faults.strike("wrong_text", **facts)) is not None:
        entity["text"] = other.options["text"]


def _masked(text: str, found: Sequence[Entity]) -> str:
    chars = list(text)
    for entity in found:
        chars[entity.start : entity.end] = "*" * (entity.end - entity.start)
    return "".join(chars)
