"""Error answers, of the service and of the gateway in front of it."""

import pytest

from shared.errors import (
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnavailable,
)
from shared.providers.answers import outcome_of_create, retry_after_seconds
from shared.providers.azure_speech.answers import error_of, read_error
from tests.samples.azure_speech import sample


def error_of_create(status: int, body: bytes) -> ProviderError:
    return outcome_of_create(error_of(status, {}, body, what="create a transcription"))


def test_the_innermost_code_and_message_of_the_service_count() -> None:
    assert read_error(sample("error_service.json")) == (
        "InvalidLocale",
        "The locale of https://calls.blob.core.windows.net/a.wav cannot be used.",
    )


def test_an_inner_error_without_words_leaves_the_outer_ones() -> None:
    body = b'{"code": "Conflict", "message": "In use.", "innerError": {}}'
    assert read_error(body) == ("Conflict", "In use.")


def test_the_gateway_wraps_its_error_once_more() -> None:
    code, message = read_error(sample("error_gateway.json"))
    assert (code, message) == ("429", "Too many calls in ten seconds. Try again after 1 second.")


@pytest.mark.parametrize("body", [b"", b"<html>busy</html>", b"null", b"[" * 100_000, b"\xff"])
def test_a_body_that_is_no_error_envelope_says_nothing(body: bytes) -> None:
    assert read_error(body) == ("", "")


@pytest.mark.parametrize(
    ("status", "repeatable", "create"),
    [
        (302, ProviderRefused, ProviderRefused),
        (400, ProviderRefused, ProviderRefused),
        (401, ProviderUnauthorised, ProviderUnauthorised),
        (403, ProviderUnauthorised, ProviderUnauthorised),
        (404, ProviderRefused, ProviderRefused),
        (408, ProviderUnavailable, OutcomeUnknown),
        (409, ProviderRefused, ProviderRefused),
        (429, ProviderThrottled, ProviderThrottled),
        (500, ProviderUnavailable, OutcomeUnknown),
        (502, ProviderUnavailable, OutcomeUnknown),
        (503, ProviderUnavailable, OutcomeUnknown),
        (504, ProviderUnavailable, OutcomeUnknown),
    ],
)
def test_every_status_has_an_error(
    status: int, repeatable: type[ProviderError], create: type[ProviderError]
) -> None:
    body = sample("error_service.json")
    assert type(error_of(status, {}, body, what="look")) is repeatable
    assert type(error_of_create(status, body)) is create


def test_an_error_says_what_was_asked_and_what_was_answered_without_the_query() -> None:
    error = error_of_create(400, sample("error_service.json"))
    assert error.code == "InvalidLocale"
    assert str(error) == (
        "Azure Speech answered 400 InvalidLocale to: create a transcription: "
        "The locale of https://calls.blob.core.windows.net/a.wav cannot be used."
    )


def test_an_error_without_words_is_named_by_its_status() -> None:
    assert str(error_of(502, {}, b"<html>", what="look")) == "Azure Speech answered 502 to: look"


def test_an_unknown_outcome_keeps_the_code() -> None:
    error = error_of_create(503, b'{"code": "ServiceUnavailable", "message": "Busy."}')
    assert (type(error), error.code) == (OutcomeUnknown, "ServiceUnavailable")


def test_a_throttled_call_says_how_long_to_wait() -> None:
    error = error_of(429, {"retry-after": "7"}, sample("error_gateway.json"), what="look")
    assert isinstance(error, ProviderThrottled)
    assert error.retry_after_seconds == 7


NOON = "Tue, 06 Jan 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "0"}, 0),
        ({"retry-after": " 30 "}, 30),
        ({"retry-after": "999999999"}, 86_400),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Tue, 06 Jan 2026 12:01:30 GMT"}, None),
        ({"retry-after": "Tue, 06 Jan 2026 12:01:30 GMT", "date": "now"}, None),
        ({"retry-after": "Tue, 06 Jan 2026 12:01:30 GMT", "date": NOON}, 90),
        ({"retry-after": "Tue, 06 Jan 2026 12:01:30 -0000", "date": NOON}, 90),
        ({"retry-after": "Tue, 06 Jan 2026 11:00:00 GMT", "date": NOON}, 0),
        ({"retry-after": "Tue, 06 Jan 2099 11:00:00 GMT", "date": NOON}, 86_400),
    ],
)
def test_retry_after_is_read_as_seconds_and_as_a_date(
    headers: dict[str, str], seconds: int | None
) -> None:
    assert retry_after_seconds(headers) == seconds


@pytest.mark.parametrize(
    ("code", "expected"), [("InvalidRecordingsUri", True), ("InvalidLocale", False)]
)
def test_a_refusal_says_whether_it_blames_one_input(code: str, expected: bool) -> None:
    body = f'{{"code": "InvalidRequest", "innerError": {{"code": "{code}"}}}}'.encode()
    error = error_of_create(400, body)
    assert isinstance(error, ProviderRefused)
    assert error.names_an_input is expected
