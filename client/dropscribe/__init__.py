"""Dropscribe from Python: drop audio, get transcripts, captions and a report.

    from dropscribe import Dropscribe

    with Dropscribe.from_environment() as service:
        batch = service.wait(service.transcribe(["meeting.wav"], locale="en-US")["id"])
        for item in service.items(batch["id"], state="transcribed"):
            print(service.rendered(item, "txt").decode())

`AsyncDropscribe` has the same methods to await; `verify` and `Inbox` are for receivers of webhooks.
"""

from dropscribe.async_client import AsyncDropscribe
from dropscribe.client import Dropscribe
from dropscribe.errors import (
    DropscribeError,
    NotAllowed,
    NotConfigured,
    NotGenuine,
    Problem,
    TookTooLong,
    Unreachable,
)
from dropscribe.operations import VERSION as __version__
from dropscribe.uploads import UploadFailed
from dropscribe.webhooks import Inbox, verify

__all__ = [
    "AsyncDropscribe",
    "Dropscribe",
    "DropscribeError",
    "Inbox",
    "NotAllowed",
    "NotConfigured",
    "NotGenuine",
    "Problem",
    "TookTooLong",
    "Unreachable",
    "UploadFailed",
    "__version__",
    "verify",
]
