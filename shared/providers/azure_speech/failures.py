"""What the service says of a failed job or a failed input, as a `Failure` that can be acted on.

Codes are those of `DetailedErrorCode` in the API description (2025-10-15), and four that only
Microsoft's own client knows: InvalidUri, Internal, Timeout, Transient. The vocabulary of a
report's `errorKind` is undocumented, and the service also says "Invalid Data" in two words, so
codes are compared without case and spaces, and the message decides where the code is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from shared.model.batch.failure import Failure, FailureKind
from shared.providers.redaction import redacted


class _Class(msgspec.Struct, frozen=True):
    kind: FailureKind
    code: str
    advice: str
    retryable: bool = False


_UNREACHABLE = _Class(
    "configuration",
    "recording_unreachable",
    "Check that the Speech resource may read the storage account (firewall, managed identity or "
    "SAS) and that the blob still exists.",
    retryable=True,
)
_UNREADABLE = _Class(
    "input",
    "audio_unreadable",
    "Send WAV, MP3, OGG/OPUS, FLAC, WMA, AAC, AMR or WebM. For audio of several channels, turn "
    "speaker separation off.",
)
_EMPTY = _Class("input", "audio_empty", "Send a recording that holds sound.")
_TOO_LONG = _Class("input", "audio_too_long", "Split the recording into shorter ones.")
_CHANNELS = _Class(
    "input", "channels_wrong", "Ask only for channels that the recording has, counted from 0."
)
_NO_LANGUAGE = _Class(
    "input", "language_unknown", "Add the language that is spoken to the candidate locales."
)
_MANY_LANGUAGES = _Class(
    "input", "language_ambiguous", "Identify languages continuously, or name fewer candidates."
)
_LOCALE = _Class("configuration", "locale_wrong", "Choose a locale that this region offers.")
_MODEL = _Class(
    "configuration",
    "model_wrong",
    "Choose a model that exists, is not retired and fits the locale.",
)
_SUBSCRIPTION = _Class(
    "configuration", "subscription_wrong", "Use a Speech resource of tier S0 in its own region."
)
_PERMISSIONS = _Class(
    "configuration", "access_denied", "Give the role Cognitive Services Speech Contributor."
)
_REQUEST = _Class("configuration", "request_refused", "Correct the options of the profile.")
_THROTTLED = _Class("throttling", "provider_throttled", "Nothing; it is tried again.", True)
_TROUBLE = _Class("provider", "provider_trouble", "Nothing; it is tried again.", True)
_UNKNOWN = _Class("provider", "provider_failed", "Look the reason up at the provider.", True)

_BY_CODE: Mapping[str, _Class] = {
    code.lower(): found
    for found, codes in (
        (_UNREACHABLE, "InvalidUri InvalidRecordingsUri InaccessibleCustomerStorage"),
        (_UNREADABLE, "InvalidData InvalidAudioFormat"),
        (_EMPTY, "EmptyAudioFile"),
        (_TOO_LONG, "AudioLengthLimitExceeded"),
        (_CHANNELS, "InvalidChannels BadChannelConfiguration InvalidChannelSpecification"),
        (_NO_LANGUAGE, "NoLanguageIdentified"),
        (_MANY_LANGUAGES, "MultipleLanguagesIdentified"),
        (_LOCALE, "InvalidLocale UnsupportedLanguageCode"),
        (_MODEL, "InvalidModel InvalidModelUri InvalidBaseModel ModelMismatch ModelDeprecated"),
        (_MODEL, "EndpointLoggingNotSupported"),
        (_SUBSCRIPTION, "InvalidSubscription SubscriptionNotFound"),
        (_PERMISSIONS, "InvalidPermissions Forbidden Unauthorized NotAllowed"),
        (_THROTTLED, "TooManyRequests QuotaViolation"),
        (_TROUBLE, "Internal Timeout Transient UnexpectedError InternalServerError"),
        (_TROUBLE, "ServiceUnavailable InternalCommunicationFailed PipelineError"),
    )
    for code in codes.split()
}
_BY_MESSAGE: tuple[tuple[str, _Class], ...] = (
    ("contains invalid data", _UNREADABLE),
    ("authentication failed for recordings uri", _UNREACHABLE),
    ("recordings uri is invalid", _UNREACHABLE),
)


def read_failure(code: str, message: str) -> Failure:
    """Classify what the service says. `reason` is its own message, URLs cut at their query."""
    found = _classify(code, message)
    said = redacted(message) or "it gave no reason"
    return Failure(
        kind=found.kind,
        code=found.code,
        reason=f"Azure Speech: {said}" + (f" ({redacted(code)})" if code else ""),
        advice=found.advice,
        retryable=found.retryable,
    )


def _classify(code: str, message: str) -> _Class:
    squeezed = "".join(code.split()).lower()
    if squeezed in _BY_CODE:
        return _BY_CODE[squeezed]
    lowered = message.lower()
    for words, found in _BY_MESSAGE:
        if words in lowered:
            return found
    # A code that we never saw: one that blames the request will not change its mind.
    return _REQUEST if squeezed.startswith(("invalid", "unsupported")) else _UNKNOWN
