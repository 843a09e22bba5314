"""Error answers of Sofer.ai as our errors. Their bodies are not documented; where one holds a
`detail` or a `message`, that is what is told of it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from shared.errors import ProviderError
from shared.providers.answers import error_of_status
from shared.providers.decoding import Undecodable, decode
from shared.providers.redaction import redacted

NAME = "Sofer.ai"
_body = msgspec.json.Decoder(dict[str, object])


def error_of(status: int, headers: Mapping[str, str], body: bytes, *, what: str) -> ProviderError:
    """The error for a non-2xx answer to a call that is safe to repeat."""
    said = _said(body)
    message = f"{NAME} answered {status} to: {what}" + (f": {said}" if said else "")
    return error_of_status(status, headers, message, code="" if status != 400 else "bad_request")


def _said(body: bytes) -> str:
    try:
        found = decode(_body, body)
    except Undecodable:
        return ""
    said = found.get("detail") or found.get("message")
    return redacted(said) if isinstance(said, str) else ""
