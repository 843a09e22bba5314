"""The whole stack with profiles, with a container that goes as a whole, and with two endpoints.

The emulators run in this process, with a recogniser that hears as many channels as there are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import NamedTuple

import pytest

from local.emulators.azure_speech.server import running
from local.stack.stack import Stack
from tests.speech_emulator import KEY, settings
from tests.stack import Site, WavePool, await_window, quick_stack, site_on, sound, states, until

EAST, WEST = 0, 1
CONTAINER_SECONDS = 4
PROFILES = f"""
[default]
locale = "en-US"
formats = ["vtt"]

[profile.calls]
prefixes = ["calls"]
locale = "de-DE"
channels = [0, 1]
roles = {{ 0 = "Agent", 1 = "Customer" }}
formats = ["srt", "txt", "vtt"]

[profile.meetings]
prefixes = ["meetings"]
max_speakers = 3

[profile.archive]
prefixes = ["archive"]
container_jobs = true
coalesce_seconds = {CONTAINER_SECONDS}
"""


class Place(NamedTuple):
    """A stack with these profiles, whose endpoints are the two emulators."""

    stack: Stack
    pool: WavePool
    speech_urls: tuple[str, ...]

    def site(self, folder: str) -> AbstractContextManager[Site]:
        return site_on(self.stack, *self.speech_urls, folder=folder)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("stack")
    profiles = folder / "profiles.toml"
    profiles.write_text(PROFILES, encoding="utf-8")
    with ExitStack() as exits:
        pool = WavePool()
        urls = tuple(exits.enter_context(running(pool, settings())) for _ in range(2))
        stack = quick_stack(
            folder / "logs",
            PROFILES_FILE=str(profiles),
            SPEECH_ENDPOINTS=f"east={urls[EAST]} west={urls[WEST]}",
            SPEECH_KEY=KEY,
        )
        yield Place(exits.enter_context(stack), pool, urls)


def test_a_profile_holds_for_its_folder_and_metadata_goes_over_it(place: Place) -> None:
    with place.site("calls") as site:
        wanted = site.put({"plain.wav": sound(channels=2)})
        wanted |= site.put(
            {"special.wav": sound(channels=2)},
            {
                "dropscribe_locale": "en-GB",
                "dropscribe_formats": "srt",
                "dropscribe_roles": "0=Doctor,1=Patient",
                "dropscribe_title": "A visit",
                "customer": "4711",
            },
        )
        assert set(states(site.end(wanted)).values()) == {"transcribed"}
        written = {f"plain.wav.{form}" for form in ("json", "srt", "txt", "vtt")}
        assert site.names("transcripts") == written | {"special.wav.json", "special.wav.srt"}

        plain, special = site.transcript("plain.wav"), site.transcript("special.wav")
        assert plain["job"]["profile"] == special["job"]["profile"] == "calls"
        assert (plain["language"]["code"], special["language"]["code"]) == ("de-DE", "en-GB")
        assert _roles(plain) == {0: "Agent", 1: "Customer"}
        assert _roles(special) == {0: "Doctor", 1: "Patient"}
        assert special["job"]["metadata"] == {"customer": "4711"}
        starts = [utterance["start_ms"] for utterance in plain["utterances"]]
        assert starts == sorted(starts)
        assert "<v Agent>" in site.text("transcripts", "plain.wav.vtt")
        assert "Customer" in site.text("transcripts", "plain.wav.txt")


def _roles(transcript: dict[str, list[dict[str, object]]]) -> dict[object, object]:
    return {one["channel"]: one["role"] for one in transcript["utterances"]}


def test_speakers_are_told_apart_in_mono_and_by_channel_in_stereo(place: Place) -> None:
    """The provider fails a stereo recording for which diarization is asked."""
    with place.site("meetings") as site:
        wanted = site.put({"mono.wav": sound(), "stereo.wav": sound(channels=2)})
        rows = site.end(wanted)
        assert states(rows) == {"mono.wav": "transcribed", "stereo.wav": "transcribed"}
        mono, stereo = site.transcript("mono.wav"), site.transcript("stereo.wav")
        assert not any("mono recordings only" in note for note in mono["provider"]["warnings"])
        assert [speaker["provider_label"] for speaker in mono["speakers"]] == ["1"]
        assert any("mono recordings only" in note for note in stereo["provider"]["warnings"])
        assert [speaker["channel"] for speaker in stereo["speakers"]] == [0, 1]


def test_a_container_goes_to_the_provider_as_a_whole(place: Place) -> None:
    names = ["call #1 +50%.wav", "deep/er/ü.wav", "plain.wav", "שלום.wav"]
    with place.site("archive") as site:
        for at in (EAST, WEST):
            site.order("fail_recording", at=at, match={"source": "broken"}, code="InvalidData")
        await_window(CONTAINER_SECONDS)
        rows = site.end(site.drop(*names, "broken.wav"))
        assert states(rows) == {**dict.fromkeys(names, "transcribed"), "broken.wav": "failed"}
        [create] = site.ledger(EAST)["creates"] + site.ledger(WEST)["creates"]
        assert (create["container"], create["inputs"]) == (True, len(names) + 1)
        written = {f"{name}.{form}" for name in names for form in ("json", "vtt")}
        assert site.names("transcripts") == written
        assert site.names("errors") == {"broken.wav.json"}
        for name in names:
            assert site.transcript(name)["source"]["name"] == f"archive/{name}"


def test_jobs_go_to_the_endpoint_with_the_least_audio_outstanding(place: Place) -> None:
    def marks(at: int) -> int:
        return len(site.ledger(at)["creates"])

    with place.site("elsewhere") as site:
        place.pool.hold()
        wanted = site.put({"long.wav": sound(seconds=9)})
        first = until(lambda: [at for at in (EAST, WEST) if marks(at)])[0]
        other = WEST if first == EAST else EAST
        wanted |= site.put({"short.wav": sound(seconds=1)})
        until(lambda: marks(other) == 1)
        wanted |= site.put({"short too.wav": sound(seconds=1)})
        until(lambda: marks(other) == 2)
        assert marks(first) == 1
        place.pool.release()
        rows = site.end(wanted)
        assert set(states(rows).values()) == {"transcribed"}
        assert rows["long.wav"].endpoint != rows["short.wav"].endpoint
