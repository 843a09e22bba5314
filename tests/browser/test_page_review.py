"""Review and corrections in a real browser, on the local stack."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.stack.stack import Stack, running_stack
from tests.browser.play import needs_chromium, play
from tests.browser.sounds import call_of
from tests.stack import QUICK, site_on

pytestmark = [needs_chromium, pytest.mark.slow]
PROFILES = """
[default]
provider = "azure-speech"
locale = "en-US"
channels = [0, 1]
formats = ["vtt", "txt"]
review_below = 0.75
"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("logs")
    profiles = folder / "own.toml"
    profiles.write_text(PROFILES, encoding="utf-8")
    settings = {**QUICK, "PROFILES_FILE": str(profiles)}
    engine = "scripted:phrases=4,words=7,channels=2"
    with running_stack(folder, engine=engine, settings=settings) as running:
        yield running


def test_a_recording_is_reviewed_from_the_keyboard_and_two_at_once_lose_nothing(
    stack: Stack, tmp_path: Path
) -> None:
    with site_on(stack) as site:
        wanted = site.put({"call.wav": call_of("call")})
        site.await_end(wanted)
        machine = site.transcript("call.wav")
        play("review", stack.page_url)
        assert site.transcript("call.wav") == machine
        corrected = site.names("corrected")
        assert corrected == {"call.wav.json", "call.wav.vtt", "call.wav.txt"}
        assert "Quite another sentence" in site.text("corrected", "call.wav.vtt")
        assert "Anna" in site.text("corrected", "call.wav.txt")
        for secret in (stack.api_key, "sig=", "Quite another", "What this one"):
            assert secret not in site.log
