"""What the status of an answer means, whoever gave it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from shared.errors import (
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnavailable,
    ProviderUnfunded,
)

_LONGEST_WAIT_SECONDS = 86_400
_NO_MONEY = re.compile(
    r"insufficient (?:credit|fund|balance)|not enough (?:credit|fund|money|balance)|"
    r"(?:out of|no|no more) (?:credits?|funds)\b|balance is (?:negative|too low|zero|empty)|"
    r"payment required|account balance|balance too low",
    re.IGNORECASE,
)


def error_of_status(
    status: int, headers: Mapping[str, str], message: str, *, code: str = ""
) -> ProviderError:
    """The error for a non-2xx answer to a call that is safe to repeat. Header names are lower
    case."""
    if status == 429:
        wait = retry_after_seconds(headers)
        return ProviderThrottled(message, retry_after_seconds=wait, code=code)
    if status == 402 or (status in (400, 403) and _NO_MONEY.search(message)):
        return ProviderUnfunded(message, code=code or "insufficient_funds")
    if status in (401, 403):
        return ProviderUnauthorised(message, code=code)
    if status >= 500 or status == 408:
        return ProviderUnavailable(message, code=code)
    return ProviderRefused(message, code=code)


def outcome_of_create(error: ProviderError) -> ProviderError:
    """The same error for a call that must not be repeated.

    Without an idempotency key a gateway that gives up says nothing of what happened behind it:
    408 and all 5xx, 503 included, leave the outcome open.
    """
    if isinstance(error, ProviderUnavailable):
        return OutcomeUnknown(str(error), code=error.code)
    return error


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
