"""What was said stands in the page of a report: as far as it can be read, and at its price."""

from __future__ import annotations

import pytest

from shared.errors import StoreUnavailable
from shared.model.transcript.review import Span
from shared.outputs.report.said import MOST_CHARACTERS, said_in
from shared.pipeline.finish.said import MOST_READ
from tests.caption_rules import transcript, utterance
from tests.fakes.world import World


def page(there: World) -> str:
    [found] = [text for path, text in there.outputs.reports.items() if path.endswith(".html")]
    return found.decode()


def world(recordings: int) -> World:
    there = World()
    for i in range(recordings):
        there.drop(f"{i}.wav")
    return there


def test_the_page_of_a_batch_holds_what_was_said() -> None:
    there = world(2)
    there.run()
    assert page(there).count('<details class="said">') == 2


def test_that_of_a_large_batch_does_not_and_reads_nothing() -> None:
    there = world(MOST_READ + 1)
    reads: list[str] = []
    there.outputs.read = lambda path: reads.append(path)  # type: ignore
    there.run()
    assert "said" not in page(there).partition("</style>")[2]
    assert reads == []


@pytest.mark.parametrize("trouble", ["gone", "unreadable", "out of reach"])
def test_a_transcript_that_cannot_be_read_holds_up_no_page(trouble: str) -> None:
    there = world(1)

    def read(path: str) -> bytes | None:
        if trouble == "out of reach":
            raise StoreUnavailable("read output: storage answered 409 BlobArchived")
        return None if trouble == "gone" else b"{"

    there.outputs.read = read  # type: ignore[method-assign]
    there.run()
    assert there.states() == {"0.wav": "transcribed"}
    assert "0.wav" in page(there)


def test_words_of_a_stretch_are_those_that_sound_in_it() -> None:
    spoken = utterance("I ordered a table.", 0, 4_000)
    said = said_in(transcript(spoken), (Span(1_100, 1_900, 0.4), Span(9_000, 9_100, 0.4)))
    assert said.turns == ("I ordered a table.",)
    assert said.stretches[0] == "I ordered a"
    assert said.stretches[1] == ""


@pytest.mark.long
def test_a_page_takes_an_hour_of_speech_and_no_more() -> None:
    spoken = utterance("word " * MOST_CHARACTERS, 0, 4_000)
    said = said_in(transcript(spoken), (Span(0, 4_000, 0.4),))
    assert len("".join(said.turns)) == MOST_CHARACTERS and said.turns[-1].endswith("…")
    assert len(said.stretches[0]) == 80 and said.stretches[0].endswith("…")
