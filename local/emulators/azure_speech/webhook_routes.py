"""Handlers for web hooks."""

from __future__ import annotations

from starlette.responses import Response

from local.emulators.azure_speech.bodies import read_object
from local.emulators.azure_speech.calls import Call, answer
from local.emulators.azure_speech.errors import not_found
from local.emulators.azure_speech.filters import WEBHOOK_FIELDS, compile_filter
from local.emulators.azure_speech.hooks import WebHook, hook_body, read_hook, with_update
from local.emulators.azure_speech.versions import require_readable

_TESTED = tuple(f"transcription{m}" for m in ("Creation", "Processing", "Completion", "Deletion"))


async def create(call: Call) -> Response:
    request = call.request
    body = read_object(request.headers.get("content-type", ""), await request.body())
    hook = read_hook(body, call.version, call.emulator.now())
    call.emulator.hooks.put(hook)
    call.emulator.deliveries.challenge(hook)
    entity = hook_body(hook, call.version, call.public_url)
    return answer(201, entity, {"Location": entity["self"]})


async def list_all(call: Call) -> Response:
    skip, top = call.skip_and_top()
    condition = compile_filter(call.request.query_params.get("filter"), WEBHOOK_FIELDS)
    found, more = call.emulator.hooks.page(call.version, condition, skip, top)
    values = [hook_body(hook, call.version, call.public_url) for hook in found]
    return call.page("webhooks", values, more)


async def get(call: Call) -> Response:
    return _entity(call, _found(call))


async def update(call: Call) -> Response:
    request = call.request
    hook = _found(call)
    patch = read_object(request.headers.get("content-type", ""), await request.body())
    changed = with_update(hook, patch, call.emulator.now())
    call.emulator.hooks.put(changed)
    if changed.status == "NotStarted":
        call.emulator.deliveries.challenge(changed)
    return _entity(call, changed)


async def delete(call: Call) -> Response:
    """204, whether it existed or not."""
    call.emulator.hooks.remove(call.entity_id("web hook"))
    return answer(204)


async def ping(call: Call) -> Response:
    call.emulator.deliveries.ping(_found(call))
    return answer(202, headers=_retry_after(call))


async def test(call: Call) -> Response:
    """One request per event that the hook wants, about the last transcription; 204 if none."""
    hook = _found(call)
    last = call.emulator.transcriptions.latest(hook.version)
    events = [event for event in _TESTED if hook.events.get(event)]
    if last is None or not events:
        return answer(204)
    for event in events:
        call.emulator.deliveries.test(hook, event, f"transcriptions/{last}")
    return answer(202, headers=_retry_after(call))


def _found(call: Call) -> WebHook:
    hook = call.emulator.hooks.get(call.entity_id("web hook"))
    if hook is None:
        raise not_found("web hook")
    require_readable(hook.version, call.version, "web hook")
    return hook


def _entity(call: Call, hook: WebHook) -> Response:
    pending = hook.status == "NotStarted"
    entity = hook_body(hook, call.version, call.public_url)
    return answer(200, entity, _retry_after(call) if pending else {})


def _retry_after(call: Call) -> dict[str, str]:
    return {"Retry-After": str(call.emulator.settings.retry_after_seconds)}
