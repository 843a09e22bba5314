"""A provider's answers, and the lack of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shared.errors.base import DropscribeError


class ProviderError(DropscribeError):
    """A provider's answer, or the lack of one. `code` is the provider's own, if it gave one."""

    status = 502

    def __init__(self, message: str, *, code: str = "") -> None:
        self.code = code
        super().__init__(message)


class ProviderRefused(ProviderError):
    """The provider refused the request for good: 4xx that names the request as the fault.

    `names_an_input` tells that one of the inputs is at fault, not the request as a whole."""

    def __init__(self, message: str, *, code: str = "", names_an_input: bool = False) -> None:
        self.names_an_input = names_an_input
        super().__init__(message, code=code)


class ProviderUnauthorised(ProviderError):
    """401 or 403: the key, the token or the role is missing or wrong."""


class ProviderUnfunded(ProviderError):
    """The provider's account holds too little money; nothing was carried out. Whoever pays has to
    pay in, and then the same call succeeds."""


class ChoiceRefused(ProviderRefused):
    """A create call was refused for what the app chose, not the profile: a model, a version, a
    locale, a feature, an address. No recording is to blame, and every other call would be refused
    too, until somebody changes the choice. `accepted` are the values that the answer names as
    accepted, in its order."""

    def __init__(self, message: str, *, code: str = "", accepted: Sequence[str] = ()) -> None:
        self.accepted = tuple(accepted)
        super().__init__(message, code=code)


class RefusedInDoubt(ProviderRefused):
    """A create call was refused in words that do not tell whose fault it is: the job's, or that
    of every call. `refused_at` is when it was, `taken_at` when the endpoint took another job after
    such a refusal; None: it never did. `meets_all`: it met several recordings in a row."""

    refused_at: datetime | None = None
    taken_at: datetime | None = None
    meets_all = False


class ProviderNotReady(ProviderError):
    """What the call builds on is still being prepared at the provider; nothing was carried out.
    The same call will find it."""

    transient = True


class ProviderThrottled(ProviderError):
    """429: `retry_after_seconds` is what the provider asked for, or None."""

    transient = True

    def __init__(self, message: str, *, retry_after_seconds: int | None, code: str = "") -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(message, code=code)


class CallOverdue(ProviderError):
    """Not called: what came before took so long that others may take the call for forgotten."""

    transient = True


class ProviderUnavailable(ProviderError):
    """A time-out, a broken connection or 5xx, on a call that is safe to repeat."""

    transient = True


class EndpointDown(ProviderUnavailable):
    """The call was not made, because the endpoint failed before; `until_at` is when it is tried
    again."""

    def __init__(self, message: str, *, until_at: datetime) -> None:
        self.until_at = until_at
        super().__init__(message)


class OutcomeUnknown(ProviderError):
    """A create call ended without an answer that says whether it was carried out."""


class TranscriptionMissing(ProviderError):
    """The provider answers 404 for a transcription."""


class ResultMissing(ProviderError):
    """A result file answers 403, 404 or 410."""


class ResultMalformed(ProviderError):
    """A result file that is not what its documentation promises."""


class ResultTooLarge(ResultMalformed):
    """A result file that is too large to be read; another one of the same audio would be, too."""
