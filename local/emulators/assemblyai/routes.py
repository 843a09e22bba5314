"""Handlers: upload, create, get, list, delete, and what is made of a transcript."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from starlette.responses import PlainTextResponse, Response

from local.emulators.assemblyai import captions, speech
from local.emulators.assemblyai.bodies import (
    list_item,
    paragraphs_body,
    search_body,
    sentences_body,
    transcript_body,
)
from local.emulators.assemblyai.calls import Call, Handler, answer
from local.emulators.assemblyai.errors import Refusal
from local.emulators.assemblyai.submission import read_submission
from local.emulators.assemblyai.transcripts import Transcript
from local.emulators.assemblyai.vocabulary import MODELS
from local.emulators.common.endpoint import Table

_STATUSES = ("queued", "processing", "completed", "error")


async def upload(call: Call) -> Response:
    url = await call.emulator.uploads.take(call.request.stream(), call.key)
    return answer(200, {"upload_url": url})


async def create(call: Call) -> Response:
    emulator = call.emulator
    asked, unknown = read_submission(await call.request.body())
    _refuse_retired(call, asked["speech_models"])
    emulator.uploads.require_own(asked["audio_url"], call.key)
    transcript_id, now = str(uuid.uuid4()), emulator.clock()
    emulator.transcripts.add(transcript_id, now, asked)
    emulator.ledger.created(transcript_id, now, asked["audio_url"], asked, unknown)
    emulator.jobs.start(transcript_id)
    one = emulator.transcripts.get(transcript_id)
    assert one is not None
    return answer(200, transcript_body(one))


def _refuse_retired(call: Call, models: list[str]) -> None:
    """Before anything is noted, let alone paid."""
    for model in models:
        fault = call.emulator.faults.strike("retire_model", model=model)
        if fault is not None:
            left = ", ".join(f'"{one}"' for one in MODELS if one != model)
            offer = "" if fault.options["silent"] else f" Use one or more of: {left}"
            said = f'"speech_models": "{model}" is no longer accepted.{offer}'
            raise Refusal(fault.options["status"], fault.options["error"] or said)


async def get(call: Call) -> Response:
    one = call.found()
    if one.status == "completed" and not one.is_deleted:
        missing = call.strike("missing_result", one)
        if missing is not None:
            return answer(missing.options["status"], {"error": "Not found"})
        malformed = call.strike("malformed_result", one)
        if malformed is not None:
            return Response(malformed.options["body"], media_type="application/json")
    return answer(200, transcript_body(one))


async def delete(call: Call) -> Response:
    """What it was is gone at once; deleting a tombstone leaves it as it is."""
    one = call.found()
    call.emulator.delete(one.id)
    return answer(200, transcript_body(call.found()))


async def list_all(call: Call) -> Response:
    emulator, query = call.emulator, call.request.query_params
    limit = _limit(query.get("limit", "10"))
    status = query.get("status")
    if status is not None and status not in _STATUSES:
        raise Refusal(400, "status is invalid")
    first, last = _day(query.get("created_on"))
    page, has_older, has_newer = emulator.transcripts.page(
        limit,
        status=status,
        created_from=first,
        created_to=last,
        before_id=query.get("before_id"),
        after_id=query.get("after_id"),
    )
    url = f"{emulator.settings.public_url}/v2/transcript"
    kept = {name: query[name] for name in ("status", "created_on") if name in query}

    def link(**place: str) -> str:
        return f"{url}?{urlencode({'limit': limit, **kept, **place})}"

    shown = [one for one in page if not call.strike("unlisted", one)]
    details = {
        "limit": limit,
        "result_count": len(shown),
        "current_url": f"{url}?{call.request.url.query}",
        "prev_url": link(before_id=page[-1].id) if has_older else None,
        "next_url": link(after_id=page[0].id) if has_newer else None,
    }
    items = [list_item(one, emulator.settings.public_url) for one in shown]
    return answer(200, {"page_details": details, "transcripts": items})


async def srt(call: Call) -> Response:
    return PlainTextResponse(captions.srt(_spoken(call), _characters(call)))


async def vtt(call: Call) -> Response:
    return PlainTextResponse(captions.vtt(_spoken(call), _characters(call)))


async def sentences(call: Call) -> Response:
    return answer(200, sentences_body(call.completed()))


async def paragraphs(call: Call) -> Response:
    return answer(200, paragraphs_body(call.completed()))


async def word_search(call: Call) -> Response:
    words = call.request.query_params.get("words", "").split(",")
    return answer(200, search_body(call.completed(), [word for word in words if word]))


async def redacted_audio(call: Call) -> Response:
    call.completed()
    raise Refusal(400, "The redacted audio is not available")


def _spoken(call: Call) -> list[list[speech.Json]]:
    one: Transcript = call.completed()
    assert one.heard is not None
    phrases = speech.said(one.heard, one.asked)
    if not phrases:
        raise Refusal(400, "Transcript text is empty")
    return phrases


def _characters(call: Call) -> int | None:
    given = call.request.query_params.get("chars_per_caption")
    if given is not None and not re.fullmatch(r"[1-9][0-9]{0,4}", given):
        raise Refusal(400, "chars_per_caption must be a positive integer")
    return int(given) if given else None


def _limit(given: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", given) or not 1 <= int(given) <= 200:
        raise Refusal(400, "limit must be between 1 and 200")
    return int(given)


def _day(given: str | None) -> tuple[float | None, float | None]:
    """The first moment of the day and of the one after."""
    if given is None:
        return None, None
    try:
        day = datetime.strptime(given, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise Refusal(400, "created_on must be a date") from None
    return day.timestamp(), (day + timedelta(days=1)).timestamp()


_ONE = "/v2/transcript/{id}"
TABLE: Table[Handler] = {
    "/v2/upload": {"POST": ("uploads.create", upload)},
    "/v2/transcript": {
        "GET": ("transcripts.list", list_all),
        "POST": ("transcripts.create", create),
    },
    _ONE: {"GET": ("transcripts.get", get), "DELETE": ("transcripts.delete", delete)},
    f"{_ONE}/srt": {"GET": ("transcripts.srt", srt)},
    f"{_ONE}/vtt": {"GET": ("transcripts.vtt", vtt)},
    f"{_ONE}/sentences": {"GET": ("transcripts.sentences", sentences)},
    f"{_ONE}/paragraphs": {"GET": ("transcripts.paragraphs", paragraphs)},
    f"{_ONE}/word-search": {"GET": ("transcripts.word_search", word_search)},
    f"{_ONE}/redacted-audio": {"GET": ("transcripts.redacted_audio", redacted_audio)},
    "/{rest:path}": {},
}
