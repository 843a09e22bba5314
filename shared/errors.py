"""Every error that we raise, and what it means to whoever meets it.

    DropscribeError
    ├── ConfigurationError        the deployment is set up wrongly; lists every problem
    ├── InputError                this recording cannot be transcribed; says what to fix
    ├── RedactionFailed           something would be stored that is to be hidden, or may be
    ├── ManifestRefused           nothing of this manifest is taken; lists every fault
    ├── KeyReused                 an idempotency key comes again with another content
    ├── BatchMissing              there is no such batch, or it was deleted
    ├── RecordingMissing          the batch has no such recording
    ├── OutputMissing             nothing was written of that yet, or it was removed
    ├── AudioMissing              there is no audio to be heard; says why
    ├── AudioChanged              the audio is not the version that was transcribed
    ├── RevisionUnfit             a change of a transcript names what is not there
    ├── RevisionConflict          somebody else changed the transcript first
    ├── BatchBusy                 what is asked for has to wait until the batch is over
    ├── SubscriptionMissing       there is no such subscription, or it was deleted
    ├── FieldRefused              one field of what is asked for is wrong; names it
    │   ├── SubscriptionRefused   of a subscription
    │   ├── KeyRefused            of a key of the API
    │   └── SearchRefused         of what is looked for
    ├── SearchOff                 the deployment keeps no index of what was said
    ├── KeyMissing                there is no such key of the API
    ├── ProfilesRefused           a file of profiles has mistakes; lists all of them
    ├── ProfilesChanged           somebody else gave other profiles meanwhile
    ├── ProfilesMissing           no profiles of that version are kept
    ├── UnknownScope              nothing of that name can be stopped
    ├── UnknownEndpoint           a caller names a provider endpoint that is not configured
    ├── SealBroken                what was sealed cannot be opened by the key that there is
    ├── StoreConflict             somebody else changed the row or the blob first
    ├── StoreUnavailable          storage did not answer or refused for now
    │   └── BlobUnread            it did so when one blob was to be read
    ├── RowUnreadable             a row holds what this release does not know
    ├── ReaderUnavailable         no process could look into a file now
    └── ProviderError
        ├── ProviderRefused       the provider says that the request itself is wrong
        │   ├── ChoiceRefused     in what the app chose, whatever the recording
        │   └── RefusedInDoubt    in words that do not say what
        ├── ProviderUnauthorised  key, token or role is missing or wrong
        ├── ProviderUnfunded      the account holds too little for what is asked
        ├── ProviderNotReady      what the call builds on is not ready; later it will be
        ├── ProviderThrottled     too many calls; carries how long to wait
        ├── CallOverdue           not called: the moment by which it had to begin is past
        ├── ProviderUnavailable   network trouble or 5xx on a call that may be repeated
        │   └── EndpointDown      not called: the endpoint is taken out until a moment
        ├── OutcomeUnknown        a create call that may or may not have been carried out
        ├── TranscriptionMissing  the provider does not know that transcription
        ├── ResultMissing         a result file is not there (404) or its link expired (403)
        └── ResultMalformed       a result file is there but cannot be read
            └── ResultTooLarge    it is larger than what is ever read

`status` is what an HTTP caller would be told; `transient` says whether the same step can
succeed when it is tried again without anybody changing anything. Messages never hold a URL
with a query, a key or transcript text.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec


class DropscribeError(Exception):
    """Base of all errors that the application raises on purpose."""

    status: int = 500
    transient: bool = False


class ConfigurationError(DropscribeError):
    """The settings or the profiles are wrong; `problems` holds all of them, one line each."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(["The configuration is not usable:", *self.problems]))


class InputError(DropscribeError):
    """The recording cannot be transcribed as it is.

    `code` is stable and snake_case, `reason` says what is wrong, `advice` what to do about it.
    """

    status = 422

    def __init__(self, code: str, reason: str, advice: str) -> None:
        self.code, self.reason, self.advice = code, reason, advice
        super().__init__(f"{code}: {reason} {advice}")


class RedactionFailed(DropscribeError):
    """What is to be hidden cannot be, or was not. `is_leak` tells which; `where` names a kind or an
    output, never a value."""

    def __init__(self, where: str, *, is_leak: bool) -> None:
        self.where, self.is_leak = where, is_leak
        super().__init__(f"redaction: {where}")


