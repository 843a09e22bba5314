"""A step that its provider keeps from being done is put off, for as long as the deployment says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.errors import ProviderUnavailable
from shared.messages import Collect
from shared.model.policy import Policy
from tests.fakes.world import World


@pytest.mark.parametrize("seconds", [1, 7, 30])
def test_after_one_failure_a_step_waits_as_long_as_the_setting_says(seconds: int) -> None:
    world = World(policy=Policy(endpoint_pause_seconds=seconds))
    world.drop("a.wav")
    world.clock.advance(120)
    world.drain()
    [transcription_id] = world.provider.transcriptions
    world.provider.complete(transcription_id)
    world.provider.errors["status"] = [ProviderUnavailable("503")]
    world.run_webhook(transcription_id)

    later = world.clock.now() + timedelta(seconds=seconds)
    assert [at for at, message in world.queue.waiting if isinstance(message, Collect)] == [later]
    world.clock.advance(seconds)
    world.drain()
    assert world.states() == {"a.wav": "transcribed"}
