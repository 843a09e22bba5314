"""What Azure AI Language is asked, and what is believed of its answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest

from shared.errors import (
    ChoiceRefused,
    ProviderError,
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnavailable,
)
from shared.finders.azure_language import wire
from shared.finders.azure_language.categories import CATEGORIES, categories_of, kind_of
from shared.finders.azure_language.client import AzureLanguage
from shared.finders.azure_language.languages import LANGUAGES, code_of
from shared.model.redaction.kinds import NET, PRESETS, UNNAMED
from shared.model.redaction.windows import Found, Window
from shared.providers.identity import by_key

TEXT = "Who is it? 👩‍👩‍👧 Maria Gonzalez, of 12 Mill Road."
WINDOW = Window(TEXT, "en-US")
KINDS = ("person_name", "location")
Entity = dict[str, Any]


def entity(text: str, category: str = "Person", at: int | None = None) -> Entity:
    offset = TEXT.index(text) if at is None else at
    return {"text": text, "category": category, "offset": offset, "length": len(text)}


def document(*entities: Entity, id: str = "0", warnings: Any = ()) -> dict[str, Any]:
    return {"id": id, "entities": list(entities), "warnings": list(warnings)}


def answer(*documents: dict[str, Any], errors: Any = (), kind: str = "") -> bytes:
    return msgspec.json.encode(
        {
            "kind": kind or "PiiEntityRecognitionResults",
            "results": {
                "documents": list(documents),
                "errors": list(errors),
                "modelVersion": "2025-11-01",
            },
        }
    )


def read(*documents: dict[str, Any]) -> list[Any]:
    return wire.read_answer(answer(*documents), [WINDOW], KINDS)


def test_a_call_asks_for_places_in_code_points_and_for_no_log() -> None:
    windows = [WINDOW, Window("Olá", "pt-BR"), Window("你好", "zh-TW")]
    asked = msgspec.json.decode(wire.body_of(windows, KINDS))
    assert asked["kind"] == "PiiEntityRecognition"
    assert asked["parameters"] == {
        "modelVersion": "latest",
        "loggingOptOut": True,
        "stringIndexType": "UnicodeCodePoint",
        "piiCategories": ["Person", "Address", "Location", "City", "State", "ZipCode"],
    }
    documents = asked["analysisInput"]["documents"]
    assert [(one["id"], one["language"]) for one in documents] == [
        ("0", "en"),
        ("1", "pt-BR"),
        ("2", "zh-hant"),
    ]
    assert documents[0]["text"] == TEXT
    assert wire.path_of("2026-05-01") == "/language/:analyze-text?api-version=2026-05-01"


@pytest.mark.parametrize(
    ("tag", "code"),
    [("de-DE", "de"), ("pt-PT", "pt-PT"), ("zh-CN", "zh-hans"), ("zh-Hant-HK", "zh-hant")],
)
def test_languages_are_called_as_the_service_calls_them(tag: str, code: str) -> None:
    assert code_of(tag) == code


def test_kinds_are_ours_or_those_of_a_preset_and_each_category_leads_back() -> None:
    known = {*NET, *(kind for kinds in PRESETS.values() for kind in kinds), "organization"}
    assert set(CATEGORIES) <= known
    for kind, names in CATEGORIES.items():
        assert {kind_of(name.upper(), [kind]) for name in names} == {kind}
    assert kind_of("Person", ["location"]) == UNNAMED == kind_of("Whatever", CATEGORIES)
    assert categories_of(["religion"]) == [] and len(LANGUAGES) > 75


def test_what_stands_where_it_is_said_is_found() -> None:
    found = read(document(entity("Maria Gonzalez"), entity("12 Mill Road", "Address")))
    at, home = TEXT.index("Maria"), TEXT.index("12")
    assert found == [(Found("person_name", at, at + 14), Found("location", home, home + 12))]


@pytest.mark.parametrize("shift", [-3, 1, 7, 400, -400])
def test_what_stands_elsewhere_is_found_there(shift: int) -> None:
    at = TEXT.index("Maria")
    found = read(document(entity("Maria Gonzalez", at=at + shift)))
    assert found == [(Found("person_name", at, at + 14),)]


def test_a_word_is_not_found_within_another_where_it_stands_alone() -> None:
    window = Window("Annual news of Ann.", "en")
    said = {"text": "Ann", "category": "Person", "offset": 9, "length": 3}
    [found] = wire.read_answer(answer(document(said)), [window], KINDS)
    assert found == (Found("person_name", 15, 18),)


def test_whatever_it_calls_it_it_is_hidden() -> None:
    [found] = read(document(entity("Maria Gonzalez", "Organisation9")))
    assert found is not None and found[0].kind == UNNAMED


@pytest.mark.parametrize(
    "documents",
    [
        (),
        (document(id="1"),),
        (document(), document()),
        (document(entity("Somebody Else", at=3)),),
        (document(entity("", at=3)),),
        (document(warnings=[{"code": "DocumentTruncated", "message": "cut"}]),),
    ],
    ids=["none", "of another", "two", "of another text", "of nothing", "of a part"],
)
def test_what_does_not_fit_the_text_is_not_believed(documents: tuple[dict[str, Any], ...]) -> None:
    assert read(*documents) == [None]


def test_one_that_is_not_believed_spoils_no_other() -> None:
    other = Window("Maria Gonzalez", "en")
    content = answer(
        document(entity("Somebody", at=0)),
        document({"text": "Maria", "category": "Person", "offset": 0, "length": 5}, id="1"),
        errors=[{"id": "2", "error": {"code": "InvalidArgument"}}],
    )
    found = wire.read_answer(content, [WINDOW, other, other], KINDS)
    assert found == [None, (Found("person_name", 0, 5),), None]


# --- the call


def finder(respond: Callable[[httpx.Request], httpx.Response]) -> AzureLanguage:
    return AzureLanguage(
        http=httpx.Client(transport=httpx.MockTransport(respond)),
        endpoint="https://lang.example",
        auth=by_key("k"),
        api_version="2026-05-01",
        calls_per_minute=1_000,
    )


def test_it_is_called_with_the_key() -> None:
    seen: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=answer(document(entity("Maria Gonzalez"))))

    [found] = finder(respond).find([WINDOW], KINDS)
    assert found is not None and len(found) == 1
    assert seen[0].headers["Ocp-Apim-Subscription-Key"] == "k"
    assert str(seen[0].url) == "https://lang.example/language/:analyze-text?api-version=2026-05-01"


def refusal(code: str, inner: str = "") -> dict[str, Any]:
    error: dict[str, Any] = {"code": code, "message": f"about {TEXT}"}
    if inner:
        error["innererror"] = {"code": inner, "message": TEXT}
    return {"error": error}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (429, refusal("429"), ProviderThrottled),
        (401, refusal("401"), ProviderUnauthorised),
        (403, refusal("403"), ProviderUnauthorised),
        (404, refusal("404"), ChoiceRefused),
        (400, refusal("InvalidRequest", "InvalidParameterValue"), ChoiceRefused),
        (400, refusal("InvalidRequest", "ModelVersionIncorrect"), ChoiceRefused),
        (500, refusal("InternalServerError"), ProviderUnavailable),
        (503, {}, ProviderUnavailable),
    ],
)
def test_what_would_meet_every_call_is_no_texts_fault(
    status: int, body: dict[str, Any], expected: type[ProviderError]
) -> None:
    headers = {"Retry-After": "3"} if status == 429 else {}
    asked = finder(lambda _: httpx.Response(status, json=body, headers=headers))
    with pytest.raises(expected) as raised:
        asked.find([WINDOW], KINDS)
    assert type(raised.value) is expected and "Maria" not in str(raised.value)
    if isinstance(raised.value, ProviderThrottled):
        assert raised.value.retry_after_seconds == 3


@pytest.mark.parametrize("code", ["InvalidDocument", "InvalidDocumentBatch"])
def test_where_a_document_is_blamed_none_is_believed(code: str) -> None:
    body = refusal("InvalidRequest", code)
    asked = finder(lambda _: httpx.Response(400, json=body))
    assert asked.find([WINDOW, WINDOW], KINDS) == [None, None]


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", b"[]", answer(kind="SentimentAnalysisResults"), b'{"kind":"x","results":{}}'],
)
def test_an_answer_that_is_none_is_trouble_with_the_service(content: bytes) -> None:
    with pytest.raises(ProviderUnavailable):
        finder(lambda _: httpx.Response(200, content=content)).find([WINDOW], KINDS)


def test_a_connection_that_breaks_is_trouble_with_the_service() -> None:
    def respond(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("late", request=request)

    with pytest.raises(ProviderUnavailable):
        finder(respond).find([WINDOW], KINDS)
