"""Audio that the provider cannot reach, handed over as a stream: a chunk at a time, never the whole
file in memory. Nothing is created by it, and what comes too late is not used."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx

from shared.errors import ProviderRefused, ProviderUnavailable
from shared.providers.assemblyai.calls import UPLOAD
from shared.providers.assemblyai.capabilities import MOST_UPLOAD_BYTES
from shared.providers.assemblyai.wire import read_uploaded
from shared.providers.transport import CONNECT_SECONDS, TROUBLE, Transport

_WHAT = "upload the audio"
_CHUNK_BYTES = 1 << 20
_TIMEOUT = httpx.Timeout(60.0, connect=CONNECT_SECONDS)


class _TooSlow(Exception):
    """The time for it is up."""


def upload(to: Transport, source: str, seconds: float) -> str:
    """The address under which the provider has what lies at `source`, a link that we can read.

    Raises `ProviderRefused` where the recording is the reason: it cannot be read, is too large,
    or takes longer than `seconds`.
    """
    deadline = time.monotonic() + seconds
    try:
        with to.http.stream("GET", source, timeout=_TIMEOUT, follow_redirects=False) as audio:
            length = _length(audio)
            headers = {**to.auth(), "Content-Type": "application/octet-stream", **length}
            chunks = _in_time(audio.iter_bytes(_CHUNK_BYTES), deadline)
            answer = to.http.post(
                to.endpoint + UPLOAD,
                content=chunks,
                headers=headers,
                timeout=_TIMEOUT,
                follow_redirects=False,
            )
    except _TooSlow:
        raise _refused(
            "upload_too_slow",
            f"the upload took longer than {seconds:.0f} s; a longer RESOLVE_AFTER_SECONDS gives "
            "it more",
        ) from None
    except TROUBLE as error:
        raise ProviderUnavailable(f"{_WHAT} failed ({type(error).__name__}).") from None
    if not answer.is_success:
        raise to.refusal(answer, _WHAT)
    return to.understood(read_uploaded, answer)


def _length(audio: httpx.Response) -> dict[str, str]:
    """Raises where there is nothing to hand over."""
    if audio.status_code == 429 or audio.status_code >= 500:
        raise ProviderUnavailable(f"The audio's storage answered {audio.status_code}.")
    if not audio.is_success:
        raise _refused("recording_unreachable", f"its link answered {audio.status_code}")
    length = audio.headers.get("content-length", "")
    if length.isdecimal() and int(length) > MOST_UPLOAD_BYTES:
        raise _refused("too_large", "an upload may have 2.2 GB")
    return {"Content-Length": length} if length.isdecimal() else {}


def _in_time(chunks: Iterator[bytes], deadline: float) -> Iterator[bytes]:
    for chunk in chunks:
        if time.monotonic() > deadline:
            raise _TooSlow
        yield chunk


def _refused(code: str, why: str) -> ProviderRefused:
    message = f"The recording could not be handed over: {why}."
    return ProviderRefused(message, code=code, names_an_input=True)
