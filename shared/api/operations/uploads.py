"""Upload links, for whoever has no access to the storage."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from shared.api.fields import about
from shared.api.http import Response, answer
from shared.api.operation import Answer, Call, Operation, tagged
from shared.api.problems import Refused
from shared.api.rights import ASKS
from shared.api.views.uploads import Upload
from shared.api.words import written

# No folder, no sign that controls or turns the text, and not one that some storage cuts off at the
# end.
_UNFIT = r"/\\\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069"
_NAME = f"[^{_UNFIT}]*[^{_UNFIT}. ]"
_FILE_NAME = f"^{_NAME}$"
_FOLDER = f"^({_NAME}(/{_NAME})*)?$"


class NewUpload(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Annotated[
        str,
        Meta(
            title="File name",
            max_length=200,
            pattern=_FILE_NAME,
            extra=written(
                "the name of a file without a folder, such as a.wav; a folder has a field of "
                "its own"
            ),
            description="The name of the audio, without a folder",
        ),
    ]
    folder: Annotated[
        str,
        Meta(
            title="Folder",
            max_length=400,
            pattern=_FOLDER,
            extra=written(
                "a folder without a slash at its beginning or end, such as sales/inbound"
            ),
            description="The folder that the audio is of, such as sales/inbound: where the request "
            "names no profile, that of this folder holds",
        ),
    ] = ""
    minutes: Annotated[
        int, about("Minutes", "How long the link can be used; 60 if left out", ge=5, le=1_440)
    ] = 60


def create(call: Call) -> Response:
    _refuse_out_of_reach(call)
    body = call.body
    place = call.app.upload(body.name, timedelta(minutes=body.minutes), body.folder)
    view = Upload(
        url=place.link.url,
        method="PUT",
        headers=place.link.headers,
        container=place.container,
        blob=place.blob,
        expires_at=place.link.expires_at,
    )
    return answer(view, 201, {"Cache-Control": "no-store"})


def _refuse_out_of_reach(call: Call) -> None:
    """Raises `Refused` where the caller could not name afterwards what it uploaded."""
    uploads = call.app.known.shared.uploads
    if all(grant.containers and uploads not in grant.containers for grant in call.sight.grants):
        text = f"Your role is bound to containers, and {uploads} is none of them."
        raise Refused(403, "out_of_reach", text)


OPERATIONS = tagged(
    "Uploads",
    Operation(
        name="create_upload",
        method="POST",
        path="uploads",
        summary="Get an upload link",
        description="Gives a link by which one recording can be uploaded for a short time. A batch "
        "then names it by the container and the blob of the answer.",
        handle=create,
        rights=ASKS,
        body=NewUpload,
        answers={201: Answer("Where to upload", Upload)},
        problems=(415,),
    ),
)
