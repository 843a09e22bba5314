"""The handler of a fast transcription: a form comes, and its answer is the transcript.

Nothing is kept of it but what the ledger says was paid.
"""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from starlette.responses import Response

from local.emulators.azure_speech.calls import Call, answer
from local.emulators.azure_speech.errors import ServiceError
from local.emulators.azure_speech.fast.answer import answer_body
from local.emulators.azure_speech.fast.definition import Asked, read_definition
from local.emulators.azure_speech.fast.form import MOST_SOUND_BYTES, Form, boundary_of, received
from local.emulators.common import audio
from local.recogniser.types import AudioRejected, Heard

MOST_MS = 2 * 3_600_000
_FETCH_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
_FORMAT = ("InvalidAudioFormat", "The audio format is not supported.")


async def transcribe(call: Call) -> Response:
    request = call.request
    boundary = boundary_of(request.headers.get("content-type", ""))
    with TemporaryDirectory(prefix="azure-fast-", ignore_cleanup_errors=True) as folder:
        body = Path(folder) / "body"
        await received(request.stream(), body)
        form = Form(body, boundary)
        asked = read_definition(form.text("definition"), call.version)
        sound = await _sound(form, asked, Path(folder), call.emulator.settings.whole_audio)
        heard = await _heard(call, asked, sound)
        digest = await asyncio.to_thread(_digest, sound)
    call.emulator.ledger.answered(sound.name, digest, heard.duration_ms, asked.unknown_fields)
    if not heard.phrases and len(asked.locales) != 1 and not asked.is_enhanced:
        raise _unprocessable("NoLanguageIdentified", "No language was identified.")
    return answer(200, answer_body(asked, heard))


async def _sound(form: Form, asked: Asked, folder: Path, whole: bool) -> Path:
    """The sound of the form or, without one, of the address."""
    part = form.part("audio")
    if part is None and asked.audio_url is None:
        raise ServiceError(
            400,
            "InvalidArgument",
            "Either audio or audioUrl is required.",
            inner="InvalidParameterValue",
        )
    if part is None:
        return await _fetched(str(asked.audio_url), folder, whole)
    if part.end - part.start > MOST_SOUND_BYTES:
        raise ServiceError(413, "InvalidRequest", "The audio is too large.")
    (folder / "sound").mkdir()
    target = folder / "sound" / audio.file_name(f"http://sound/{part.filename or 'audio'}")
    await asyncio.to_thread(form.copy, part, target)
    return target


async def _fetched(url: str, folder: Path, whole: bool) -> Path:
    try:
        async with httpx.AsyncClient(follow_redirects=True, timeout=_FETCH_TIMEOUT) as client:
            (folder / "sound").mkdir()
            return await audio.fetch(
                client, url, folder / "sound", whole=whole, most_bytes=MOST_SOUND_BYTES
            )
    except audio.Unfetched as failure:
        raise ServiceError(
            400,
            "InvalidArgument",
            f"The audio at audioUrl cannot be read: {failure}.",
            inner="InvalidRecordingsUri",
        ) from None


async def _heard(call: Call, asked: Asked, sound: Path) -> Heard:
    try:
        heard = await asyncio.wrap_future(
            call.emulator.pool.recognise(sound, asked.channels or None)
        )
    except AudioRejected as error:
        if error.kind == "empty":
            raise ServiceError(
                400, "InvalidArgument", "The audio file is empty.", inner="EmptyAudioFile"
            ) from None
        raise _unprocessable(*_FORMAT) from None
    if heard.duration_ms > MOST_MS:
        raise _unprocessable("AudioLengthLimitExceeded", "The audio is longer than two hours.")
    if heard.channels > 1 and any(one >= heard.channels for one in asked.channels):
        raise _unprocessable("InvalidChannelSpecification", "The audio has no such channel.")
    return heard


def _unprocessable(inner: str, message: str) -> ServiceError:
    return ServiceError(422, "UnprocessableEntity", message, inner=inner)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
