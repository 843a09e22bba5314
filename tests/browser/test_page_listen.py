"""The page plays a listening copy of what the browser cannot play, exactly where it should."""

from __future__ import annotations

import io
import random
from array import array
from collections.abc import Iterator
from operator import mul

import av
import httpx
import pytest

from local.stack.stack import Stack, running_stack
from tests.browser.play import needs_chromium, play
from tests.sounds import decoded, sound
from tests.stack import QUICK

pytestmark = [needs_chromium, pytest.mark.slow]
RATE, SECONDS = 16_000, 120
SILENCE = (60, 80)
FRAME_MS, FRAME_BYTES = 36, 144
PLACES = [at * FRAME_MS / 1000 for at in (0, 292, 1_305, 3_000)]


def noise() -> bytes:
    """Louder and softer, and silent for a while, in a container that no browser plays."""
    chance = random.Random(4)
    samples = array("h")
    for half in range(2 * SECONDS):
        is_silent = SILENCE[0] <= half / 2 < SILENCE[1]
        most = 0 if is_silent else chance.choice((1_500, 9_000, 16_000))
        samples.extend(chance.randint(-most, most) for _ in range(RATE // 2))
    return sound("aiff", "pcm_s16be", [samples], rate=RATE)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("logs")
    settings = {**QUICK, "COALESCE_SECONDS": "1"}
    with running_stack(folder, engine="scripted:phrases=4,words=7", settings=settings) as running:
        yield running


def transcribed(stack: Stack) -> str:
    """Where it is in the page."""
    stack.blobs.get_container_client("uploads").upload_blob("noise.aiff", noise())
    headers = {"x-functions-key": stack.api_key}
    with httpx.Client(base_url=f"{stack.app_url}/api", headers=headers, timeout=120) as api:
        made = api.post("/batches", json={"recordings": [{"blob": "noise.aiff"}]}).json()["id"]
        while api.get(f"/batches/{made}/result").status_code == 202:
            pass
        [item] = api.get(f"/batches/{made}/items").json()["value"]
    assert item["state"] == "transcribed", item
    return f"batches/{made}/{item['id']}"


def silent_at(content: bytes, frame: int) -> int:
    """How many samples are nothing at all where a decoder begins with that frame. Nobody can tell
    them from what was before the sound."""
    with av.open(io.BytesIO(content[frame * FRAME_BYTES :]), format="mp3") as container:
        samples = memoryview(next(container.decode(audio=0)).planes[0]).cast("B").cast("f")
    return next((at for at, each in enumerate(samples) if each), len(samples))


def off_ms(heard: list[int], copy: array[int], place: int) -> float:
    """How far what was heard is from that sample of the copy, as far as 60 ms."""
    sought, place = heard[1_000:2_000], place + 1_000
    likeness = {
        shift: sum(map(mul, sought, copy[place + shift : place + shift + len(sought)]))
        for shift in range(max(-place, -960), 960)
    }
    return max(likeness, key=lambda shift: likeness[shift]) * 1000 / RATE


def test_what_no_browser_plays_is_heard_exactly_where_it_should_be(stack: Stack) -> None:
    path = transcribed(stack)
    given = {"recording": path, "silence": SILENCE, "places": PLACES}
    told = play("listen", stack.page_url, seconds=300, **given)
    container = stack.blobs.get_container_client("listening")
    [name] = [blob.name for blob in container.list_blobs() if blob.name.endswith(".mp3")]
    content = container.download_blob(name).readall()
    samples, _ = decoded(content)
    for heard, at in zip(told["heard"], PLACES, strict=True):
        assert heard["duration"] == pytest.approx(SECONDS, abs=0.1)
        place = round(at * RATE) + silent_at(content, round(at * 1000 / FRAME_MS))
        assert off_ms(heard["samples"], samples, place) == pytest.approx(0, abs=0.2)
