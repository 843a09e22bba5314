"""Reads the documents of a call, and answers each of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from local.emulators.azure_language.errors import error_body, invalid
from local.emulators.azure_language.finding import Entity, find
from local.emulators.azure_language.names import CATEGORIES, LANGUAGES, UNITS
from local.emulators.azure_language.places import Places
from local.emulators.common.faults import Faults

MOST_DOCUMENTS = 5
MOST_ELEMENTS = 5_120
Json = dict[str, Any]


class Asked(NamedTuple):
    """What a call wants. `unknown` are fields that nobody knows, for the ledger."""

    documents: Sequence[Json]
    categories: Sequence[str]
    unit: str
    unknown: Sequence[str]


_PARAMETERS = {
    "modelVersion",
    "loggingOptOut",
    "stringIndexType",
    "domain",
    "piiCategories",
    "excludePiiCategories",
    "redactionPolicies",
    "redactionPolicy",
}


def read(body: bytes) -> Asked:
    """Raises `Refusal`."""
    try:
        said = msgspec.json.decode(body)
    except msgspec.DecodeError:
        raise invalid("The body is not JSON.") from None
    if not isinstance(said, dict) or said.get("kind") != "PiiEntityRecognition":
        raise invalid("This stand-in knows PiiEntityRecognition alone.", "InvalidParameterValue")
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
    unknown = sorted(set(parameters) - _PARAMETERS)
    return Asked(_documents(said.get("analysisInput")), categories, unit, unknown)


def _documents(given: Any) -> Sequence[Json]:
    documents = given.get("documents") if isinstance(given, dict) else None
    if not isinstance(documents, list) or not documents:
        raise invalid("There are no documents.", "MissingInputDocuments")
    if len(documents) > MOST_DOCUMENTS:
        raise invalid(f"More than {MOST_DOCUMENTS} documents.", "InvalidDocumentBatch")
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
        facts = {"id": document["id"], "language": str(document.get("language") or "en")}
        error = _error_of(document, facts, faults)
        if error is not None:
            errors.append({"id": document["id"], "error": error})
        elif faults.strike("drop_document", **facts) is None:
            found = find(document["text"], asked.categories, names)
            answer = _answer(document, found, asked.unit, facts, faults)
            twice = faults.strike("double_document", **facts) is not None
            documents += [answer, answer] if twice else [answer]
    return {
        "kind": "PiiEntityRecognitionResults",
        "results": {"documents": documents, "errors": errors, "modelVersion": "2025-11-01"},
    }


def _error_of(document: Json, facts: Mapping[str, str], faults: Faults) -> Json | None:
    ordered = faults.strike("document_error", **facts)
    if ordered is not None:
        return error_body(ordered.options["code"], "This failure was ordered.")
    text = document.get("text")
    if not isinstance(text, str) or not text.strip():
        return error_body("InvalidArgument", "The document is empty.", "InvalidDocument")
    if Places(text, UNITS[0]).length > MOST_ELEMENTS:
        message = f"A document within the request was too large: at most {MOST_ELEMENTS}."
        return error_body("InvalidArgument", message, "InvalidDocument")
    if facts["language"].casefold() not in LANGUAGES:
        return error_body("InvalidArgument", "No such language.", "UnsupportedLanguageCode")
    return None


def _answer(
    document: Json,
    found: Sequence[Entity],
    unit: str,
    facts: Mapping[str, str],
    faults: Faults,
) -> Json:
    text = document["text"]
    missed = faults.strike("miss", **facts)
    if missed is not None:
        pattern = re.compile(missed.options["category"])
        found = [entity for entity in found if not pattern.search(entity.category)]
    unit = UNITS[0] if faults.strike("graphemes", **facts) is not None else unit
    places = Places(text, unit)
    entities = [_shown(entity, text, places) for entity in found]
    for entity in entities:
        _disturb(entity, facts, faults)
    cut = faults.strike("truncate", **facts) is not None
    warning = {"code": "DocumentTruncated", "message": "Only a part of it was read."}
    return {
        "id": document["id"],
        "redactedText": _masked(text, found),
        "entities": entities,
        "warnings": [warning] if cut else [],
    }


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
        entity["category"] = entity["type"] = wrong.options["category"]
    if (other := faults.strike("wrong_text", **facts)) is not None:
        entity["text"] = other.options["text"]


def _masked(text: str, found: Sequence[Entity]) -> str:
    chars = list(text)
    for entity in found:
        chars[entity.start : entity.end] = "*" * (entity.end - entity.start)
    return "".join(chars)
