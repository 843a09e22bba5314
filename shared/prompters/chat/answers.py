"""Error answers of a chat endpoint as our errors.

The body is `{"error": {code, type, message}}` at OpenAI and Azure, and whatever comes to mind
elsewhere. Messages are left out, for they may quote what was sent.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from shared.errors import (
    ChoiceRefused,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
)
from shared.providers.answers import error_of_status
from shared.providers.decoding import Undecodable, decode
from shared.providers.redaction import redacted

NAME = "The chat endpoint"
FILTERED = frozenset({"content_filter", "content_policy_violation", "ResponsibleAIPolicyViolation"})
TOO_LONG = frozenset({"context_length_exceeded", "string_above_max_length"})


class _Error(msgspec.Struct, frozen=True):
    code: str | int | None = None
    type: str | None = None


class _Body(msgspec.Struct, frozen=True):
    error: _Error


_body = msgspec.json.Decoder(_Body)


def error_of(status: int, headers: Mapping[str, str], body: bytes, *, what: str) -> ProviderError:
    """The error for a non-2xx answer. Of a gateway that gave up nobody knows what happened behind
    it. A refusal that is of one question alone has its code in `FILTERED` or `TOO_LONG`; any other
    would meet every call (`ChoiceRefused`)."""
    code = _code(body)
    named = f" {redacted(code)[:60]}" if code and code != str(status) else ""
    message = f"{NAME} answered {status}{named} to: {what}"
    if status in (408, 504):
        return OutcomeUnknown(message, code=code)
    error = error_of_status(status, headers, message, code=code)
    if not isinstance(error, ProviderRefused):
        return error
    if code in FILTERED or code in TOO_LONG or status == 413:
        return ProviderRefused(message, code=code or "context_length_exceeded")
    return ChoiceRefused(message, code=code)


def _code(body: bytes) -> str:
    """ "" where there is none."""
    try:
        found = decode(_body, body).error
    except Undecodable:
        return ""
    return str(found.code or found.type or "")
