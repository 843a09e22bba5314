"""A searcher is there where the settings say so, signed in by a key or as the app."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from shared.configuration.settings import Settings, read_settings
from shared.connections import http_client, searcher
from shared.errors import ConfigurationError
from shared.finders.offer import Connection
from shared.searchers.registry import SEARCHER
from tests.unit.test_settings import LEAST

ADDRESS = {"SEARCH_ENDPOINT": "https://calls.search.example"}


def settings(**more: str) -> Settings:
    return read_settings(LEAST | more)


class _Credential:
    def get_token(self, *scopes: str) -> Any:
        return type("Token", (), {"token": f"token for {scopes[0]}"})


def test_without_an_address_what_was_said_lies_in_storage_alone() -> None:
    assert searcher(settings(), http_client()) is None


def test_two_indexes_are_not_known_by_one_name() -> None:
    made = [
        searcher(settings(**ADDRESS, SEARCH_KEY="k", SEARCH_INDEX=name), http_client())
        for name in ("calls", "calls", "others")
    ]
    names = [one.name for one in made if one is not None]
    assert names[0] == names[1] != names[2]


@pytest.mark.parametrize(
    ("more", "header"),
    [
        ({"SEARCH_KEY": " secret\n"}, ("api-key", "secret")),
        ({}, ("authorization", "Bearer token for https://search.azure.com/.default")),
        (
            {"SEARCH_AUDIENCE": "https://search.azure.us"},
            ("authorization", "Bearer token for https://search.azure.us/.default"),
        ),
    ],
)
def test_calls_are_signed(more: dict[str, str], header: tuple[str, str]) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(404)

    own = settings(**ADDRESS, **more).of_searcher
    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        assert not SEARCHER.connect(Connection(http, _Credential, own)).is_made()
    [call] = seen
    assert call.headers[header[0]] == header[1]
    told = "https://calls.search.example/indexes/dropscribe-v1?api-version=2024-07-01"
    assert str(call.url) == told


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"SEARCH_KEY": "k"}, "SEARCH_KEY: is set without SEARCH_ENDPOINT, expected both"),
        (
            {"SEARCH_ENDPOINT": "http://calls.search.example"},
            "SEARCH_ENDPOINT: is not encrypted, expected an https:// address",
        ),
        (
            ADDRESS | {"SEARCH_INDEX": "My calls"},
            "SEARCH_INDEX: 'My calls' is not a name, expected such as dropscribe",
        ),
        (
            ADDRESS | {"SEARCH_API_VERSION": "newest"},
            "SEARCH_API_VERSION: 'newest' is not a version, expected such as 2024-07-01",
        ),
    ],
)
def test_what_is_wrong_with_it_is_told_at_start(given: dict[str, str], problem: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        settings(**given)
    assert raised.value.problems == (problem,)
