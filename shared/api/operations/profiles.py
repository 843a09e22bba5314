"""The file of profiles: read, given in place of that of the release, and taken back."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from shared.api.http import Response, answer
from shared.api.operation import Answer, Call, Operation
from shared.api.rights import OWNS
from shared.api.words import written
from shared.model.profile.profile import version_of

TAG = "Deployment"
_Version = Annotated[
    str,
    Meta(
        title="Version of the profiles",
        pattern="^([0-9a-f]{12})?$",
        description="12 hex digits",
        extra=written("12 hex digits: a version that was given before"),
    ),
]
_Text = Annotated[str, Meta(title="TOML", max_length=200_000, description="The text of the file")]


class ProfilesQuery(msgspec.Struct, frozen=True, kw_only=True):
    file_version: Annotated[_Version, Meta(description="One that was given before")] = ""


class ProfilesText(msgspec.Struct, frozen=True, kw_only=True):
    """A file of profiles."""

    version: Annotated[str, Meta(title="Version of the profiles", description="12 hex digits")]
    toml: _Text


class NewProfiles(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to take the place of the file of the release."""

    toml: _Text
    replaces: Annotated[
        _Version, Meta(description="The version that was changed: refused if there is another")
    ] = ""


def get(call: Call) -> Response:
    return _answer(call.app.profiles_desk.text(call.query.file_version))


def give(call: Call) -> Response:
    asked: NewProfiles = call.body
    call.app.profiles_desk.give(asked.toml, asked.replaces)
    return _answer(asked.toml)


def take_back(call: Call) -> Response:
    call.app.profiles_desk.take_back()
    return Response(204)


def _answer(text: str) -> Response:
    return answer(ProfilesText(version=version_of(text), toml=text))


OPERATIONS = (
    Operation(
        name="get_profiles_file",
        method="GET",
        path="profiles/file",
        summary="Get the profiles as a file",
        description="Gives the file of profiles, or a version of it that was given before.",
        tag=TAG,
        handle=get,
        rights=OWNS,
        query=ProfilesQuery,
        answers={200: Answer("The file", ProfilesText)},
        problems=(404,),
    ),
    Operation(
        name="give_profiles_file",
        method="PUT",
        path="profiles/file",
        summary="Change the profiles",
        description="Puts a file of profiles in the place of that of the release, without a "
        "deployment. It is checked as a whole: one mistake, and those of before stay in force. It "
        "holds for what comes in within a minute after the answer.",
        tag=TAG,
        handle=give,
        rights=OWNS,
        body=NewProfiles,
        answers={200: Answer("It is taken", ProfilesText)},
        problems=(409, 415, 422),
    ),
    Operation(
        name="take_profiles_file_back",
        method="DELETE",
        path="profiles/file",
        summary="Go back to the profiles of the release",
        description="Puts the file of the release in force again.",
        tag=TAG,
        handle=take_back,
        rights=OWNS,
        answers={204: Answer("It is done")},
    ),
)
