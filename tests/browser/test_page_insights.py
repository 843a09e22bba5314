"""The page shows what a language model says of a recording, on a stack with a stand-in for one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import pytest

from local.emulators.chat.server import running
from local.emulators.chat.settings import Settings
from local.stack.stack import Stack, running_stack
from tests.browser.play import needs_chromium, play
from tests.stack import QUICK, Site, site_on, sound, until

pytestmark = [needs_chromium, pytest.mark.slow]
KEY = "a key of the prompter"
WIDTHS = (1280, 360)
PROFILES = """
[default]
locale = "en-US"
insights = ["summary", "chapters", "issues", "outcome", "refund", "topics"]

[profile.plain]
prefixes = ["plain"]
insights = []

[insight.refund]
ask = "Was a refund promised?"
answer = "yes_no"

[insight.topics]
ask = "What was it about?"
answer = "list"
"""


@pytest.fixture(scope="module")
def prompter() -> Iterator[str]:
    with running(Settings(key=KEY)) as url:
        yield url


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, prompter: str) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("insights")
    profiles = folder / "own.toml"
    profiles.write_text(PROFILES, encoding="utf-8")
    chat = {"CHAT_ENDPOINT": f"{prompter}/v1", "CHAT_KEY": KEY, "CHAT_MODEL": "small"}
    with running_stack(
        folder / "logs",
        engine="scripted:phrases=30,words=7",
        settings={**QUICK, **chat, "PROFILES_FILE": str(profiles)},
    ) as running_:
        yield running_


class Shown(NamedTuple):
    """A recording: its address in the page, and in the API."""

    page: str
    api: str


def shown(stack: Stack, site: Site, name: str) -> Shown:
    [row] = site.end(site.put({name: sound(seconds=90)})).values()
    own = f"batches/{row.batch_id}"
    return Shown(f"{own}/{row.id}", f"{stack.app_url}/api/{own}/items/{row.id}/insights")


def answers_of(stack: Stack, one: Shown) -> Any:
    """As soon as they are there."""
    with httpx.Client(headers={"x-functions-key": stack.api_key}) as api:
        until(lambda: api.get(one.api).status_code == 200)
        return api.get(one.api).json()["answers"]


def test_what_a_model_says_of_a_recording_is_read_and_heard(stack: Stack, prompter: str) -> None:
    with site_on(stack, folder="plain") as bare, site_on(stack, folder="insights") as site:
        plain = shown(stack, bare, "plain.wav")
        whole = shown(stack, site, "whole.wav")
        *_, last = answers_of(stack, whole)["chapters"]
        fault = {"kind": "leak", "text": "<b>See</b> https://evil.example/"}
        assert httpx.post(f"{prompter}/_emulator/faults", json=fault).status_code == 201
        hostile = shown(stack, site, "hostile.wav")
        assert answers_of(stack, hostile)["summary"] == "<b>See</b> [link]"
        where = {"whole": whole.page, "hostile": hostile.page, "plain": plain.page}
        seconds = last["start_ms"] / 1000 - 0.1
        play("insights", stack.page_url, seconds=300, widths=WIDTHS, last=seconds, **where)
