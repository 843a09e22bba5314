"""Handlers for manifests and batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from local.emulators.soferai import bodies
from local.emulators.soferai.calls import Call, answer
from local.emulators.soferai.errors import bad_request
from local.emulators.soferai.items import OVER, Item, batch_status
from local.emulators.soferai.submission import (
    INFO_FIELDS,
    ITEM_FIELDS,
    Source,
    read_manifest,
    read_sources,
    read_wanted,
    validated,
)

_FIELDS = ("processing_mode", "batch_file_id", "audio_sources", "info", "batch_title")


async def upload_manifest(call: Call) -> Response:
    emulator = call.emulator
    body = bodies.read_object(await call.request.body())
    metadata = bodies.as_object(body.get("metadata") or {}, "metadata")
    items, size_bytes = read_manifest(body)
    sources, faults = validated(items)
    title = bodies.text(metadata, "title")
    ordered = emulator.faults.strike("invalid_manifest", id="", title=title or "")
    if ordered is not None:
        faults.append(ordered.options["message"])
    new = emulator.manifests.add(
        sources,
        faults,
        item_count=len(items),
        size_bytes=size_bytes,
        title=title,
        description=bodies.text(metadata, "description"),
        now=call.now,
    )
    slow = emulator.faults.strike("slow_validation", id=new.id, title=title or "")
    if slow is not None:
        new = emulator.manifests.delay(new.id, call.now + slow.options["seconds"])
    return answer(200, new.body(call.now, id_name="batch_file_id"))


async def list_manifests(call: Call) -> Response:
    found = call.emulator.manifests.all()
    files = [
        {**one.body(call.now, id_name="id", with_errors=False), "title": one.title} for one in found
    ]
    return answer(200, {"files": files})


async def get_manifest(call: Call) -> Response:
    one = call.emulator.manifests.get(call.path("id"))
    told = {"title": one.title, "description": one.description}
    return answer(200, {**one.body(call.now, id_name="id"), **told})


async def create(call: Call) -> Response:
    emulator = call.emulator
    body = bodies.read_object(await call.request.body())
    mode = bodies.one_of(body, "processing_mode", ("standard", "express"), "standard")
    info = bodies.as_object(body.get("info"), "info")
    title = bodies.text(body, "batch_title")
    wanted = read_wanted(info, mode)
    sources = _sources(call, body, mode)
    batch_id, ids = emulator.items.add_batch(sources, wanted, title, call.now)
    emulator.ledger.created(batch_id, call.now, mode, title, len(ids), _unknown(body, info))
    emulator.jobs.start(ids)
    made = {"transcription_ids": ids, "total_count": len(ids), "status": "RECEIVED"}
    return answer(200, {"batch_id": batch_id, **made})


async def status(call: Call) -> Response:
    faults = call.emulator.faults
    items = call.emulator.items.in_batch(call.path("id"))
    misstated = faults.strike("misstate_batch", batch=items[0].batch_id)
    shown = [item for item in items if faults.strike("hide_item", **item.facts) is None]
    return answer(
        200,
        {
            "batch_id": items[0].batch_id,
            "status": misstated.options["status"] if misstated else batch_status(items),
            **_counts(items),
            "transcriptions": [_told(call, item) for item in shown],
        },
    )


async def by_client_item_id(call: Call) -> Response:
    wanted = call.request.query_params.get("client_item_id")
    if wanted is None:
        raise bad_request("client_item_id is required")
    return answer(200, call.emulator.items.by_client_item_id(call.path("id"), wanted).body())


def _sources(call: Call, body: bodies.Json, mode: str) -> Sequence[Source]:
    manifest_id = bodies.identifier(body, "batch_file_id")
    has_sources = body.get("audio_sources") is not None
    if (manifest_id is not None) == has_sources or has_sources != (mode == "express"):
        raise bad_request("Use batch_file_id in standard mode, audio_sources in express mode")
    if manifest_id is None:
        return read_sources(body["audio_sources"], mode)
    manifest = call.emulator.manifests.get(manifest_id)
    if manifest.status(call.now) != "VALID":
        raise bad_request(f"The batch file is {manifest.status(call.now)}")
    return manifest.sources


def _counts(items: Sequence[Item]) -> dict[str, int]:
    done = sum(item.status == "COMPLETED" for item in items)
    over = sum(item.status in OVER for item in items)
    return {
        "total_count": len(items),
        "completed_count": done,
        "failed_count": over - done,
        "pending_count": len(items) - over,
    }


def _told(call: Call, item: Item) -> dict[str, Any]:
    if call.emulator.faults.strike("forget_client_item_id", **item.facts) is None:
        return item.body()
    return {**item.body(), "client_item_id": None}


def _unknown(body: bodies.Json, info: bodies.Json) -> list[str]:
    sources = body.get("audio_sources") or []
    return [
        *bodies.unknown(body, _FIELDS),
        *bodies.unknown(info, INFO_FIELDS, "info."),
        *sorted({name for item in sources for name in bodies.unknown(item, ITEM_FIELDS, "item.")}),
    ]
