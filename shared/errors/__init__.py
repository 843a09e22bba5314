"""Every error that we raise, and what it means to whoever meets it.

    DropscribeError
    ├── ConfigurationError        the deployment is set up wrongly; lists every problem
    ├── InputError                this recording cannot be transcribed; says what to fix
    ├── RedactionFailed           something would be stored that is to be hidden, or may be
    ├── FinderUnavailable         nobody looks for personal data now; carries how long to wait
    ├── ManifestRefused           nothing of this manifest is taken; lists every fault
    ├── KeyReused                 an idempotency key comes again with another content
    ├── BatchMissing              there is no such batch, or it was deleted
    ├── RecordingMissing          the batch has no such recording
    ├── OutputMissing             nothing was written of that yet, or it was removed
    ├── AudioMissing              there is no audio to be heard; says why
    ├── AudioChanged              the audio is not the version that was transcribed
    ├── AudioRedacted             what is hidden in its sound is for owners alone
    ├── NoListeningCopy           there is none, and will be none; says why
    ├── RevisionUnfit             a change of a transcript names what is not there
    ├── RevisionConflict          somebody else changed the transcript first
    ├── BatchBusy                 what is asked for has to wait until the batch is over
    ├── OnHold                    somebody answers for it that this stays until it is released
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

from shared.errors.base import (
    ConfigurationError,
    DropscribeError,
    FinderUnavailable,
    InputError,
    RedactionFailed,
)
from shared.errors.provider import (
    CallOverdue,
    ChoiceRefused,
    EndpointDown,
    OutcomeUnknown,
    ProviderError,
    ProviderNotReady,
    ProviderRefused,
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnavailable,
    ProviderUnfunded,
    RefusedInDoubt,
    ResultMalformed,
    ResultMissing,
    ResultTooLarge,
    TranscriptionMissing,
)
from shared.errors.request import (
    AudioChanged,
    AudioMissing,
    AudioRedacted,
    BatchBusy,
    BatchMissing,
    Fault,
    FieldRefused,
    KeyMissing,
    KeyRefused,
    KeyReused,
    ManifestRefused,
    NoListeningCopy,
    OnHold,
    OutputMissing,
    ProfilesChanged,
    ProfilesMissing,
    ProfilesRefused,
    RecordingMissing,
    RevisionConflict,
    RevisionUnfit,
    SearchOff,
    SearchRefused,
    SubscriptionMissing,
    SubscriptionRefused,
    UnknownEndpoint,
    UnknownScope,
)
from shared.errors.storage import (
    BlobUnread,
    ReaderUnavailable,
    RowUnreadable,
    SealBroken,
    StoreConflict,
    StoreUnavailable,
)

__all__ = [
    "AudioChanged",
    "AudioMissing",
    "AudioRedacted",
    "BatchBusy",
    "BatchMissing",
    "BlobUnread",
    "CallOverdue",
    "ChoiceRefused",
    "ConfigurationError",
    "DropscribeError",
    "EndpointDown",
    "Fault",
    "FieldRefused",
    "FinderUnavailable",
    "InputError",
    "KeyMissing",
    "KeyRefused",
    "KeyReused",
    "ManifestRefused",
    "NoListeningCopy",
    "OnHold",
    "OutcomeUnknown",
    "OutputMissing",
    "ProfilesChanged",
    "ProfilesMissing",
    "ProfilesRefused",
    "ProviderError",
    "ProviderNotReady",
    "ProviderRefused",
    "ProviderThrottled",
    "ProviderUnauthorised",
    "ProviderUnavailable",
    "ProviderUnfunded",
    "ReaderUnavailable",
    "RecordingMissing",
    "RedactionFailed",
    "RefusedInDoubt",
    "ResultMalformed",
    "ResultMissing",
    "ResultTooLarge",
    "RevisionConflict",
    "RevisionUnfit",
    "RowUnreadable",
    "SealBroken",
    "SearchOff",
    "SearchRefused",
    "StoreConflict",
    "StoreUnavailable",
    "SubscriptionMissing",
    "SubscriptionRefused",
    "TranscriptionMissing",
    "UnknownEndpoint",
    "UnknownScope",
]