class Fault(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is wrong with a manifest. `at` points to it, as in
    `recordings[17].speakers`, counted from 0; `line` is that of the file, from 1, where a file
    has one item a line. `message` says what to do."""

    code: str
    message: str
    at: str = ""
    line: int | None = None


class ManifestRefused(DropscribeError):
    """A manifest is taken whole or not at all. `faults` are the first of what is wrong with it,
    `more` is how many are not among them."""

    status = 422

    def __init__(self, faults: Sequence[Fault], more: int = 0) -> None:
        self.faults, self.more = tuple(faults), more
        super().__init__(f"{len(self.faults) + more} faults in the manifest")


class KeyReused(DropscribeError):
    """The idempotency key belongs to a request with another content."""

    status = 422


class ProfilesRefused(DropscribeError):
    """A file of profiles is taken whole or not at all; `problems` holds all that is wrong with
    it, one line each."""

    status = 422

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("the profiles have mistakes, and those of before stay in force")


class ProfilesChanged(DropscribeError):
    """The version that was to be replaced is not the one that there is."""

    status = 409


class ProfilesMissing(DropscribeError):
    """Nobody ever gave profiles of that version."""

    status = 404


class BatchMissing(DropscribeError):
    """There is no batch of that id, or it was deleted."""

    status = 404


class RecordingMissing(DropscribeError):
    """The batch has no recording of that id."""

    status = 404


class OutputMissing(DropscribeError):
    """There is no transcript or report: it is not written yet, never will be, or was removed. The
    message says which."""

    status = 404


class AudioMissing(DropscribeError):
    """There is no audio to be heard: it was removed, or it lies where we cannot lead."""

    status = 404


class AudioChanged(DropscribeError):
    """Another version lies under the name of the audio than the one that was transcribed."""

    status = 409


class RevisionUnfit(DropscribeError):
    """A change of a transcript names what is not there, or not there any more; nothing of it is
    taken. The message says which, and holds nothing of what was said."""

    status = 422


class RevisionConflict(DropscribeError):
    """Somebody else changed the transcript first. What they changed has to be looked at, and the
    changes sent once more on the basis of it."""

    status = 409


class BatchBusy(DropscribeError):
    """The batch is still being worked on; to delete it, cancel it first or wait."""

    status = 409


class SubscriptionMissing(DropscribeError):
    """There is no subscription of that id, or it was deleted; or no such delivery of it."""

    status = 404


class FieldRefused(DropscribeError):
    """`field` names what is wrong, the message says what to write there, without repeating it."""

    status = 422

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(f"{field} {message}")


class SubscriptionRefused(FieldRefused):
    """A subscription asks for what cannot be."""


class KeyRefused(FieldRefused):
    """A key is asked for that cannot be."""


class SearchRefused(FieldRefused):
    """It cannot be looked for in this way."""


class SearchOff(DropscribeError):
    """This deployment keeps no index of what was said."""

    status = 409


class KeyMissing(DropscribeError):
    """There is no key of that id."""

    status = 404


class UnknownScope(DropscribeError):
    """Nothing of that name can be stopped; the message says what can."""

    status = 422


class UnknownEndpoint(DropscribeError):
    """A webhook call for an endpoint that this deployment does not have."""

    status = 404


class SealBroken(DropscribeError):
    """What is sealed was changed, belongs elsewhere, or was sealed by another key."""


class StoreConflict(DropscribeError):
    """A conditional insert, update or delete lost against another writer."""

    status = 409
    transient = True


class StoreUnavailable(DropscribeError):
    """Storage could not be reached, or answered 429 or 5xx after the client's own retries."""

    status = 503
    transient = True


class RowUnreadable(DropscribeError):
    """A newer release wrote it, and this one runs after it or beside it. Says where, not what."""


class BlobUnread(StoreUnavailable):
    """A blob could not be read, or was changed while it was. Whether that is trouble with storage
    or with this blob alone is not known yet."""


class ReaderUnavailable(DropscribeError):
    """The process that looks into files could not be started, or was ended from outside; nothing
    is said about the file."""

    status = 503
    transient = True


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
