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

_FORMATS = "WAV, MP3, OGG/OPUS, FLAC, WMA, AAC, AMR or WebM"
_BY_CODE: Mapping[str, Template] = {
    code.lower(): found
    for found, codes in (
        (texts.NO_ACCESS_TO_AUDIO, "InvalidUri InvalidRecordingsUri InaccessibleCustomerStorage"),
        (texts.CHANNELS_UNREADABLE, "InvalidData InvalidAudioFormat"),
        (texts.NO_SOUND, "EmptyAudioFile"),
        (texts.AUDIO_TOO_LONG, "AudioLengthLimitExceeded"),
        (texts.CHANNELS_WRONG, "InvalidChannels BadChannelConfiguration"),
        (texts.CHANNELS_WRONG, "InvalidChannelSpecification"),
        (texts.NO_LANGUAGE, "NoLanguageIdentified"),
        (texts.MANY_LANGUAGES, "MultipleLanguagesIdentified"),
        (texts.LOCALE_WRONG, "InvalidLocale UnsupportedLanguageCode"),
        (texts.MODEL_WRONG, "InvalidModel InvalidModelUri InvalidBaseModel ModelMismatch"),
        (texts.MODEL_WRONG, "ModelDeprecated EndpointLoggingNotSupported"),
        (texts.SUBSCRIPTION_WRONG, "InvalidSubscription SubscriptionNotFound"),
        (texts.ACCESS_DENIED, "InvalidPermissions Forbidden Unauthorized NotAllowed"),
        (texts.THROTTLED, "TooManyRequests QuotaViolation"),
        (texts.TROUBLE, "Internal Timeout Transient UnexpectedError InternalServerError"),
        (texts.TROUBLE, "ServiceUnavailable InternalCommunicationFailed PipelineError"),
    )
    for code in codes.split()
}
_BY_MESSAGE: tuple[tuple[str, Template], ...] = (
    ("contains invalid data", texts.CHANNELS_UNREADABLE),
    ("authentication failed for recordings uri", texts.NO_ACCESS_TO_AUDIO),
    ("recordings uri is invalid", texts.NO_ACCESS_TO_AUDIO),
)


def read_failure(code: str, message: str) -> Failure:
    """Classify what the service says. `reason` is its own message, URLs cut at their query."""
    said = redacted(message) or texts.NO_REASON
    return _classify(code, message).failure(
        provider="Azure Speech",
        said=f"{said} ({redacted(code)})" if code else said,
        formats=_FORMATS,
    )


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
    return texts.OPTIONS_REFUSED if blames_the_request else texts.FAILED
