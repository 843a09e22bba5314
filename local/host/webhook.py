"""What Event Grid posts to /runtime/webhooks/blobs, in its own schema or as CloudEvents."""

from typing import Any
from urllib.parse import unquote, urlsplit

from local.host.blobs import BlobEvent

CREATED = "Microsoft.Storage.BlobCreated"
_VALIDATION = "Microsoft.EventGrid.SubscriptionValidationEvent"


def as_events(document: Any) -> list[dict[str, Any]]:
    """The events in a body: Event Grid sends a list, CloudEvents one or a list.

    Raises ValueError for anything else.
    """
    events = document if isinstance(document, list) else [document]
    if not all(isinstance(event, dict) for event in events):
        raise ValueError("not a list of events")
    return events


def validation_code(events: list[dict[str, Any]]) -> str | None:
    """The code of a subscription handshake, to be sent back; None when this is none."""
    for event in events:
        if event.get("eventType") == _VALIDATION:
            return str(event["data"]["validationCode"])
    return None


def created_blobs(
    events: list[dict[str, Any]], function: str, account_path: str
) -> list[BlobEvent]:
    """The BlobCreated events among them. Raises KeyError or ValueError for a malformed one.

    `account_path` is what an emulator puts before the container in a blob's address.
    """
    created = [e for e in events if CREATED in (e.get("eventType"), e.get("type"))]
    return [_blob(event["data"], function, account_path) for event in created]


def _blob(data: dict[str, Any], function: str, account_path: str) -> BlobEvent:
    path = urlsplit(data["url"]).path.strip("/")
    if account_path:
        path = path.removeprefix(account_path.strip("/") + "/")
    container, slash, name = path.partition("/")
    if not slash or not name:
        raise ValueError("the event's url names no blob")
    return BlobEvent(
        function,
        unquote(container),
        unquote(name),
        str(data.get("eTag", "")),
        str(data.get("blobType", "BlockBlob")),
    )
