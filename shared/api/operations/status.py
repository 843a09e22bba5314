"""How the deployment is doing, and what there is to choose from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any

import msgspec

from shared.api.describe.openapi import document
from shared.api.describe.openapi_3_0 import document_3_0
from shared.api.describe.plain_schemas import plain
from shared.api.fields import TranscriptFormat, about
from shared.api.http import Response, answer
from shared.api.operation import Answer, Call, Operation, Operations, tagged
from shared.api.rights import ANYBODY
from shared.api.views.choices import Choice, ChoiceList
from shared.errors import ConfigurationError, DropscribeError
from shared.outputs.formats import FORMATS
from shared.pipeline.watch.health import Health, misconfigured, unreachable

_FORMAT_TITLES = {
    "json": "Transcript with times and speakers (JSON)",
    "vtt": "Captions (WebVTT)",
    "srt": "Captions (SubRip)",
    "ttml": "Captions (TTML, IMSC 1.1)",
    "txt": "Plain text",
    "docx": "Document (Word)",
    "csv": "Utterances (CSV)",
    "words": "Words with times (JSON)",
}


OTHER_FUNCTIONS = 11
"""Of this release, beside one for each operation: a test counts them."""


def health(call: Call) -> Response:
    functions = len(call.operations) + OTHER_FUNCTIONS
    return _health(msgspec.structs.replace(call.app.health(), functions=functions))


def health_unconfigured(error: DropscribeError) -> Response:
    """There is no application to ask."""
    now = datetime.now(UTC)
    if isinstance(error, ConfigurationError):
        return _health(misconfigured(error.problems, now))
    return _health(unreachable(now))


def _health(found: Health) -> Response:
    status = 503 if found.status == "down" else 200
    return answer(found, status, {"Cache-Control": "no-store"})


def profiles(call: Call) -> Response:
    return _choices((name, name) for name in call.known.offered)


def formats(call: Call) -> Response:
    return _choices((name, _FORMAT_TITLES[name]) for name in FORMATS)


def locales(call: Call) -> Response:
    """What the profiles use, and what the providers that have an endpoint here name."""
    known = call.app.known
    found = {locale for limits in known.capabilities.values() for locale in limits.locales or ()}
    for profile in known.profiles:
        options = profile.options
        found |= {options.locale, *options.candidate_locales}
    return _choices((locale, locale) for locale in sorted(found))


class SchemaQuery(msgspec.Struct, frozen=True, kw_only=True):
    format: Annotated[TranscriptFormat, about("Format", "Of which format")] = "json"


class SchemaAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a transcript of a format looks like, for whoever builds a flow."""

    schema: Annotated[dict[str, Any], about("Schema", "Without references and unions")]


def transcript_schema(call: Call) -> Response:
    if call.query.format != "json":
        return answer(SchemaAnswer(schema={"type": "string"}))
    return answer(SchemaAnswer(schema=_transcript_schema(call.operations)))


@cache
def _transcript_schema(operations: Operations) -> dict[str, Any]:
    schemas = document(operations, "")["components"]["schemas"]
    return plain(schemas["Transcript"], schemas)


def _choices(pairs: Iterable[tuple[str, str]]) -> Response:
    found = tuple(Choice(value=value, title=title) for value, title in pairs)
    return answer(ChoiceList(value=found))


def openapi(call: Call) -> Response:
    return answer(document(call.operations, call.base))


def openapi_3_0(call: Call) -> Response:
    return answer(document_3_0(call.operations, call.base))


OPERATIONS = tagged(
    "Deployment",
    Operation(
        name="get_health",
        method="GET",
        path="health",
        summary="Check the health",
        description="Tells whether storage, endpoints and timers work, how much is left to do, "
        "which release runs, and what is wrong with settings and profiles where nothing can be "
        "done. Open to everybody; measured at most every ten seconds.",
        handle=health,
        unconfigured=health_unconfigured,
        answers={
            200: Answer("It works, perhaps with an endpoint out of order", Health),
            503: Answer("Storage does not answer, or the configuration is wrong", Health),
        },
        is_open=True,
    ),
    Operation(
        name="list_profiles",
        method="GET",
        path="profiles",
        summary="List profiles",
        description="Lists the profiles that a batch may name.",
        handle=profiles,
        rights=ANYBODY,
        answers={200: Answer("All profiles", ChoiceList)},
    ),
    Operation(
        name="list_formats",
        method="GET",
        path="formats",
        summary="List formats",
        description="Lists the formats in which a transcript can be had.",
        handle=formats,
        rights=ANYBODY,
        answers={200: Answer("All formats", ChoiceList)},
    ),
    Operation(
        name="list_locales",
        method="GET",
        path="locales",
        summary="List locales",
        description="Lists the locales that the profiles use, and those that the providers of this "
        "deployment name.",
        handle=locales,
        rights=ANYBODY,
        answers={200: Answer("All locales", ChoiceList)},
    ),
    Operation(
        name="get_transcript_schema",
        method="GET",
        path="transcript-schema",
        summary="Describe a transcript",
        description="Gives the schema of a transcript in a format, for designers of flows.",
        handle=transcript_schema,
        rights=ANYBODY,
        query=SchemaQuery,
        answers={200: Answer("The schema", SchemaAnswer)},
    ),
    Operation(
        name="get_openapi",
        method="GET",
        path="openapi.json",
        summary="Describe the API",
        description="Gives this description of the API, in OpenAPI 3.1.",
        handle=openapi,
        rights=ANYBODY,
        answers={200: Answer("The description", dict)},
    ),
    Operation(
        name="get_openapi_3_0",
        method="GET",
        path="openapi-3.0.json",
        summary="Describe the API to generators",
        description="Gives the same description in OpenAPI 3.0.3, as generators of clients and "
        "gateways read it.",
        handle=openapi_3_0,
        rights=ANYBODY,
        answers={200: Answer("The description", dict)},
    ),
)
