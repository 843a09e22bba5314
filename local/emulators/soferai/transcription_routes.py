"""Handlers for single transcriptions, the account and the health of the service."""

from __future__ import annotations

import base64
import binascii

from starlette.responses import Response

from local.emulators.soferai import bodies
from local.emulators.soferai.calls import Call, answer
from local.emulators.soferai.errors import bad_request
from local.emulators.soferai.results import timestamps, transcription_text
from local.emulators.soferai.submission import SCRIPTS, Source, read_wanted


async def create(call: Call) -> Response:
    emulator = call.emulator
    body = bodies.read_object(await call.request.body())
    info = bodies.as_object(body.get("info"), "info")
    if (body.get("audio_url") is None) == (body.get("audio_file") is None):
        raise bad_request("Either audio_url or audio_file must be provided, but not both")
    audio = _audio(bodies.text(body, "audio_file"))
    url = "" if audio is not None else bodies.web_address(body.get("audio_url"))
    wanted = read_wanted(info, "single")
    source = Source(audio_url=url, title=bodies.text(info, "title"))
    item_id = bodies.identifier(info, "id")
    new = emulator.items.add_single(source, wanted, item_id, audio, call.now)
    emulator.ledger.created(new, call.now, "single", source.title, 1, [])
    emulator.jobs.start([new])
    return answer(200, new)


async def list_all(call: Call) -> Response:
    faults = call.emulator.faults
    return answer(
        200,
        [
            {"id": item.id, "title": item.title, "status": item.status}
            for item in call.emulator.items.all()
            if faults.strike("unlisted_item", **item.facts) is None
        ],
    )


async def status(call: Call) -> Response:
    return answer(200, call.emulator.items.get(call.path("id")).body())


async def get(call: Call) -> Response:
    """Before it is completed, the text is empty."""
    faults = call.emulator.faults
    item = call.emulator.items.get(call.path("id"))
    script = call.request.query_params.get("filter_hebrew_word_format")
    if script is not None and script not in SCRIPTS:
        raise bad_request(f"filter_hebrew_word_format must be one of {', '.join(SCRIPTS)}")
    missing = faults.strike("missing_result", **item.facts)
    if missing is not None:
        return answer(missing.options["status"], {"detail": "Transcription not found"})
    malformed = faults.strike("malformed_result", **item.facts)
    if malformed is not None:
        return Response(malformed.options["body"], media_type="application/json")
    scripts = item.asked.scripts if script is None else (script,)
    if faults.strike("both_scripts", **item.facts) is not None:
        scripts = ("en", "he")
    said = item.said
    return answer(
        200,
        {
            "text": transcription_text(said, scripts),
            "timestamps": timestamps(said, scripts, item.asked),
            "info": item.body(),
        },
    )


async def balance(call: Call) -> Response:
    return answer(200, call.emulator.account.body())


async def health(_: Call) -> Response:
    return answer(200, {"status": "ok"})


def _audio(encoded: str | None) -> bytes | None:
    try:
        return None if encoded is None else base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise bad_request("audio_file must be base64") from None
