"""What the emulator of Azure AI Language finds for insights, by its maker's own package and by
ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from azure.ai.textanalytics import TextAnalyticsClient
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import HttpResponseError

from local.emulators.azure_language.server import running
from local.emulators.azure_language.settings import Settings
from local.emulators.common.feeling import sentences
from local.emulators.common.phrases import phrases
from shared.errors import ChoiceRefused, ProviderError, ProviderThrottled, ProviderUnavailable
from shared.finders.azure_language.analyses import ANALYSES
from shared.finders.azure_language.client import AzureAnalyst
from shared.model.redaction.windows import Found, Window
from shared.providers.identity import by_key

KEY = "a key"
TEXT = "👩‍👩‍👧 My parcel is late, and I am angry.\nMaria Gonzalez helped me on May 9. Thank you!"
WINDOW = Window(TEXT, "en-US")
ANGRY, THANKS = "👩‍👩‍👧 My parcel is late, and I am angry.", "Thank you!"
NAMED = ("Maria Gonzalez", "May 9")


@pytest.fixture
def url() -> Iterator[str]:
    with running(Settings(key=KEY)) as address:
        yield address


@pytest.fixture
def theirs(url: str) -> Iterator[TextAnalyticsClient]:
    with TextAnalyticsClient(url, AzureKeyCredential(KEY), retry_total=0) as client:
        yield client


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client() as client:
        yield client


def ours(insight: str, http: httpx.Client, url: str) -> AzureAnalyst:
    return AzureAnalyst(
        insight,
        http=http,
        endpoint=url,
        auth=by_key(KEY),
        api_version="2026-05-01",
        calls_per_minute=1_000,
    )


def order(url: str, kind: str, **options: Any) -> None:
    answer = httpx.post(f"{url}/_emulator/faults", json={"kind": kind, "times": None, **options})
    assert answer.status_code == 201, answer.text


def texts(found: Any) -> list[tuple[str, str]]:
    return [(one.kind, TEXT[one.start : one.end]) for one in found]


def test_the_makers_package_reads_all_three(url: str, theirs: TextAnalyticsClient) -> None:
    [felt] = theirs.analyze_sentiment([TEXT], string_index_type="UnicodeCodePoint")
    assert felt.sentiment == "mixed" and felt.confidence_scores.negative > 0
    assert [(one.sentiment, TEXT[one.offset :][: one.length]) for one in felt.sentences] == [
        ("negative", ANGRY),
        ("positive", "Maria Gonzalez helped me on May 9."),
        ("positive", THANKS),
    ]
    [read] = theirs.extract_key_phrases([TEXT])
    assert "parcel" in read.key_phrases
    [named] = theirs.recognize_entities([TEXT], string_index_type="UnicodeCodePoint")
    assert [(one.text, one.category) for one in named.entities] == [
        ("Maria Gonzalez", "Person"),
        ("May 9", "DateTime"),
    ]
    analyses = httpx.get(f"{url}/_emulator/ledger").json()["analyses"]
    assert analyses == {one.kind: 1 for one in ANALYSES.values()}


@pytest.mark.parametrize(("call", "most"), [("analyze_sentiment", 10), ("recognize_entities", 5)])
def test_the_makers_package_is_refused_more_documents_than_a_kind_takes(
    theirs: TextAnalyticsClient, call: str, most: int
) -> None:
    assert len(getattr(theirs, call)(["I am Maria."] * most)) == most
    with pytest.raises(HttpResponseError, match="InvalidDocumentBatch"):
        getattr(theirs, call)(["I am Maria."] * (most + 1))


def test_ours_asks_for_nothing_that_it_does_not_know(url: str, http: httpx.Client) -> None:
    for insight in ANALYSES:
        analyst = ours(insight, http, url)
        windows = [WINDOW] * analyst.most_windows
        assert None not in analyst.find(windows, [insight])
    ledger = httpx.get(f"{url}/_emulator/ledger").json()
    assert ledger["unknown"] == [] and ledger["calls"] == {"analyze": {"200": 3}}


@pytest.mark.parametrize("fault", ["shift_offsets", "graphemes"])
def test_wrong_places_are_put_right(url: str, http: httpx.Client, fault: str) -> None:
    order(url, fault)
    [felt] = ours("sentiment", http, url).find([WINDOW], ["sentiment"])
    assert texts(felt)[0] == ("negative", ANGRY) and texts(felt)[-1] == ("positive", THANKS)
    [named] = ours("entities", http, url).find([WINDOW], ["entities"])
    assert texts(named) == [("person", NAMED[0]), ("date_time", NAMED[1])]


def test_what_is_called_otherwise_is_another_and_what_nobody_said_is_nothing(
    url: str, http: httpx.Client
) -> None:
    order(url, "wrong_kind", category="Gadget")
    order(url, "wrong_phrase")
    [named] = ours("entities", http, url).find([WINDOW], ["entities"])
    assert texts(named) == [("other", name) for name in NAMED]
    [said] = ours("key_phrases", http, url).find([WINDOW], ["key_phrases"])
    assert said and all(isinstance(one, Found) for one in said)
    assert "nobody" not in str(texts(said))


@pytest.mark.parametrize("insight", ANALYSES)
@pytest.mark.parametrize(
    "fault", ["truncate", "drop_document", "double_document", "document_error"]
)
def test_what_cannot_be_believed_is_not_and_spoils_no_other(
    url: str, http: httpx.Client, insight: str, fault: str
) -> None:
    order(url, fault, match={"id": "^0$", "analysis": ANALYSES[insight].kind})
    first, second = ours(insight, http, url).find([WINDOW, WINDOW], [insight])
    assert first is None and second


@pytest.mark.parametrize(
    ("fault", "options", "expected"),
    [
        ("throttle", {"retryAfter": 7}, ProviderThrottled),
        ("refuse", {}, ProviderUnavailable),
        ("refuse", {"status": 400, "code": "InvalidRequest"}, ChoiceRefused),
        ("refuse", {"status": 404, "code": "404"}, ChoiceRefused),
        ("garble", {}, ProviderUnavailable),
        ("lose_answer", {"how": "cut"}, ProviderUnavailable),
    ],
)
def test_trouble_is_trouble_with_the_service(
    url: str,
    http: httpx.Client,
    fault: str,
    options: dict[str, Any],
    expected: type[ProviderError],
) -> None:
    order(url, fault, **options)
    with pytest.raises(expected) as raised:
        ours("sentiment", http, url).find([WINDOW], ["sentiment"])
    assert type(raised.value) is expected and "Maria" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "tone"),
    [
        ("This is great, thank you.", "positive"),
        ("I am not happy with it.", "negative"),
        ("It isn't bad at all.", "positive"),
        ("It is on the table.", "neutral"),
        ("Good, but late.", "neutral"),
    ],
)
def test_how_a_sentence_feels(text: str, tone: str) -> None:
    assert [(one.start, one.end, one.tone) for one in sentences(text)] == [(0, len(text), tone)]


def test_what_a_text_is_about() -> None:
    text = "The delivery driver lost my parcel.\nYes, the parcel was in the delivery driver's van."
    assert phrases(text)[:2] == ["delivery driver lost", "delivery driver's van"]
    assert phrases("And so it was that it is.") == []
