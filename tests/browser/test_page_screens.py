"""Every screen of the page, in both colours and two widths, and what screen readers are told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from local.stack.stack import Stack, running_stack
from tests.browser.play import needs_chromium, play
from tests.browser.sounds import call_of
from tests.stack import QUICK, Site, await_window, site_on

pytestmark = [needs_chromium, pytest.mark.slow]
WIDTHS = (1280, 360)
PROFILES = """
[default]
provider = "azure-speech"
locale = "en-US"
channels = [0, 1]
roles = { 0 = "Agent", 1 = "Customer" }
formats = ["vtt", "txt"]
review_below = 0.75
"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("logs")
    profiles = folder / "own.toml"
    profiles.write_text(PROFILES, encoding="utf-8")
    settings = {**QUICK, "COALESCE_SECONDS": "4", "PROFILES_FILE": str(profiles)}
    engine = "scripted:phrases=4,words=7,channels=2"
    with running_stack(folder, engine=engine, settings=settings) as running:
        yield running


def common_word(one: str, other: str) -> str:
    """The longest that both say."""
    both = {word.strip(".,?") for word in one.lower().split()} & set(other.lower().split())
    return max(sorted(both), key=len)


def made(stack: Stack, site: Site) -> dict[str, Any]:
    """A batch of three, of which one is no audio; and where each screen of it is."""
    sounds = {f"{name}.wav": call_of(name) for name in ("ann", "bob")}
    await_window(4)
    wanted = site.put({**sounds, "notes.wav": b"no audio"}, {"agent": "Ann"})
    site.await_end(wanted)
    headers = {"x-functions-key": stack.api_key}
    with httpx.Client(base_url=f"{stack.app_url}/api", headers=headers, timeout=60) as http:
        [batch] = http.get("/batches").json()["value"]
        path = f"batches/{batch['id']}"
        items = http.get(f"/{path}/items").json()["value"]
        done = [item for item in items if item["name"].endswith(("ann.wav", "bob.wav"))]
        done.sort(key=lambda item: item["name"])
        said = [http.get(f"/{path}/items/{item['id']}/transcript").json() for item in done]
    word = common_word(*(transcript["text"] for transcript in said))
    phrase = "%20".join(said[0]["utterances"][-1]["text"].split()[1:3])
    ids = {item["name"].rpartition("/")[2]: item["id"] for item in items}
    return {
        "now": {"path": "", "text": "Lately"},
        "batch": {"path": f"{path}?name=ann", "text": "ann.wav"},
        "failed": {"path": f"{path}/{ids['notes.wav']}", "text": "What to do"},
        "recording": {"path": f"{path}/{ids['ann.wav']}", "text": "Interrupts"},
        "doubt": {
            "path": f"{path}/{ids['ann.wav']}#t=1",
            "text": "Interrupts",
            "keys": ["n"],
            "then": "Right as it is",
        },
        "keys": {
            "path": f"{path}/{ids['bob.wav']}",
            "text": "Interrupts",
            "keys": ["?"],
            "then": "Letters alone",
        },
        "queue": {"path": "review", "text": "The most in doubt first"},
        "search": {"path": f"search#q=%22{phrase}%22", "text": "1 recording."},
        "search-narrowed": {
            "path": f"search#q={word}&speaker=Customer&metadata=agent%3DAnn&order=best",
            "text": "2 recordings.",
        },
        "search-empty": {"path": "search#q=nobodyeversaid", "text": "Nobody said that"},
        "calls": {"path": "calls", "text": "Longest monologue"},
        "calls-by-agent": {"path": "calls?by=metadata.agent&days=7", "text": "Ann"},
        "nothing": {"path": "weather", "text": "There is nothing at this address"},
    }


def test_every_screen_is_fit_for_everybody(stack: Stack) -> None:
    with site_on(stack, folder="calls") as site:
        seen = play(
            "screens", stack.page_url, seconds=400, widths=WIDTHS, screens=made(stack, site)
        )
    assert len(seen) == 4 * 14
