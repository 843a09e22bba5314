"""The emulator of Azure AI Language, by its maker's own package and by ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from azure.ai.textanalytics import TextAnalyticsClient
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError

import local.emulators.azure_language as emulator_package
from local.emulators.azure_language.faults import KINDS
from local.emulators.azure_language.finding import find
from local.emulators.azure_language.places import Places
from local.emulators.azure_language.server import running
from local.emulators.azure_language.settings import Settings
from shared.errors import (
    ChoiceRefused,
    ProviderError,
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnavailable,
)
from shared.finders.azure_language.categories import CATEGORIES
from shared.finders.azure_language.client import AzureLanguage
from shared.model.redaction.windows import Found, Window
from shared.providers.identity import by_key

KEY = "a key"
TEXT = "👩‍👩‍👧 My name is Maria Gonzalez, call 310 555 0122."
NAME = TEXT.index("Maria")
WINDOW = Window(TEXT, "en-US")
KINDS_ASKED = ("person_name", "phone_number")
FOUND = (
    Found("person_name", NAME, NAME + 14),
    Found("phone_number", TEXT.index("310"), len(TEXT) - 1),
)


@pytest.fixture
def url() -> Iterator[str]:
    with running(Settings(key=KEY)) as address:
        yield address


def order(url: str, kind: str, **options: Any) -> None:
    answer = httpx.post(f"{url}/_emulator/faults", json={"kind": kind, "times": None, **options})
    assert answer.status_code == 201, answer.text


class Ours(ExitStack):
    """Our client, with connections of its own."""

    def __call__(self, url: str, key: str = KEY) -> AzureLanguage:
        return ours_by(self.enter_context(httpx.Client()), url, key)


class Theirs(ExitStack):
    """That of its maker, which tries nothing again."""

    def __call__(self, url: str, key: str = KEY) -> TextAnalyticsClient:
        made = TextAnalyticsClient(url, AzureKeyCredential(key), retry_total=0)
        return self.enter_context(made)


@pytest.fixture
def ours() -> Iterator[Ours]:
    with Ours() as clients:
        yield clients


@pytest.fixture
def theirs() -> Iterator[Theirs]:
    with Theirs() as clients:
        yield clients


def ours_by(http: httpx.Client, url: str, key: str) -> AzureLanguage:
    return AzureLanguage(
        http=http,
        endpoint=url,
        auth=by_key(key),
        api_version="2026-05-01",
        calls_per_minute=1_000,
    )


# --- its maker's package


def test_the_makers_package_finds_names_and_numbers(url: str, theirs: Theirs) -> None:
    [read] = theirs(url).recognize_pii_entities(
        [TEXT], string_index_type="UnicodeCodePoint", categories_filter=["Person", "PhoneNumber"]
    )
    assert not read.is_error
    assert [(e.text, e.category, e.offset, e.length) for e in read.entities] == [
        ("Maria Gonzalez", "Person", NAME, 14),
        ("310 555 0122", "PhoneNumber", TEXT.index("310"), 12),
    ]
    assert "Maria" not in read.redacted_text and "My name is" in read.redacted_text


def test_the_makers_package_is_told_of_one_document_that_is_too_long(
    url: str, theirs: Theirs
) -> None:
    read = theirs(url).recognize_pii_entities(["I am Maria.", "x" * 5_121, "y" * 5_120])
    assert [one.is_error for one in read] == [False, True, False]
    assert read[1].error.code == "InvalidDocument"


def test_the_makers_package_is_refused_more_than_five_documents(url: str, theirs: Theirs) -> None:
    with pytest.raises(HttpResponseError, match="InvalidDocumentBatch"):
        theirs(url).recognize_pii_entities(["I am Maria."] * 6)


def test_the_makers_package_is_refused_with_a_wrong_key(url: str, theirs: Theirs) -> None:
    with pytest.raises(ClientAuthenticationError):
        theirs(url, "another").recognize_pii_entities([TEXT])


def test_places_are_counted_as_the_makers_package_asks(url: str, theirs: Theirs) -> None:
    for unit, offset in (("TextElements_v8", 13), ("UnicodeCodePoint", 17), ("Utf16CodeUnit", 20)):
        [read] = theirs(url).recognize_pii_entities([TEXT], string_index_type=unit)
        assert read.entities[0].offset == offset, unit


# --- ours


def test_our_finder_asks_for_nothing_that_it_does_not_know(url: str, ours: Ours) -> None:
    assert ours(url).find([WINDOW, Window("I am Ann Lee.", "en-GB")], KINDS_ASKED) == [
        FOUND,
        (Found("person_name", 5, 12),),
    ]
    ledger = httpx.get(f"{url}/_emulator/ledger").json()
    assert ledger["documents"] == 2 and ledger["unknown"] == []
    assert ledger["calls"] == {"analyze": {"200": 1}}


@pytest.mark.parametrize("fault", ["shift_offsets", "graphemes"])
def test_wrong_places_are_put_right(url: str, fault: str, ours: Ours) -> None:
    order(url, fault)
    assert ours(url).find([WINDOW], KINDS_ASKED) == [FOUND]


def test_another_name_for_it_hides_it_all_the_same(url: str, ours: Ours) -> None:
    order(url, "wrong_kind")
    [found] = ours(url).find([WINDOW], KINDS_ASKED)
    assert found is not None
    assert [(one.start, one.end) for one in found] == [(one.start, one.end) for one in FOUND]


@pytest.mark.parametrize(
    "fault", ["wrong_text", "truncate", "drop_document", "double_document", "document_error"]
)
def test_what_cannot_be_believed_is_not_and_spoils_no_other(
    url: str, fault: str, ours: Ours
) -> None:
    order(url, fault, match={"id": "^0$"})
    assert ours(url).find([WINDOW, WINDOW], KINDS_ASKED) == [None, FOUND]


def test_what_it_misses_is_missed(url: str, ours: Ours) -> None:
    order(url, "miss", category="Person")
    assert ours(url).find([WINDOW], KINDS_ASKED) == [FOUND[1:]]


@pytest.mark.parametrize(
    ("fault", "options", "expected"),
    [
        ("throttle", {"retryAfter": 7}, ProviderThrottled),
        ("quota", {}, ProviderUnauthorised),
        ("refuse", {}, ProviderUnavailable),
        ("refuse", {"status": 400, "code": "InvalidRequest"}, ChoiceRefused),
        ("garble", {}, ProviderUnavailable),
        ("lose_answer", {}, ProviderUnavailable),
        ("lose_answer", {"how": "cut"}, ProviderUnavailable),
        ("leak", {"status": 500, "code": "InternalServerError"}, ProviderUnavailable),
    ],
)
def test_trouble_is_trouble_with_the_service(
    url: str, fault: str, options: dict[str, Any], expected: type[ProviderError], ours: Ours
) -> None:
    order(url, fault, **options)
    with pytest.raises(expected) as raised:
        ours(url).find([WINDOW], KINDS_ASKED)
    assert type(raised.value) is expected and "Maria" not in str(raised.value)


def test_a_refusal_that_quotes_a_document_is_not_repeated(url: str, ours: Ours) -> None:
    order(url, "leak")
    assert ours(url).find([WINDOW], KINDS_ASKED) == [None]


def test_its_limit_is_told_with_how_long_to_wait(ours: Ours) -> None:
    with running(Settings(key=KEY, calls_per_window=1)) as address:
        ours(address).find([WINDOW], KINDS_ASKED)
        with pytest.raises(ProviderThrottled) as raised:
            ours(address).find([WINDOW], KINDS_ASKED)
    assert raised.value.retry_after_seconds and raised.value.retry_after_seconds <= 60


def test_a_category_of_ours_is_one_of_its_own(url: str, ours: Ours) -> None:
    assert ours(url).find([Window("Nothing.", "en")], list(CATEGORIES)) == [()]


# --- what it finds


@pytest.mark.parametrize(
    ("text", "category", "said"),
    [
        ("It is 4111 1111 1111 1111, thanks.", "CreditCardNumber", "4111 1111 1111 1111"),
        ("I was born on May 9, 1972.", "DateOfBirth", "May 9, 1972"),
        ("And the pin is 8206.", "PIN", "8206"),
        ("I am 42 years old.", "Age", "42"),
        ("We live at 12 Mill Road.", "Address", "12 Mill Road"),
        ("Write to jane@example.org please.", "Email", "jane@example.org"),
        ("hello this is john smith calling", "Person", "john smith"),
        ("Am I speaking to Zorbana Quill?", "Person", "Zorbana Quill"),
        ("I am in Paris now.", "City", "Paris"),
    ],
)
def test_it_finds(text: str, category: str, said: str) -> None:
    found = {entity.category: text[entity.start : entity.end] for entity in find(text, [])}
    assert found.get(category) == said


def test_it_finds_nothing_in_small_talk() -> None:
    assert find("Well, that was two cars and three dogs, and then it rained.", []) == []


def test_units_of_text() -> None:
    text = "e\u0301🇩🇪👍🏽a"
    assert [Places(text, unit).length for unit in ("", "UnicodeCodePoint", "Utf16CodeUnit")] == [
        4,
        7,
        11,
    ]
    assert Places("", "").length == 0


# --- what is told of it


def test_every_fault_is_told_in_its_readme() -> None:
    readme = (Path(str(emulator_package.__file__)).parent / "README.md").read_text("utf-8")
    trouble = readme.split("## Ordering trouble", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| (`.+?`) \|", trouble, re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert told == set(KINDS)
