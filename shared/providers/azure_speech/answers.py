"""Error answers of the service, and of the gateway in front of it, as our errors.

Two envelopes: the service's `{code, message, innerError{code, message, innerError}}` and the
gateway's `{"error": {code, message}}`. Some answers are neither, not even JSON.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec

from shared.errors import (
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnavailable,
)
from shared.providers.azure_speech.decoding import Undecodable, decode
from shared.providers.azure_speech.redaction import redacted

_LONGEST_WAIT_SECONDS = 86_400
# Codes of a refused create call that blame one of its inputs, not what is asked of all.
_BLAMES_AN_INPUT = frozenset(
    "InvalidRecordingsUri InvalidUri InvalidData InvalidAudioFormat EmptyAudioFile".split()
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
    code, message = _described(status, body, what)
    if status == 429:
        wait = retry_after_seconds(headers)
        return ProviderThrottled(message, retry_after_seconds=wait, code=code)
    if status in (401, 403):
        return ProviderUnauthorised(message, code=code)
    if status >= 500 or status == 408:
        return ProviderUnavailable(message, code=code)
    return ProviderRefused(message, code=code, names_an_input=code in _BLAMES_AN_INPUT)


def error_of_create(status: int, headers: Mapping[str, str], body: bytes) -> ProviderError:
    """The error for a non-2xx answer to a create call.

    There is no idempotency key, and a gateway that gives up says nothing of what happened behind
    it: 408 and all 5xx, 503 included, leave the outcome open.
    """
    error = error_of(status, headers, body, what="create a transcription")
    if isinstance(error, ProviderUnavailable):
        return OutcomeUnknown(str(error), code=error.code)
    return error


def _described(status: int, body: bytes, what: str) -> tuple[str, str]:
    """The service's own code, and one sentence that says all there is to say."""
    code, message = read_error(body)
    said = f": {message}" if message else ""
    named = f" {redacted(code)}" if code and code != str(status) else ""
    return code, f"Azure Speech answered {status}{named} to: {what}{said}"


def retry_after_seconds(headers: Mapping[str, str]) -> int | None:
    """Seconds to wait, from `Retry-After` as a number or as an HTTP date, None without one.

    A date is read against the answer's own `Date`, so that clocks need not agree. Header names
    are lower case. Never below 0, never above one day.
    """
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}", value):
        return min(int(value), _LONGEST_WAIT_SECONDS)
    until, now = _http_date(value), _http_date(headers.get("date", ""))
    if until is None or now is None:
        return None
    return min(max(0, int((until - now).total_seconds())), _LONGEST_WAIT_SECONDS)


def _http_date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
