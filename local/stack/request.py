"""One drop is one batch: it is asked for by name once all of it is there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePosixPath

import httpx

from local.stack.intake import Drop
from local.stack.lasting import Lasting, StackDown
from local.stack.stack import CONTAINERS

ON_REQUEST = {"dropscribe_on_request": "true"}
"""Metadata of a blob whose arrival alone starts nothing."""


def ask_for(there: Lasting, drops: Sequence[Drop], *, titled: bool = False) -> str:
    """The id of the batch of these blobs in the container of audio. `titled`: they bring their own
    titles. Raises `StackDown`."""
    manifest = {
        "title": _title(drops),
        "container": CONTAINERS["AUDIO_CONTAINER"],
        "recordings": [
            {"blob": drop.name}
            if titled
            else {"blob": drop.name, "title": PurePosixPath(drop.name).stem}
            for drop in drops
        ],
    }
    try:
        with there.client() as client:
            answer = client.post(f"{there.api}/batches", json=manifest, params={"again": "true"})
            found = answer.json()
    except (httpx.TransportError, ValueError) as error:
        raise StackDown(f"The stack does not answer ({type(error).__name__}).") from None
    if answer.is_error:
        faults = "".join(f"\n  {f['at']}: {f['message']}" for f in found.get("faults") or ())
        raise StackDown(f"The batch was not taken: {found.get('detail')}{faults}")
    return str(found["id"])


def _title(drops: Sequence[Drop]) -> str:
    if len(drops) == 1:
        return drops[0].path.name
    return f"{len(drops)} recordings, {datetime.now().astimezone():%d %B %Y, %H:%M}"
