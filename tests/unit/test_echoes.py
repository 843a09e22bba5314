"""What is heard softly on the other channel, too, is said once, by who said it."""

from __future__ import annotations

import msgspec
import pytest

from shared.model.preparing.channels import Heard
from shared.model.recording.recording import Recording
from shared.model.transcript.echoes import without_echoes
from shared.model.transcript.recognition import RecognisedUtterance, Recognition
from tests.fakes.provider import heard
from tests.fakes.world import World
from tests.unit.probing_audio import wav


def said(
    channel: int, start: int, end: int, text: str, sure: float | None = 0.9
) -> RecognisedUtterance:
    return RecognisedUtterance(
        channel=channel, start_ms=start, end_ms=end, text=text, confidence=sure
    )


def kept(*utterances: RecognisedUtterance) -> list[tuple[int, str]]:
    found = without_echoes(Recognition(source="", utterances=utterances))
    return [(one.channel, one.text) for one in found.utterances]


LOUD = said(0, 1_000, 4_000, "I would like to order flowers", 0.95)
SOFT = said(1, 1_050, 3_900, "I would like two older flowers", 0.7)


@pytest.mark.parametrize("both", [(LOUD, SOFT), (SOFT, LOUD)])
def test_of_two_that_say_the_same_at_the_same_time_the_surer_stays(
    both: tuple[RecognisedUtterance, ...],
) -> None:
    assert kept(*both) == [(0, LOUD.text)]
    [told] = without_echoes(Recognition(source="", utterances=both)).warnings
    assert told.startswith("1 utterance(s) came softly")


@pytest.mark.parametrize(
    "changes",
    [
        {"channel": 0},
        {"text": "Yes, of course, go on"},
        {"start_ms": 4_000, "end_ms": 7_000},
        {"end_ms": 2_000},
        {"confidence": None},
        {"timing": "interpolated"},
    ],
    ids=str,
)
def test_what_is_no_echo_stays(changes: dict[str, object]) -> None:
    other = msgspec.structs.replace(SOFT, **changes)
    assert kept(LOUD, other) == [(0, LOUD.text), (other.channel, other.text)]


def test_a_conversation_is_said_once_in_its_order() -> None:
    found = kept(
        said(0, 0, 2_000, "Good morning", 0.9),
        said(1, 20, 1_900, "good morning.", 0.8),
        said(0, 2_500, 4_000, "a cup off tea please", 0.5),
        said(1, 2_450, 4_000, "A cup of tea, please.", 0.9),
    )
    assert found == [(0, "Good morning"), (1, "A cup of tea, please.")]


@pytest.mark.parametrize(("leak", "count"), [(30, 1), (None, 2)])
def test_only_channels_that_are_known_to_leak_have_echoes(
    monkeypatch: pytest.MonkeyPatch, leak: int | None, count: int
) -> None:
    def both(source: str) -> Recognition:
        return msgspec.structs.replace(heard(source), utterances=(LOUD, SOFT))

    monkeypatch.setattr("tests.fakes.provider.heard", both)
    world = World()
    world.drop("call.wav", wav(channels=2))
    (row,) = world.store.rows.values()
    world.store.rows[row.batch_id, row.id] = leaking(row, leak)
    world.run()
    (stored,) = (f.content for p, f in world.outputs.files.items() if p.endswith("call.wav.json"))
    assert len(msgspec.json.decode(stored)["utterances"]) == count


def leaking(row: Recording, leak: int | None) -> Recording:
    heard = Heard(kind="apart", channels=(0, 1), leak_db=leak)
    return msgspec.structs.replace(row, heard=heard, preparation=None)
