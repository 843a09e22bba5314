"""Search on the whole stack with a service: what was said goes there, is found, and goes again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from local.emulators.azure_search.server import running
from local.emulators.azure_search.settings import Settings
from local.recogniser.scripted import Script, script_for
from local.stack.stack import Stack
from tests.stack import Site, quick_stack, site_on, sound, until

KEY = "a key of the service"


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with running(Settings(key=KEY)) as url:
        yield url


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, service: str) -> Iterator[Stack]:
    logs = tmp_path_factory.mktemp("search") / "logs"
    with quick_stack(logs, SEARCH_ENDPOINT=service, SEARCH_KEY=KEY, SEARCH_INDEX="calls") as stack:
        yield stack


@pytest.fixture
def site(stack: Stack) -> Iterator[Site]:
    with site_on(stack) as site:
        yield site


def held(service: str) -> list[str]:
    said: dict[str, Any] = httpx.get(f"{service}/_emulator/ledger").json()
    return list(said["held"].get("calls-v1", []))


def pieces(stack: Stack) -> list[str]:
    with stack.blobs as blobs, blobs.get_container_client("search") as there:
        return list(there.list_blob_names(name_starts_with="pieces/"))


def call(stack: Stack, method: str, path: str, body: Any = None) -> httpx.Response:
    headers = {"x-functions-key": stack.api_key}
    return httpx.request(
        method, f"{stack.app_url}/api/{path}", json=body, headers=headers, timeout=30
    )


def found(stack: Stack, words: str) -> set[str]:
    answer = call(stack, "POST", "search", {"q": words})
    assert answer.status_code == 200, answer.text
    return {hit["name"] for hit in answer.json()["value"]}


def test_what_was_said_is_handed_over_found_and_forgotten(
    site: Site, stack: Stack, service: str
) -> None:
    order = {"kind": "throttle", "match": {"call": "change"}, "times": 1}
    assert httpx.post(f"{service}/_emulator/faults", json=order).status_code == 201
    contents = {f"{n}.wav": sound() for n in range(3)}
    heard = script_for(contents["1.wav"], Script()).phrases[0].words
    words = '"' + " ".join(word.text for word in heard) + '"'
    rows = site.end(site.put(contents))
    name = f"{site.folder}/1.wav"
    assert name in found(stack, words), "as soon as it is written"
    until(lambda: len(held(service)) == 3 and not pieces(stack))
    assert name in found(stack, words)
    for batch in {row.batch_id for row in rows.values()}:
        assert call(stack, "DELETE", f"batches/{batch}").status_code == 204
    assert not found(stack, words), "at once"
    log = "\n".join(path.read_text(errors="replace") for path in stack.logs.glob("functions*.log"))
    assert '"event":"words.handed_over"' in log and KEY not in log
    assert " ".join(word.text for word in heard) not in log
