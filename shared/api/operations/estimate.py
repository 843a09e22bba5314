"""What something would cost, asked before money is spent."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from shared.api.fields import ProfileName, about
from shared.api.http import Response, answer
from shared.api.manifests import MANIFEST_TYPES, kind_of_body
from shared.api.operation import Answer, Call, Operation, tagged
from shared.api.problems import Refused
from shared.api.rights import ASKS
from shared.model.manifest.files import read_manifest
from shared.model.money.estimate import Estimate, Length

_Positive = Annotated[int, Meta(ge=1, le=100_000_000_000)]
_Channels = Annotated[int, Meta(ge=1, le=64)]
_MediaType = Annotated[str, Meta(min_length=1, max_length=100)]


class EstimateQuery(msgspec.Struct, frozen=True, kw_only=True):
    recordings: Annotated[int, about("Recordings", "How many there are", ge=1, le=1_000_000)] = 1
    duration_ms: Annotated[
        _Positive | None, about("Duration", "The length of each in milliseconds")
    ] = None
    bytes: Annotated[
        _Positive | None, about("Bytes", "The size of each, where the length is not known")
    ] = None
    media_type: Annotated[
        _MediaType | None, about("Media type", "With the size: `audio/mpeg`, or a file's ending")
    ] = None
    channels: Annotated[_Channels | None, about("Channels", "Of each recording")] = None
    profile: Annotated[ProfileName, about("Profile", "By which profile they are transcribed")] = (
        "default"
    )


def of_lengths(call: Call) -> Response:
    asked: EstimateQuery = call.query
    if asked.duration_ms is None and asked.bytes is None:
        raise Refused(400, "nothing_to_estimate", "Give `duration_ms`, or `bytes`, of a recording.")
    length = Length(
        duration_ms=asked.duration_ms,
        bytes=asked.bytes,
        media_type=asked.media_type,
        channels=asked.channels,
        count=asked.recordings,
    )
    if asked.profile not in call.known.profile_names:
        known = ", ".join(call.known.profile_names)
        raise Refused(422, "unknown_profile", f"There is no such profile. Known are: {known}.")
    return answer(call.app.estimate([length], profile=asked.profile))


def of_manifest(call: Call) -> Response:
    manifest = read_manifest(call.request.body, kind_of_body(call.request), call.known)
    return answer(call.app.estimate(manifest))


OPERATIONS = tagged(
    "Estimates",
    Operation(
        name="estimate_lengths",
        method="GET",
        path="estimate",
        summary="Estimate a cost",
        description="Tells what recordings of a length, or of a size, would cost with each "
        "provider and mode, and whether a prepaid balance is enough.",
        handle=of_lengths,
        rights=ASKS,
        query=EstimateQuery,
        answers={200: Answer("The estimate", Estimate)},
        problems=(422,),
    ),
    Operation(
        name="estimate_manifest",
        method="POST",
        path="estimate",
        summary="Estimate the cost of a manifest",
        description="Takes a manifest as creating a batch does, looks into some of its recordings, "
        "and tells what all would cost. Nothing is stored and nothing is sent to a provider.",
        handle=of_manifest,
        rights=ASKS,
        body_types=MANIFEST_TYPES,
        answers={200: Answer("The estimate", Estimate)},
        problems=(413, 415, 422),
    ),
)
