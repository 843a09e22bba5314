"""The scripted recogniser: quick, and known beforehand."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest

from local.recogniser.engines.base import EngineUnavailable
from local.recogniser.pool import RecogniserPool
from local.recogniser.scripted import Script, read_script, script_for
from local.recogniser.types import AudioRejected
from tests.stack import sound


def test_the_same_bytes_say_the_same_and_other_bytes_something_else() -> None:
    assert script_for(b"one") == script_for(b"one")
    assert script_for(b"one").phrases != script_for(b"two").phrases


def test_what_is_said_never_changes_between_versions() -> None:
    heard = script_for(b"dropscribe", Script(phrases=1, words=4))
    assert heard.phrases[0].text == "under different order call"


def test_as_many_phrases_and_words_are_said_as_asked_for() -> None:
    heard = script_for(b"one", Script(phrases=40, words=12, channels=2))
    assert len(heard.phrases) == 80
    assert {len(said.words) for said in heard.phrases} == {12}
    assert heard.channels == 2


def test_channels_take_turns_and_times_are_in_order() -> None:
    heard = script_for(b"one", Script(channels=2))
    assert [said.channel for said in heard.phrases] == [0, 1] * 3
    assert all(before.end_ms < after.start_ms for before, after in pairwise(heard.phrases))
    for said in heard.phrases:
        assert (said.start_ms, said.end_ms) == (said.words[0].start_ms, said.words[-1].end_ms)
        assert said.text == " ".join(word.text for word in said.words)
        assert all(a.end_ms <= b.start_ms for a, b in pairwise(said.words))
        assert all(0 <= word.confidence <= 1 for word in said.words)
    assert heard.phrases[-1].end_ms < heard.duration_ms


def test_choosing_a_channel_does_not_change_what_it_says() -> None:
    everything = script_for(b"one", Script(channels=2))
    chosen = script_for(b"one", Script(channels=2), channels=[1])
    assert chosen.phrases == tuple(said for said in everything.phrases if said.channel == 1)
    assert (chosen.duration_ms, chosen.channels) == (everything.duration_ms, 2)


def test_a_file_may_have_as_many_channels_as_its_header_says() -> None:
    script = read_script("channels=0")
    assert script_for(sound(channels=2), script).channels == 2
    assert script_for(sound(), script).channels == 1
    assert script_for(b"ID3 of another kind", script).channels == 1


def test_an_empty_file_is_rejected() -> None:
    with pytest.raises(AudioRejected) as caught:
        script_for(b"")
    assert caught.value.kind == "empty"


def test_options_are_read_from_the_engine_name() -> None:
    assert read_script("phrases=40,words=12") == Script(phrases=40, words=12)
    assert read_script("") == Script()


@pytest.mark.parametrize("argument", ["phrases", "phrases=x", "speed=3", "phrases=-1", "words=0"])
def test_options_it_does_not_know_are_refused(argument: str) -> None:
    with pytest.raises(EngineUnavailable, match=argument):
        read_script(argument)


def test_the_pool_says_what_the_script_says(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"no audio at all")
    with RecogniserPool("scripted:phrases=2,words=3") as pool:
        assert pool.recognise(path).result() == script_for(
            b"no audio at all", Script(phrases=2, words=3)
        )


def test_a_thousand_files_take_next_to_no_time(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(bytes(10_000))
    started = time.process_time()
    with RecogniserPool("scripted") as pool:
        futures = [pool.recognise(path) for _ in range(1000)]
        assert len({future.result().phrases[0].text for future in futures}) == 1
    assert time.process_time() - started < 2
