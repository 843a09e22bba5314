"""What was learnt from corrections, for those who tell a provider beforehand."""

from __future__ import annotations

from typing import Annotated

import msgspec

from shared.api.fields import Moment, ProfileName, about
from shared.api.http import Response, answer
from shared.api.operation import Answer, Call, Operation, tagged
from shared.api.problems import Refused
from shared.api.rights import READS, REVIEWS
from shared.model.access.caller import Belonging


class TermView(msgspec.Struct, frozen=True, kw_only=True):
    """What people put in the place of what was heard."""

    meant: Annotated[str, about("Meant", "The right words")]
    heard: Annotated[tuple[str, ...], about("Heard", "The wrong ones, the latest first")]
    times: Annotated[int, about("Times", "How often it was corrected", ge=1)]
    last_at: Annotated[Moment, about("Last at", "When it was corrected last")]


class TermList(msgspec.Struct, frozen=True, kw_only=True):
    """The glossary of a profile."""

    value: Annotated[tuple[TermView, ...], about("Terms", "The most frequent first")]


class GlossaryQuery(msgspec.Struct, frozen=True, kw_only=True):
    profile: Annotated[ProfileName, about("Profile", "Whose glossary")] = "default"


class TermQuery(msgspec.Struct, frozen=True, kw_only=True):
    meant: Annotated[
        str, msgspec.Meta(title="Meant", min_length=1, max_length=500, description="Which term")
    ]
    profile: Annotated[ProfileName, about("Profile", "Of whose glossary")] = "default"


def read(call: Call) -> Response:
    _refuse_unseen(call)
    found = call.app.glossary(call.query.profile)
    terms = tuple(
        TermView(**{name: getattr(one, name) for name in TermView.__struct_fields__})
        for one in found.terms
    )
    return answer(TermList(value=terms))


def remove(call: Call) -> Response:
    _refuse_unseen(call)
    call.app.glossary.forget(call.query.profile, call.query.meant)
    return Response(204)


def _refuse_unseen(call: Call) -> None:
    """Of a glossary nobody knows from which containers it was learnt."""
    there = Belonging("", (call.query.profile,), ())
    if not (call.sight.is_whole or call.sight.covers(there)):
        raise Refused(404, "profile_missing", "There is no profile of that name.")


OPERATIONS = tagged(
    "Corrections",
    Operation(
        name="list_terms",
        method="GET",
        path="glossary",
        summary="See what was learnt from corrections",
        description="Lists what people put in the place of what was heard, in recordings of a "
        "profile: what a provider can be told beforehand as `key_terms`.",
        handle=read,
        rights=READS,
        query=GlossaryQuery,
        answers={200: Answer("The glossary", TermList)},
        problems=(404,),
    ),
    Operation(
        name="remove_term",
        method="DELETE",
        path="glossary",
        summary="Take a term out of the glossary",
        description="Of what was put in the place of something by mistake, or is nobody's "
        "business. Corrected once more, it comes back.",
        handle=remove,
        rights=REVIEWS,
        query=TermQuery,
        answers={204: Answer("It is not there any more")},
        problems=(404, 409),
    ),
)
