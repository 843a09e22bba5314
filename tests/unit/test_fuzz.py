"""The first seconds of `make fuzz`, and what it once found."""

from __future__ import annotations

import pytest

from shared.errors import InputError
from shared.model.failure_texts import BYTES_CUT_OFF, ENDS_WITHIN, INDEX_MISSING, SOUND_CUT_OFF
from tests.fuzz import containers, documents
from tests.fuzz.decoding import Decoder
from tests.fuzz.kept import CONTAINERS
from tests.fuzz.run import MOST_DIFFERING, Case, reason_for_missing, run, sound
from tests.unit.probing_audio import audio


@pytest.mark.long
def test_nothing_that_is_made_up_does_harm_and_few_files_are_misjudged() -> None:
    tally = run(seconds=60, most=20)
    assert tally.harm == []
    assert tally.cases["containers"] >= 50
    assert tally.differing <= MOST_DIFFERING


@pytest.mark.long
@pytest.mark.parametrize("case", CONTAINERS)
def test_what_was_found_once_is_judged_as_ffmpeg_decodes_it(case: tuple[str, int]) -> None:
    with Decoder() as decoder:
        complaint = sound(*case, decoder)
    assert complaint is None or complaint.explained, complaint


def test_what_is_missing_is_explained_only_where_it_is_told_as_ffmpeg_plays_it() -> None:
    content = audio("pcm.wav")
    damaged, longer = Case("pcm.wav", b"?" + content[1:]), Case("pcm.wav", content + b"?")
    heard = (30_000, 30_000)

    def reason(error: InputError, case: Case = damaged) -> str:
        return reason_for_missing(error, heard, case)

    assert reason(SOUND_CUT_OFF.error(whole=60.0, present=30.0)) == "promise"
    assert reason(SOUND_CUT_OFF.error(whole=60.0, present=0.0)) == ""
    assert reason(SOUND_CUT_OFF.error(whole=30.0, present=30.0)) == ""
    assert reason(BYTES_CUT_OFF.error(promised=9, present=1)) == ""
    assert reason(INDEX_MISSING.error()) == ""
    assert reason(ENDS_WITHIN.error()) == ""
    assert reason(ENDS_WITHIN.error(), longer) == "begun"


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
