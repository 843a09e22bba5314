"""From an error that was raised to the failure that a customer reads. The texts are in
`failure_texts`."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from shared.errors import (
    ProviderRefused,
    ResultMalformed,
    ResultMissing,
    ResultTooLarge,
)
from shared.model.failure import Failure
from shared.model.failure_texts import (
    DELETED,
    KEPT,
    LOCALE_WRONG,
    MANY_LANGUAGES,
    MISSING,
    MISSING_FROM_TOP,
    MODEL_WRONG,
    NO_LANGUAGE,
    NO_WAY_TO_ADDRESS,
    NOTHING_LISTED,
    NOTHING_LISTED_FROM_TOP,
    OUTCOME_UNKNOWN,
    REDACTION_LANGUAGE,
    REFUSED,
    RESULT_TOO_LARGE,
    RESULT_UNREADABLE,
    RESULT_WITHHELD,
    RESULTS_REFUSED,
)
from shared.model.names import from_top


def request_refused(error: ProviderRefused) -> Failure:
    """Of a create call. The code is the provider's own, where it gave one."""
    failure = REFUSED.failure(said=error)
    return msgspec.structs.replace(failure, code=error.code) if error.code else failure


def refused(error: ProviderRefused) -> Failure:
    """Of the questions about a transcription."""
    return RESULTS_REFUSED.failure(said=error)


def missing(container: str, name: str) -> Failure:
    """Of a blob that was named."""
    meant = from_top(container, name)
    told = MISSING if meant == name else MISSING_FROM_TOP
    return told.failure(container=container, meant=meant)


def nothing_listed(container: str, prefix: str) -> Failure:
    """Of a prefix that was named."""
    meant = from_top(container, prefix)
    told = NOTHING_LISTED if meant == prefix else NOTHING_LISTED_FROM_TOP
    return told.failure(container=container, meant=meant)


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


OPTIONS_OF: Mapping[str, tuple[str, ...]] = {
    REDACTION_LANGUAGE.code: ("redact", "redact_unsupported"),
    NO_LANGUAGE.code: ("candidate_locales", "min_language_confidence"),
    MANY_LANGUAGES.code: ("candidate_locales", "language_mode"),
    LOCALE_WRONG.code: ("locale", "candidate_locales"),
    MODEL_WRONG.code: ("model", "model_by_locale", "models"),
}
"""Of codes that are found out once a recording was sent: the options that are to be mended."""
