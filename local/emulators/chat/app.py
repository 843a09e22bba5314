"""The emulator as a Starlette application: the one call, from the key to the answer."""

from __future__ import annotations

import hmac
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from local.emulators.chat.faults import KINDS
from local.emulators.chat.reading import Asked, read
from local.emulators.chat.settings import Settings
from local.emulators.chat.shaping import answered, with_text
from local.emulators.common import struck
from local.emulators.common.admin_routes import admin_routes
from local.emulators.common.call_book import SCHEMA, CallBook
from local.emulators.common.database import connect
from local.emulators.common.endpoint import Facts, routes
from local.emulators.common.faults import Faults
from local.emulators.common.rate_limit import RateLimit

Handler = Callable[[Request, Facts], Awaitable[Response]]
_ORDER = re.compile(r"reply with[: ]+(.+)", re.I)


class Refusal(Exception):
    """A call that is answered with an error."""

    def __init__(self, status: int, code: str, message: str, wait: int | None = None) -> None:
        self.status, self.code, self.message = status, code, message
        self.headers = {} if wait is None else {"Retry-After": str(wait)}
        super().__init__(f"{status}: {code}")


class Emulator:
    """`clock` gives epoch seconds. Nothing outlives the process."""

    def __init__(self, settings: Settings, clock: Callable[[], float]) -> None:
        self._settings, self._clock = settings, clock
        self.faults = Faults(KINDS)
        self._book = CallBook(connect(None, "chat", SCHEMA))
        self._limit = RateLimit(settings.calls_per_window, settings.window_seconds)
        self._characters = self._questions = 0

    def called(self, kind: str, status: int) -> None:
        self._book.called(kind, status, self._clock())

    def broken(self) -> Response:
        return _refused(Refusal(500, "server_error", "It has broken down."))

    async def carry_out(
        self, handlers: Mapping[str, Handler], request: Request, facts: Facts
    ) -> Response:
        try:
            handler = handlers.get(request.method)
            if handler is None:
                raise Refusal(404, "not_found", "There is nothing here.")
            self._admit(request)
            await self._strike(request, facts)
            return await handler(request, facts)
        except Refusal as refusal:
            return _refused(refusal)

    async def complete(self, request: Request, facts: Facts) -> Response:
        body = _json(await request.body())
        if body.get("model") != self._settings.model:
            raise Refusal(404, "model_not_found", "There is no such model.")
        asked = read(body)
        if asked.characters > self._settings.most_characters:
            raise Refusal(400, "context_length_exceeded", "That is too long.")
        self._characters += asked.characters
        self._questions += len(asked.questions)
        if (garbled := self.faults.strike("garble", **facts)) is not None:
            return Response(garbled.options["body"], media_type="application/json")
        completion = _completion(self._settings.model, asked, self._message(asked, facts))
        return Response(msgspec.json.encode(completion), media_type="application/json")

    def _message(self, asked: Asked, facts: Facts) -> tuple[str, str, str | None]:
        """The content, how it ended, and a refusal."""
        if self.faults.strike("filter_answer", **facts) is not None:
            return "", "content_filter", None
        if self.faults.strike("decline", **facts) is not None:
            return "", "stop", "I cannot help with that."
        if (other := self.faults.strike("not_json", **facts)) is not None:
            return other.options["text"], "stop", None
        content = msgspec.json.encode(self._answers(asked, facts)).decode()
        if self.faults.strike("cut", **facts) is not None:
            return content[: len(content) // 2], "length", None
        return content, "stop", None

    def _answers(self, asked: Asked, facts: Facts) -> dict[str, Any]:
        found = answered(asked)
        if self.faults.strike("wrong_schema", **facts) is not None:
            return {name: {"found": 1} for name in found} | {"more": True}
        if (leak := self.faults.strike("leak", **facts)) is not None:
            return dict(with_text(asked.schema, leak.options["text"]))
        if self.faults.strike("obey", **facts) is not None:
            orders = [_ORDER.search(line.said) for line in asked.lines]
            said = next((order[1] for order in orders if order), "")
            return dict(with_text(asked.schema, said)) if said else found
        return found

    def read_ledger(self) -> dict[str, Any]:
        return {
            "calls": self._book.counts(),
            "busiest": self._book.busiest(self._settings.window_seconds),
            "characters": self._characters,
            "questions": self._questions,
        }

    def reset_ledger(self) -> None:
        self._book.reset()
        self._characters = self._questions = 0

    def _admit(self, request: Request) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        given = token if scheme.lower() == "bearer" else request.headers.get("api-key", "")
        if not hmac.compare_digest(given.encode(), self._settings.key.encode()):
            raise Refusal(401, "invalid_api_key", "The key is wrong.")
        wait = self._limit.seconds_to_wait(self._clock())
        if wait:
            raise Refusal(429, "rate_limit_exceeded", "Too many calls.", wait)

    async def _strike(self, request: Request, facts: Facts) -> None:
        refuse = await struck.refusal(self.faults, facts)
        if refuse is not None:
            own = refuse.options
            text = "This failure was ordered."
            raise Refusal(own["status"], own["code"], text, own["retryAfter"])
        if (slower := self.faults.strike("throttle", **facts)) is not None:
            wait = slower.options["retryAfter"]
            raise Refusal(429, "rate_limit_exceeded", "Too many calls.", wait)
        if self.faults.strike("filter_prompt", **facts) is not None:
            raise Refusal(400, "content_filter", "The prompt was filtered.")
        if (leak := self.faults.strike("leak_in_error", **facts)) is not None:
            said = (await request.body()).decode(errors="replace")
            raise Refusal(leak.options["status"], "invalid_value", said)


def create_app(settings: Settings, clock: Callable[[], float] = time.time) -> Starlette:
    emulator = Emulator(settings, clock)
    table = {
        "/v1/chat/completions": {"POST": ("complete", emulator.complete)},
        "/{rest:path}": {},
    }
    return Starlette(
        routes=[
            *admin_routes(emulator.faults, emulator.read_ledger, emulator.reset_ledger),
            *routes(emulator, table),
        ]
    )


def _json(body: bytes) -> dict[str, Any]:
    try:
        said = msgspec.json.decode(body)
    except msgspec.DecodeError:
        said = None
    if not isinstance(said, dict) or not isinstance(said.get("messages"), list):
        raise Refusal(400, "invalid_request", "The body is no JSON object with messages.")
    return said


def _completion(model: str, asked: Asked, said: tuple[str, str, str | None]) -> dict[str, Any]:
    """Tokens are counted as four characters each."""
    content, ended, refusal = said
    read_, written = asked.characters // 4, len(content) // 4
    return {
        "id": "chatcmpl-local",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [
            {
                "index": 0,
                "finish_reason": ended,
                "message": {"role": "assistant", "content": content, "refusal": refusal},
            }
        ],
        "usage": {
            "prompt_tokens": read_,
            "completion_tokens": written,
            "total_tokens": read_ + written,
        },
    }


def _refused(refusal: Refusal) -> Response:
    error = {"message": refusal.message, "type": "invalid_request_error", "code": refusal.code}
    content = msgspec.json.encode({"error": error})
    return Response(content, refusal.status, refusal.headers, media_type="application/json")
