"""HTTP as fast transcription needs it: a form that is sent while it is read, and a long silence
until the answer comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import monotonic

import httpx

from shared.errors import OutcomeUnknown, ProviderUnavailable
from shared.ports.provider import Sound
from shared.providers.azure_speech.fast.definition import Form
from shared.providers.transport import CONNECT_SECONDS, NOT_SENT, Transport

UPLOAD_SECONDS = 120.0
"""For all of the sound to be sent."""
_MOST_BYTES = 256 * 1024 * 1024
_WHAT = "transcribe at once"


class FastTransport(Transport):
    """Calls to one Speech resource whose answer is the result. `clock` tells seconds."""

    clock: Callable[[], float] = staticmethod(monotonic)

    def transcribe(
        self, path: str, form: Form, sound: Sound | None, seconds: float
    ) -> httpx.Response:
        """The answer, whatever its status, `seconds` after all was sent at the latest. Raises
        `ProviderUnavailable` where the service cannot have had all of it, `OutcomeUnknown` where it
        may have, and whatever reading the sound does."""
        sending = _Sending(form, sound, self.clock)
        headers = {
            **self.auth(),
            "Content-Type": form.content_type,
            "Content-Length": str(sending.length),
        }
        timeout = httpx.Timeout(UPLOAD_SECONDS, connect=CONNECT_SECONDS, read=seconds)
        try:
            with self.http.stream(
                "POST",
                self.endpoint + path,
                content=iter(sending),
                headers=headers,
                timeout=timeout,
                follow_redirects=False,
            ) as answer:
                return _whole(answer)
        except NOT_SENT as cause:
            raise self.unavailable(_WHAT, cause) from None
        except httpx.HTTPError as cause:
            if not sending.is_whole:
                raise self.unavailable(_WHAT, cause) from None
            message = f"The connection broke on: {_WHAT} ({type(cause).__name__})."
            raise OutcomeUnknown(message) from None


class _Sending:
    """A form on its way. The exceptions of a broken connection do not tell whether the service may
    have had all of it: `is_whole` does."""

    def __init__(self, form: Form, sound: Sound | None, clock: Callable[[], float]) -> None:
        self._form, self._sound, self._clock = form, sound, clock
        sound_bytes = sound.size if sound is not None else 0
        self.length = len(form.head) + sound_bytes + len(form.tail)
        self.is_whole = False

    def __iter__(self) -> Iterator[bytes]:
        until = self._clock() + UPLOAD_SECONDS
        yield self._form.head
        for chunk in self._sound.chunks() if self._sound is not None else ():
            if self._clock() > until:
                raise ProviderUnavailable("The sound was not sent in time.", code="slow_upload")
            yield chunk
        self.is_whole = True
        yield self._form.tail


def _whole(answer: httpx.Response) -> httpx.Response:
    """With its content, which is read up to a limit."""
    content = bytearray()
    for part in answer.iter_bytes():
        content += part
        if len(content) > _MOST_BYTES:
            raise OutcomeUnknown("The answer is larger than is ever read.", code="too_large")
    return httpx.Response(answer.status_code, headers=_plain(answer), content=bytes(content))


def _plain(answer: httpx.Response) -> dict[str, str]:
    """Headers without those of how the content was packed."""
    packed = ("content-encoding", "content-length", "transfer-encoding")
    return {name: value for name, value in answer.headers.items() if name not in packed}
