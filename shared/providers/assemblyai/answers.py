"""Error answers as our errors. The body is `{"error": "..."}`, but a gateway's may be anything."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from shared.errors import ProviderError, ProviderUnfunded
from shared.providers.answers import error_of_status
from shared.providers.decoding import Undecodable, decode
from shared.providers.redaction import redacted

NAME = "AssemblyAI"
_CODES = (
    ("not available in this language", "feature_not_in_language"),
    ("cannot access uploaded file", "upload_of_another_project"),
)


class _Body(msgspec.Struct, frozen=True):
    error: str | None = None


_body = msgspec.json.Decoder(_Body)


def error_of(status: int, headers: Mapping[str, str], body: bytes, *, what: str) -> ProviderError:
    """The error for a non-2xx answer to a call that is safe to repeat."""
    said = _said(body)
    message = f"{NAME} answered {status} to: {what}" + (f": {said}" if said else "")
    lowered = said.lower()
    if status in (400, 403) and "balance" in lowered:
        return ProviderUnfunded(message, code="insufficient_funds")
    usual = "bad_request" if status == 400 else ""
    code = next((code for words, code in _CODES if words in lowered), usual)
    return error_of_status(status, headers, message, code=code)


def _said(body: bytes) -> str:
    try:
        return redacted(decode(_body, body).error or "")
    except Undecodable:
        return ""
