"""Reports of a job, and the classes of failure."""

import pytest

from shared.errors import ResultMalformed
from shared.model.failure import Failure
from shared.ports.provider import ProviderReport
from shared.providers.azure_speech.failures import read_failure
from shared.providers.azure_speech.report import read_report
from tests.samples.azure_speech import sample

HOST = "https://calls.blob.core.windows.net/audio"


def test_a_report_tells_who_failed_and_why() -> None:
    report = read_report(sample("report_mixed.json"))
    assert report.failed == {
        f"{HOST}/text.wav": Failure(
            kind="input",
            code="audio_unreadable",
            reason=f"Azure Speech: The audio of {HOST}/text.wav is not supported. "
            "(InvalidAudioFormat)",
            advice="Send WAV, MP3, OGG/OPUS, FLAC, WMA, AAC, AMR or WebM. For audio of several "
            "channels, turn speaker separation off.",
        ),
        "folder/what?.wav": Failure(
            kind="provider",
            code="provider_trouble",
            reason="Azure Speech: it gave no reason (Timeout)",
            advice="Nothing; it is tried again.",
            retryable=True,
        ),
    }


def test_a9_an_input_that_is_neither_succeeded_nor_failed_has_no_reason() -> None:
    report = read_report(sample("report_mixed.json"))
    assert f"{HOST}/odd.wav" not in report.failed


def test_an_older_report_names_its_source_differently_and_may_lack_counts() -> None:
    body = b"\xef\xbb\xbf" + sample("report_source_url.json")
    assert read_report(body) == ProviderReport(failed={})
    assert list(read_report(body.replace(b"Succeeded", b"Failed")).failed) == [f"{HOST}/old.wav"]


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"details": null}'])
def test_what_is_not_a_report_is_malformed(body: bytes) -> None:
    with pytest.raises(ResultMalformed):
        read_report(body)


@pytest.mark.parametrize(
    ("code", "message", "kind", "name", "retryable"),
    [
        ("InvalidUri", "", "configuration", "recording_unreachable", True),
        ("InvalidData", "", "input", "audio_unreadable", False),
        ("Invalid Data", "", "input", "audio_unreadable", False),
        ("EmptyAudioFile", "", "input", "audio_empty", False),
        ("AudioLengthLimitExceeded", "", "input", "audio_too_long", False),
        ("BadChannelConfiguration", "", "input", "channels_wrong", False),
        ("NoLanguageIdentified", "", "input", "language_unknown", False),
        ("MultipleLanguagesIdentified", "", "input", "language_ambiguous", False),
        ("InvalidLocale", "", "configuration", "locale_wrong", False),
        ("ModelDeprecated", "", "configuration", "model_wrong", False),
        ("InvalidSubscription", "", "configuration", "subscription_wrong", False),
        ("InvalidPermissions", "", "configuration", "access_denied", False),
        ("TooManyRequests", "", "throttling", "provider_throttled", True),
        ("internal", "", "provider", "provider_trouble", True),
        ("Transient", "", "provider", "provider_trouble", True),
        ("InvalidMoon", "", "configuration", "request_refused", False),
        ("UnsupportedMoon", "", "configuration", "request_refused", False),
        ("Moonrise", "", "provider", "provider_failed", True),
        ("", "", "provider", "provider_failed", True),
        ("", "The recordings URI contains invalid data.", "input", "audio_unreadable", False),
        ("", "The recordings URI is invalid.", "configuration", "recording_unreachable", True),
        (
            "Odd",
            "Authentication failed for recordings URI.",
            "configuration",
            "recording_unreachable",
            True,
        ),
    ],
)
def test_every_code_has_a_class(
    code: str, message: str, kind: str, name: str, retryable: bool
) -> None:
    failure = read_failure(code, message)
    assert (failure.kind, failure.code, failure.retryable) == (kind, name, retryable)
    assert failure.advice


def test_a_reason_shows_no_secret_and_is_not_endless() -> None:
    said = (
        "Cannot read https://user:pw@a.example/b.wav?sig=abc#x with sig=abc&token=def. " + "x" * 999
    )
    reason = read_failure("InvalidUri", said).reason
    assert "https://a.example/b.wav " in reason
    assert not any(secret in reason for secret in ("abc", "def", "pw"))
    assert len(reason) < 600
