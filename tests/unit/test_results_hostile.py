"""What a hostile provider answers costs what its bytes may cost, and is refused as a result."""

from __future__ import annotations

import time

import msgspec
import pytest

from shared.errors import ResultMalformed
from shared.model.transcript.recognition import (
    MOST_CHANNELS,
    MOST_VOICES,
    RecognisedUtterance,
    Recognition,
)
from shared.pipeline.write.gather import Gather
from shared.pipeline.write.results import Results
from shared.ports.provider import ResultFile
from shared.providers.lenient import soften
from tests.unit.test_normalise import normalised


def voices(count: int, *, channels: bool) -> tuple[RecognisedUtterance, ...]:
    return tuple(
        RecognisedUtterance(
            start_ms=n,
            end_ms=60_000,
            text="x",
            **({"channel": n} if channels else {"speaker": f"{n}"}),
        )
        for n in range(count)
    )


@pytest.mark.parametrize(("channels", "most"), [(True, MOST_CHANNELS), (False, MOST_VOICES)])
def test_more_channels_or_speakers_than_can_be_are_no_result(channels: bool, most: int) -> None:
    class Said:
        def result(self, file: ResultFile) -> Recognition:
            return Recognition(source="", utterances=voices(self.count, channels=channels))

        def __init__(self, count: int) -> None:
            self.count = count

    def read(count: int) -> Recognition:
        results = Results(None, Said(count), Gather(1))  # type: ignore[arg-type]
        return results._read(ResultFile(kind="result", name="a", url="b"))

    assert len(read(most).utterances) == most
    with pytest.raises(ResultMalformed):
        read(most + 1)


@pytest.mark.parametrize("channels", [True, False])
def test_twenty_thousand_who_speak_at_once_take_linear_time(channels: bool) -> None:
    def seconds(count: int) -> float:
        began = time.process_time()
        normalised(*voices(count, channels=channels))
        return time.process_time() - began

    seconds(100)
    assert seconds(20_000) < 40 * max(seconds(1_000), 0.01)


def test_a_number_of_four_hundred_digits_costs_its_field_and_not_the_text() -> None:
    kind = msgspec.defstruct("Said", [("text", str), ("confidence", float | None, None)])
    body = b'{"text":"Good day.","confidence":' + b"9" * 400 + b"}"
    found, lost = soften(kind, body)
    assert (found.text, found.confidence) == ("Good day.", None)
    assert lost
