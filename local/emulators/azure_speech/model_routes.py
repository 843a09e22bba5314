"""Handlers for models, and for the projects that they can belong to."""

from __future__ import annotations

from starlette.responses import Response

from local.emulators.azure_speech.calls import Call, answer
from local.emulators.azure_speech.errors import not_found
from local.emulators.azure_speech.filters import MODEL_FIELDS, compile_filter
from local.emulators.azure_speech.models import BASE_MODELS, NO_MODEL, custom_model_body, model_body


async def list_all(call: Call) -> Response:
    skip, top = call.skip_and_top()
    condition = compile_filter(call.request.query_params.get("filter"), MODEL_FIELDS)
    found, more = call.emulator.models.page(condition, skip, top)
    values = [model_body(model, call.version, call.public_url) for model in found]
    return call.page("models/base", values, more)


async def list_custom(call: Call) -> Response:
    """Those that the resource lists: none, though any may be named."""
    call.skip_and_top()
    return call.page("models", [], more=False)


async def get_custom(call: Call) -> Response:
    model_id = call.entity_id("model")
    if model_id in BASE_MODELS or model_id == NO_MODEL:
        raise not_found("model")
    return answer(200, custom_model_body(model_id, call.version, call.public_url))


async def list_projects(call: Call) -> Response:
    _require_projects(call)
    call.skip_and_top()
    return call.page("projects", [], more=False)


async def get_project(call: Call) -> Response:
    """Any may be named by a transcription, so any is there."""
    _require_projects(call)
    project_id = call.entity_id("project")
    return answer(
        200,
        {
            "self": call.version.link(call.public_url, f"projects/{project_id}"),
            "displayName": f"Project {project_id[:8]}",
            "locale": "en-US",
        },
    )


def _require_projects(call: Call) -> None:
    if not call.version.has_project:
        raise not_found("resource")


async def get(call: Call) -> Response:
    model = BASE_MODELS.get(call.entity_id("model"))
    if model is None:
        raise not_found("model")
    return answer(200, model_body(model, call.version, call.public_url))
