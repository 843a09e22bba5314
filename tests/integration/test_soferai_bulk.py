"""Many recordings through the whole application and Sofer.ai's emulator while things go wrong:
nothing is lost, nothing is paid twice, and five calls a minute are five calls a minute."""

from __future__ import annotations

from random import Random

import pytest

from shared.model.profile.options import Mode
from tests.soferai_bulk import audit, drop_all, order_trouble, world_of


@pytest.mark.parametrize(("mode", "recordings"), [("standard", 60), ("express", 24)])
def test_trouble_of_every_kind_loses_nothing_and_pays_nothing_twice(
    mode: Mode, recordings: int
) -> None:
    with world_of(recordings, mode) as (world, api):
        order_trouble(api, Random(7), recordings)
        drop_all(world, recordings)
        world.run(hours=24 * 4)
        told = audit(world, api, recordings)
    assert told["states"]["transcribed"] >= recordings - 1
    assert told["429"] <= 5, "more than the 429s that were ordered"


def test_what_an_account_cannot_pay_waits_and_goes_on_when_somebody_pays_in() -> None:
    """Twelve talks of 6.2 s cost 1.9 cents in all."""
    with world_of(12, "standard", balance_cents=1) as (world, api):
        drop_all(world, 12)
        world.drain()
        for _ in range(120):
            world.poll()
            world.sweep()
            world.drain()
            world.complete_all()
            world.clock.advance(60)
        states = list(world.states().values())
        assert 0 < states.count("transcribed") < 12
        assert states.count("planned") == 12 - states.count("transcribed")
        api.deposit(100)
        world.run(hours=24)
        audit(world, api, 12)
        assert set(world.states().values()) == {"transcribed"}
