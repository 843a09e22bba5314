"""The first seconds of `make fuzz`, and what it once found."""

from __future__ import annotations

import pytest

from tests.fuzz import containers, documents
from tests.fuzz.decoding import Decoder
from tests.fuzz.kept import CONTAINERS
from tests.fuzz.run import MOST_DIFFERING, run, sound
from tests.unit.probing_audio import audio


@pytest.mark.long
def test_nothing_that_is_made_up_does_harm_and_few_files_are_misjudged() -> None:
    tally = run(seconds=60, most=20)
    assert tally.harm == []
    assert tally.cases["containers"] >= 50
    assert tally.differing <= MOST_DIFFERING


@pytest.mark.long
@pytest.mark.parametrize("case", CONTAINERS)
def test_what_was_found_once_does_no_harm(case: tuple[str, int]) -> None:
    with Decoder() as decoder:
        complaint = sound(*case, decoder)
    assert complaint is None or not complaint.is_harm


@pytest.mark.long
def test_a_case_comes_out_the_same_every_time_and_is_another_file() -> None:
    for name in containers.names():
        assert containers.made(name, 7) == containers.made(name, 7)
    assert any(containers.made(name, 7).content != audio(name) for name in containers.names())
    document = documents.MANIFESTS["json"]
    assert documents.changed(document, 3) == documents.changed(document, 3) != document


def test_the_decoder_survives_what_it_cannot_read() -> None:
    with Decoder() as decoder:
        assert decoder.lengths_ms(b"nothing") is None
        lengths = decoder.lengths_ms(audio("pcm.wav"))
        assert lengths is not None
        assert lengths[0] == pytest.approx(30_000, abs=5)
