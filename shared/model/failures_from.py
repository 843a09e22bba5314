"""From an error that was raised to the failure that a customer reads. The texts are in
`failure_texts`."""

from __future__ import annotations

import msgspec

from shared.errors import ProviderRefused, ResultMalformed, ResultMissing, ResultTooLarge
from shared.model.failure import Failure
from shared.model.failure_texts import (
    DELETED,
    KEPT,
    NO_WAY_TO_ADDRESS,
    OUTCOME_UNKNOWN,
    REFUSED,
    RESULT_TOO_LARGE,
    RESULT_UNREADABLE,
    RESULT_WITHHELD,
    RESULTS_REFUSED,
)


def request_refused(error: ProviderRefused) -> Failure:
    """Of a create call. The code is the provider's own, where it gave one."""
    failure = REFUSED.failure(said=error)
    return msgspec.structs.replace(failure, code=error.code) if error.code else failure


def refused(error: ProviderRefused) -> Failure:
    """Of the questions about a transcription."""
    return RESULTS_REFUSED.failure(said=error)


def at_address(failure: Failure) -> Failure:
    """Of a recording at a web address: what is said of storage does not hold there, and another
    attempt would bring the same."""
    if failure.code != NO_WAY_TO_ADDRESS.code:
        return failure
    return NO_WAY_TO_ADDRESS.failure(said=failure.reason)


def unreadable(error: ResultMissing | ResultMalformed) -> Failure:
    """Of one result that is not there, or not what it should be."""
    if isinstance(error, ResultMissing):
        return RESULT_WITHHELD
    return RESULT_UNREADABLE.failure(said=_without_stop(error))


def too_large(error: ResultTooLarge) -> Failure:
    """Another attempt would be paid for and bring the same."""
    return RESULT_TOO_LARGE.failure(said=_without_stop(error))


def outcome_unknown(mark: str, endpoint: str | None, why: str, *, is_kept: bool) -> Failure:
    """Of the job with that mark; `is_kept` tells that its copy at the provider is not deleted."""
    fate = KEPT if is_kept else DELETED
    return OUTCOME_UNKNOWN.failure(mark=mark, endpoint=endpoint, why=why, fate=fate)


def _without_stop(error: Exception) -> str:
    return str(error).rstrip(".")
