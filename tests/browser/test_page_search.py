"""Search in a real browser, on the local stack."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import httpx
import pytest

from local.stack.stack import Stack, running_stack
from tests.browser.play import needs_chromium, play
from tests.stack import QUICK, site_on, sound, until

pytestmark = [needs_chromium, pytest.mark.slow]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("logs")
    engine = "scripted:phrases=8,words=7"  # enough that some word is in all of them
    with running_stack(folder, engine=engine, settings=QUICK) as running:
        yield running


def test_what_was_said_is_found_from_the_keyboard_and_heard_from_where_it_was_said(
    stack: Stack,
) -> None:
    with site_on(stack) as site:
        site.await_end(site.put({"call.wav": sound(seconds=40)}))
        *_, last = site.transcript("call.wav")["utterances"]
        words = " ".join(last["text"].strip(".").split()[1:3])
        play("search", stack.page_url, words=words)
        for secret in (stack.api_key, "sig=", words):
            assert secret not in site.log


def test_a_mistake_is_corrected_in_the_other_recordings_of_its_batch(stack: Stack) -> None:
    names = [f"names/{letter}.wav" for letter in "abc"]
    with site_on(stack) as site:
        places = _batch_of(stack, names)
        word = min(set.intersection(*(_words(stack, "transcripts", name) for name in names)))
        first, *others = (places[name] for name in names)
        play("elsewhere", stack.page_url, recording=first, others=others, word=word)
        assert all(word in _words(stack, "transcripts", name) for name in names)
        for name in names[1:]:
            corrected = _words(stack, "corrected", name)
            assert "blimey" in corrected and word not in corrected
        assert not stack.blobs.get_blob_client("corrected", _output(names[0])).exists()
        for secret in (stack.api_key, "sig=", "Blimey"):
            assert secret not in site.log


def _batch_of(stack: Stack, names: list[str]) -> dict[str, str]:
    """Where the page shows each of them, now that they are transcribed."""
    for name in names:
        stack.blobs.get_container_client("uploads").upload_blob(name, sound(seconds=40))
    headers = {"x-functions-key": stack.api_key}
    with httpx.Client(base_url=f"{stack.app_url}/api", headers=headers, timeout=60) as api:
        wanted = {"title": "Names", "recordings": [{"blob": name} for name in names]}
        batch = api.post("/batches", json=wanted).json()["id"]
        until(lambda: api.get(f"/batches/{batch}/result").status_code == 200)
        items = api.get(f"/batches/{batch}/items").json()["value"]
    return {item["name"]: f"batches/{batch}/{item['id']}" for item in items}


def _output(name: str) -> str:
    return f"uploads/{name}.json"


def _words(stack: Stack, container: str, name: str) -> set[str]:
    """The longer ones that were said."""
    blob = stack.blobs.get_blob_client(container, _output(name))
    said = [one["text"] for one in json.loads(blob.download_blob().readall())["utterances"]]
    return set(re.findall(r"\w{4,}", " ".join(said).lower()))
