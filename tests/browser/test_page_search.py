"""Search in a real browser, on the local stack."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.stack.stack import Stack, running_stack
from tests.browser.play import needs_chromium, play
from tests.stack import QUICK, site_on, sound

pytestmark = [needs_chromium, pytest.mark.slow]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("logs")
    engine = "scripted:phrases=4,words=7"
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
