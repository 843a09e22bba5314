"""The whole stack, with each provider: what it does not read is converted, and several channels are
heard as what they hold. Right text once, paid once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from local.stack.stack import Stack, running_stack
from tests.sounds import sound
from tests.stack import QUICK, Site, site_on, states
from tests.unit.test_copies_of_sound import added, scaled, turns, voice

PROVIDERS: dict[str, dict[str, Any]] = {
    "azure-speech": {},
    "assemblyai": {"ASSEMBLYAI_CREATES_PER_MINUTE": "10000"},
    "soferai": {"SOFERAI_CALLS_PER_MINUTE": "10000"},
}
NOT_MIXED = ("azure-speech", "assemblyai")


@pytest.fixture(scope="module", params=PROVIDERS)
def stack(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    logs = tmp_path_factory.mktemp("logs")
    with running_stack(
        logs,
        engine="scripted:channels=0",
        provider=request.param,
        settings={**QUICK, **PROVIDERS[request.param]},
    ) as running:
        yield running


@pytest.fixture
def site(stack: Stack) -> Iterator[Site]:
    with site_on(stack) as site:
        yield site


def heard(site: Site) -> list[int]:
    """How often each input was transcribed."""
    return list(site.ledger()["transcribed"].values())


def test_what_is_not_read_is_converted_transcribed_and_paid_once(site: Site) -> None:
    contents = {
        "memo.caf": sound("caf", "pcm_s16be"),
        "talk.mkv": sound("matroska", "aac", rate=48_000),
    }
    rows = site.rows(site.await_end(site.put(contents)))
    assert states(rows) == dict.fromkeys(contents, "transcribed")
    assert heard(site) == [1, 1]
    for name, row in rows.items():
        said = site.transcript(name)
        assert said["utterances"]
        if row.copy is not None:
            assert "the provider got a copy" in " ".join(said["provider"]["warnings"])
    assert rows["memo.caf"].copy is not None


def test_channels_are_heard_as_what_they_hold(site: Site, stack: Stack) -> None:
    a_voice, (one, other) = voice(1), turns(5)
    nothing = a_voice[:0] + type(a_voice)("h", bytes(2 * len(a_voice)))
    contents = {
        "dual.wav": [a_voice, a_voice],
        "silent.wav": [a_voice, nothing],
        "room.wav": [added(one, scaled(other, 0.8)), added(scaled(one, 0.8), other)],
        "call.wav": [one, other],
        "leak.wav": [added(one, scaled(other, 0.1)), added(other, scaled(one, 0.1))],
    }
    dropped = site.put(
        {name: sound("wav", "pcm_s16le", tracks, rate=16_000) for name, tracks in contents.items()}
    )
    rows = site.rows(site.await_end(dropped))
    assert states(rows) == dict.fromkeys(contents, "transcribed")
    kinds = {name: row.heard.kind for name, row in rows.items() if row.heard is not None}
    assert kinds == {
        "dual.wav": "alike",
        "silent.wav": "one",
        "room.wav": "together",
        "call.wav": "apart",
        "leak.wav": "apart",
    }
    assert heard(site) == [1] * 5
    if stack.provider in NOT_MIXED:
        assert {name: channels(site, name) for name in contents} == {
            "dual.wav": 1,
            "silent.wav": 1,
            "room.wav": 1,
            "call.wav": 2,
            "leak.wav": 2,
        }
        twice, once = (rows[name].outcome for name in ("call.wav", "dual.wav"))
        if stack.provider == "azure-speech":
            assert twice is not None
            assert once is not None
            assert twice.cost is not None
            assert once.cost is not None
            per_ms = [rows[n].outcome.cost.amount for n in ("call.wav", "dual.wav")]  # type: ignore[union-attr]
            assert per_ms[0] > per_ms[1]


def channels(site: Site, name: str) -> int:
    return len({utterance["channel"] for utterance in site.transcript(name)["utterances"]})
