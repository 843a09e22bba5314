"""What the service says of a failed job or a failed input, as a `Failure` that can be acted on.

Codes are those of `DetailedErrorCode` in the API description (2025-10-15), and four that only
Microsoft's own client knows: InvalidUri, Internal, Timeout, Transient. The vocabulary of a
report's `errorKind` is undocumented, and the service also says "Invalid Data" in two words, so
codes are compared without case and spaces, and the message decides where the code is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.model import failure_texts as texts
from shared.model.failure import Failure, Template
from shared.providers.redaction import redacted

_BY_CODE: Mapping[str, Template] = {
    code.lower(): found
    for found, codes in (
        (texts.AZURE_UNREACHABLE, "InvalidUri InvalidRecordingsUri InaccessibleCustomerStorage"),
        (texts.AZURE_UNREADABLE, "InvalidData InvalidAudioFormat"),
        (texts.AZURE_EMPTY, "EmptyAudioFile"),
        (texts.AZURE_TOO_LONG, "AudioLengthLimitExceeded"),
        (texts.AZURE_CHANNELS, "InvalidChannels BadChannelConfiguration"),
        (texts.AZURE_CHANNELS, "InvalidChannelSpecification"),
        (texts.AZURE_NO_LANGUAGE, "NoLanguageIdentified"),
        (texts.AZURE_MANY_LANGUAGES, "MultipleLanguagesIdentified"),
        (texts.AZURE_LOCALE, "InvalidLocale UnsupportedLanguageCode"),
        (texts.AZURE_MODEL, "InvalidModel InvalidModelUri InvalidBaseModel ModelMismatch"),
        (texts.AZURE_MODEL, "ModelDeprecated EndpointLoggingNotSupported"),
        (texts.AZURE_SUBSCRIPTION, "InvalidSubscription SubscriptionNotFound"),
        (texts.AZURE_PERMISSIONS, "InvalidPermissions Forbidden Unauthorized NotAllowed"),
        (texts.AZURE_THROTTLED, "TooManyRequests QuotaViolation"),
        (texts.AZURE_TROUBLE, "Internal Timeout Transient UnexpectedError InternalServerError"),
        (texts.AZURE_TROUBLE, "ServiceUnavailable InternalCommunicationFailed PipelineError"),
    )
    for code in codes.split()
}
_BY_MESSAGE: tuple[tuple[str, Template], ...] = (
    ("contains invalid data", texts.AZURE_UNREADABLE),
    ("authentication failed for recordings uri", texts.AZURE_UNREACHABLE),
    ("recordings uri is invalid", texts.AZURE_UNREACHABLE),
)


def read_failure(code: str, message: str) -> Failure:
    """Classify what the service says. `reason` is its own message, URLs cut at their query."""
    said = redacted(message) or texts.NO_REASON
    return _classify(code, message).failure(said=f"{said} ({redacted(code)})" if code else said)


def _classify(code: str, message: str) -> Template:
    squeezed = "".join(code.split()).lower()
    if squeezed in _BY_CODE:
        return _BY_CODE[squeezed]
    lowered = message.lower()
    for words, found in _BY_MESSAGE:
        if words in lowered:
            return found
    # A code that we never saw: one that blames the request will not change its mind.
    blames_the_request = squeezed.startswith(("invalid", "unsupported"))
    return texts.AZURE_REQUEST if blames_the_request else texts.AZURE_UNKNOWN
