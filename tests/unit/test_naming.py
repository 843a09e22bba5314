"""What the name of a recording says."""

from __future__ import annotations

import pytest

from shared.model.profile.naming import parts_of, pattern_problem
from shared.model.profile.profile import Profile
from tests.fakes.world import World

CASES = [
    ("{agent}_{customer}", "7_+15551234.wav", {"agent": "7", "customer": "+15551234"}),
    ("{agent}_{customer}.wav", "x/7_Müller.wav", {"agent": "7", "customer": "Müller"}),
    (
        "{started_at:%Y%m%d-%H%M%S}_{agent}_{call_id}",
        "20261130-081500_7_A12.wav",
        {"started_at": "2026-11-30T08:15:00", "agent": "7", "call_id": "A12"},
    ),
    (
        "{day:%d.%m.%Y} {at:%Hh%M} *",
        "30.11.2026 08h15 anything at all.mp3",
        {"day": "2026-11-30", "at": "08:15:00"},
    ),
    ("{day:%d%b%y}-{id}", "30Nov26-9.wav", {"day": "2026-11-30", "id": "9"}),
    ("{customer}/{agent}/*", "acme/7/call.wav", {"customer": "acme", "agent": "7"}),
    ("{a}-{b}", "x-y-z.wav", {"a": "x", "b": "y-z"}),
    ("call({id})", "call(12).wav", {"id": "12"}),
]


@pytest.mark.parametrize(("pattern", "name", "parts"), CASES)
def test_parts_are_taken_out_of_a_name(pattern: str, name: str, parts: dict[str, str]) -> None:
    assert pattern_problem(pattern) is None
    assert parts_of(name, pattern) == parts


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("{agent}_{customer}", "call.wav"),
        ("{day:%Y%m%d}", "20261399.wav"),
        ("{day:%Y%m%d}", "today.wav"),
        ("{a}/{b}", "call.wav"),
    ],
)
def test_a_name_that_is_built_otherwise_says_nothing(pattern: str, name: str) -> None:
    assert parts_of(name, pattern) is None


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("call.wav", "no part"),
        ("{agent}_{agent}", "twice"),
        ("{agent", "no part"),
        ("{agent}{", "braces"),
        ("{day:%Q}", "%Q"),
    ],
)
def test_a_pattern_that_cannot_be_used_says_why(pattern: str, problem: str) -> None:
    assert problem in (pattern_problem(pattern) or "")


def test_a_name_gives_metadata_and_options_beneath_those_of_the_blob() -> None:
    world = World(profiles=(Profile(name_pattern="{agent}_{customer}_{locale}"),))
    world.drop("7_acme_de-DE.wav", metadata={"customer": "other"})
    world.drop("8_acme_fr-FR.wav", metadata={"dropscribe_locale": "it-IT"})
    world.drop("odd.wav")
    world.run()
    rows = world.rows()
    assert rows["7_acme_de-DE.wav"].labels.metadata == {"agent": "7", "customer": "other"}
    assert rows["7_acme_de-DE.wav"].profile.options.locale == "de-DE"
    assert rows["8_acme_fr-FR.wav"].profile.options.locale == "it-IT"
    assert rows["odd.wav"].notes == ("Its name is not built as name_pattern says.",)
    assert set(world.states().values()) == {"transcribed"}
