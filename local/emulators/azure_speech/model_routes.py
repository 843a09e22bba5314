"""Handlers for base models."""

from __future__ import annotations

from starlette.responses import Response

from local.emulators.azure_speech.calls import Call, answer
from local.emulators.azure_speech.errors import not_found
from local.emulators.azure_speech.filters import MODEL_FIELDS, compile_filter
from local.emulators.azure_speech.models import BASE_MODELS, model_body


async def list_all(call: Call) -> Response:
    skip, top = call.skip_and_top()
    condition = compile_filter(call.request.query_params.get("filter"), MODEL_FIELDS)
    found, more = call.emulator.models.page(condition, skip, top)
    values = [model_body(model, call.version, call.public_url) for model in found]
    return call.page("models/base", values, more)


async def get(call: Call) -> Response:
    model = BASE_MODELS.get(call.entity_id("model"))
    if model is None:
        raise not_found("model")
    return answer(200, model_body(model, call.version, call.public_url))
