"""Error answers of the service, and of the gateway in front of it, as our errors.

The body is `{"error": {code, message, innererror {code, ...}}}`; the gateway's codes are numbers.
Messages are left out, for they may quote what was sent.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from shared.errors import ChoiceRefused, ProviderError, ProviderRefused
from shared.providers.answers import error_of_status
from shared.providers.decoding import Undecodable, decode
from shared.providers.redaction import redacted

NAME = "Azure AI Language"
_BLAMES_A_DOCUMENT = frozenset(
    "InvalidDocument InvalidDocumentBatch EmptyRequest MissingInputDocuments "
    "UnsupportedLanguageCode".split()
)


class _Inner(msgspec.Struct, frozen=True):
    code: str | int | None = None
    innererror: _Inner | None = None


class _Body(msgspec.Struct, frozen=True):
    error: _Inner


_body = msgspec.json.Decoder(_Body)


def error_of(status: int, headers: Mapping[str, str], body: bytes, *, what: str) -> ProviderError:
    """The error for a non-2xx answer. What blames a document is a refusal that `names_an_input`;
    any other refusal would meet every call (`ChoiceRefused`)."""
    code = _code(body)
    named = f" {redacted(code)}" if code and code != str(status) else ""
    message = f"{NAME} answered {status}{named} to: {what}"
    error = error_of_status(status, headers, message, code=code)
    if not isinstance(error, ProviderRefused):
        return error
    if code in _BLAMES_A_DOCUMENT:
        return ProviderRefused(message, code=code, names_an_input=True)
    return ChoiceRefused(message, code=code)


def _code(body: bytes) -> str:
    """The innermost code, "" where there is none."""
    try:
        found: _Inner | None = decode(_body, body).error
    except Undecodable:
        return ""
    code = ""
    while found is not None:
        code = str(found.code or "") or code
        found = found.innererror
    return code
