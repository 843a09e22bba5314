"""No name leads out of its container, whoever brings it, and whoever asks."""

from __future__ import annotations

import pytest
from azure.storage.blob import BlobServiceClient

from shared.errors import InputError
from shared.messages import Register
from shared.model.names import leads_astray, name_problem
from shared.model.recording.output_names import output_stem
from shared.stores.blob.audio import BlobAudio
from shared.stores.blob.outputs import BlobOutputs
from tests.fakes.world import World, a_second_of_silence

ASTRAY = [
    "../b.wav",
    "a/../../hr/x.wav",
    "./a.wav",
    "a\\b.wav",
    "%2e%2e/a",
    "a/%252e%252e/b",
    "a/.. /b",
]
ODD = ["a\u202eb.wav", "a\x85b.wav", "a%0ab.wav", "a\u2066.wav"]
PLAIN = ["a.wav", "a/b..c", "...", "100%.wav", "%41.wav", "a%b.wav", "שיחה.wav", "~a", ".a/b"]


@pytest.mark.parametrize("name", ASTRAY)
def test_the_stores_call_no_name_that_leads_elsewhere(name: str) -> None:
    service = BlobServiceClient("https://account.blob.core.windows.net")
    audio, outputs = BlobAudio(service, lambda *_: ""), BlobOutputs(service)
    for call in (
        lambda: audio.head("audio", name),
        lambda: audio.read("audio", name, "e", 0, 1),
        lambda: audio.url("audio", name),
        lambda: outputs.read(f"transcripts/{name}"),
        lambda: outputs.remove_report(f"errors/{name}"),
    ):
        with pytest.raises(InputError, match="bad_name"):
            call()


@pytest.mark.parametrize("name", ASTRAY)
def test_what_was_dropped_under_such_a_name_is_not_looked_at(name: str) -> None:
    world = World()
    world.audio.drop(name, a_second_of_silence(), world.clock.now())
    world.app.run(Register(container="audio", names=(name,)))
    assert world.audio.heads == 0
    assert not world.outputs.files


@pytest.mark.parametrize("name", ASTRAY)
def test_its_outputs_would_have_a_name_of_their_own(name: str) -> None:
    stem = output_stem("audio", name)
    assert not leads_astray(stem)
    assert stem.startswith("audio/@unnamed/")
    assert stem != output_stem("audio", f"{name}x")


@pytest.mark.parametrize("name", ODD)
def test_what_shows_another_name_than_there_is_is_refused_with_a_report(name: str) -> None:
    world = World()
    world.audio.drop(name, a_second_of_silence(), world.clock.now())
    row = world.app.audio_dropped("audio", name)
    assert row is not None
    assert row.failure is not None
    assert row.failure.code == "bad_name"
    assert any(path.startswith("errors/audio/") for path in world.outputs.files)


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_name_is_left_as_it_is(name: str) -> None:
    assert not name_problem(name)
    assert output_stem("audio", name) == f"audio/{name}"
