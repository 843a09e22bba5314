"""Handlers for transcriptions, their files and the locales."""

from __future__ import annotations

from starlette.responses import Response

from local.emulators.azure_speech.bodies import read_object
from local.emulators.azure_speech.calls import Call, answer
from local.emulators.azure_speech.errors import not_found
from local.emulators.azure_speech.files import StoredFile
from local.emulators.azure_speech.filters import FILE_FIELDS, TRANSCRIPTION_FIELDS, compile_filter
from local.emulators.azure_speech.models import locales_body
from local.emulators.azure_speech.rendering import file_body, transcription_body, with_update
from local.emulators.azure_speech.submission import read_submission, unknown_fields
from local.emulators.azure_speech.transcriptions import Transcription
from local.emulators.azure_speech.versions import require_readable

_DEFAULT_SAS_SECONDS = 12 * 3600


async def create(call: Call) -> Response:
    request, emulator, version = call.request, call.emulator, call.version
    body = read_object(request.headers.get("content-type", ""), await request.body())
    new, inputs = read_submission(body, version, emulator.now())
    emulator.transcriptions.add(new, inputs)
    emulator.ledger.created(new, inputs, unknown_fields(body, version))
    emulator.deliveries.announce("transcriptionCreation", f"transcriptions/{new.id}", version)
    emulator.jobs.start(new.id)
    entity = transcription_body(new, version, call.public_url)
    return answer(201, entity, {"Location": entity["self"]})


async def list_all(call: Call) -> Response:
    """Oldest first. What a newer version made is left out, as this one cannot read it."""
    skip, top = call.skip_and_top()
    condition = compile_filter(call.request.query_params.get("filter"), TRANSCRIPTION_FIELDS)
    found, more = call.emulator.transcriptions.page(call.version, condition, skip, top)
    values = [transcription_body(one, call.version, call.public_url) for one in found]
    return call.page("transcriptions", values, more)


async def get(call: Call) -> Response:
    return _entity(call, _found(call))


async def update(call: Call) -> Response:
    request = call.request
    one = _found(call)
    patch = read_object(request.headers.get("content-type", ""), await request.body())
    changed = with_update(one, patch, call.version)
    call.emulator.transcriptions.describe(changed)
    return _entity(call, changed)


async def delete(call: Call) -> Response:
    """204, whether it existed or not; one that still runs is ended."""
    call.emulator.delete(call.entity_id("transcription"))
    return answer(204)


async def list_files(call: Call) -> Response:
    """Nothing before the job is over; then the results and, last, the report."""
    one = _found(call)
    skip, top = call.skip_and_top()
    condition = compile_filter(call.request.query_params.get("filter"), FILE_FIELDS)
    expires_at = _sas_expiry(call)
    path = f"transcriptions/{one.id}/files"
    if not one.is_over:
        response = call.page(path, [], more=False)
        response.headers.update(_retry_after(call, one))
        return response
    found, more = call.emulator.files.page(one.id, condition, skip, top)
    return call.page(path, [_file(call, file, expires_at) for file in found], more)


async def get_file(call: Call) -> Response:
    one = _found(call)
    file_id = call.entity_id("file", "file_id")
    expires_at = _sas_expiry(call)
    file = call.emulator.files.get(one.id, file_id) if one.is_over else None
    if file is None:
        raise not_found("file")
    return answer(200, _file(call, file, expires_at))


async def locales(call: Call) -> Response:
    return answer(200, locales_body(call.version))


def _found(call: Call) -> Transcription:
    one = call.emulator.transcriptions.get(call.entity_id("transcription"))
    if one is None:
        raise not_found("transcription")
    require_readable(one.version, call.version, "transcription")
    return one


def _entity(call: Call, one: Transcription) -> Response:
    entity = transcription_body(one, call.version, call.public_url)
    return answer(200, entity, _retry_after(call, one))


def _retry_after(call: Call, one: Transcription) -> dict[str, str]:
    if one.is_over:
        return {}
    return {"Retry-After": str(call.emulator.settings.retry_after_seconds)}


def _sas_expiry(call: Call) -> float:
    unit = call.version.sas_unit_seconds
    name = call.version.sas_parameter
    lifetime = call.number(name, _DEFAULT_SAS_SECONDS // unit, 1, "InvalidSasValidityDuration")
    return call.emulator.clock() + lifetime * unit


def _file(call: Call, file: StoredFile, expires_at: float) -> dict[str, object]:
    link = call.emulator.links.link(file, expires_at)
    return file_body(file, call.version, call.public_url, link)
