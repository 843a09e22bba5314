"""A chat endpoint as a `Prompter`."""

from __future__ import annotations

import httpx

from shared.errors import OutcomeUnknown, ProviderRefused
from shared.model.insights.question import Question
from shared.ports.prompter import Answered
from shared.prompters.chat import wire
from shared.prompters.chat.answers import NAME, TOO_LONG, error_of
from shared.providers.decoding import Undecodable
from shared.providers.transport import CONNECT_SECONDS, NOT_SENT, Auth, Transport

_SECONDS = 180.0
_WHAT = "answer questions"


class Chat:
    """One model at one endpoint. Implements `ports.prompter.Prompter`. `http` is shared by all that
    call; `auth` signs a call."""

    name = "chat"

    def __init__(
        self,
        *,
        http: httpx.Client,
        endpoint: str,
        auth: Auth,
        choices: wire.Choices,
        most_characters: int,
        calls_per_minute: int,
    ) -> None:
        self._transport = Transport(
            http, endpoint, auth, service=NAME, error_of=error_of, create_seconds=_SECONDS
        )
        self._choices = choices
        self.most_characters, self.calls_per_minute = most_characters, calls_per_minute

    def answer(self, question: Question) -> Answered:
        """What a filter, or the length of the question, kept from being answered is no error."""
        body = wire.body_of(question, self._choices)
        try:
            return wire.read_answer(self._called(body))
        except Undecodable as error:
            raise OutcomeUnknown(f"{NAME} answered what cannot be read: {error}") from None
        except ProviderRefused as error:
            if type(error) is not ProviderRefused:
                raise
            return Answered("", "too_long" if error.code in TOO_LONG else "refused")

    def _called(self, body: bytes) -> bytes:
        """The body of the answer. Raises `OutcomeUnknown` where it may be paid all the same."""
        there = self._transport
        headers = {**there.auth(), "Content-Type": "application/json"}
        timeout = httpx.Timeout(_SECONDS, connect=CONNECT_SECONDS)
        try:
            with there.http.stream(
                "POST",
                there.endpoint + wire.PATH,
                content=body,
                headers=headers,
                timeout=timeout,
                follow_redirects=False,
            ) as answer:
                content = _read(answer)
        except NOT_SENT as error:
            raise there.unavailable(_WHAT, error) from None
        except httpx.HTTPError as error:
            message = f"The connection broke on: {_WHAT} ({type(error).__name__})."
            raise OutcomeUnknown(message) from None
        if not answer.is_success:
            raise error_of(answer.status_code, answer.headers, content, what=_WHAT)
        return content


def _read(answer: httpx.Response) -> bytes:
    """Raises `Undecodable` of one that is longer than any answer."""
    found = bytearray()
    for piece in answer.iter_bytes():
        found += piece
        if len(found) > wire.MOST_BYTES:
            raise Undecodable("longer than any answer")
    return bytes(found)
