"""Error answers of the service, and of the gateway in front of it, as our errors.

Two envelopes: the service's `{code, message, innerError{code, message, innerError}}` and the
gateway's `{"error": {code, message}}`. Some answers are neither, not even JSON.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from shared.errors import ProviderError, ProviderRefused
from shared.providers.answers import error_of_status
from shared.providers.decoding import Undecodable, decode
from shared.providers.redaction import redacted

# Codes of a refused create call that blame one of its inputs, not what is asked of all.
_BLAMES_AN_INPUT = frozenset(
    "InvalidRecordingsUri InvalidUri InvalidData InvalidAudioFormat EmptyAudioFile "
    "AudioLengthLimitExceeded BadChannelConfiguration InvalidChannelSpecification "
    "MultipleLanguagesIdentified PayloadTooLarge".split()
)


class _Inner(msgspec.Struct, frozen=True, rename="camel"):
    code: str | int | None = None
    message: str | None = None
    inner_error: _Inner | None = None


class _Envelope(_Inner, frozen=True, rename="camel"):
    error: _Inner | None = None


_envelope = msgspec.json.Decoder(_Envelope)


def read_error(body: bytes) -> tuple[str, str]:
    """The innermost code and message of an error answer, both "" where it holds neither."""
    try:
        outer = decode(_envelope, body)
    except Undecodable:
        return "", ""
    found: _Inner = outer.error or outer
    code, message = "", ""
    while True:
        code = str(found.code or "") or code
        message = found.message or message
        if found.inner_error is None:
            return code, redacted(message)
        found = found.inner_error


def error_of(status: int, headers: Mapping[str, str], body: bytes, *, what: str) -> ProviderError:
    """The error for a non-2xx answer to a call that is safe to repeat."""
    code, message = read_error(body)
    named = f" {redacted(code)}" if code and code != str(status) else ""
    told = f"Azure Speech answered {status}{named} to: {what}" + (f": {message}" if message else "")
    error = error_of_status(status, headers, told, code=code)
    if isinstance(error, ProviderRefused):
        error.names_an_input = code in _BLAMES_AN_INPUT
    return error
