"""What registering has in common, wired."""

from __future__ import annotations

from shared.pipeline.register.unreadable import GiveUpOnBlob, Patience
from shared.ports.ground import Ground


def patience(ground: Ground) -> Patience:
    ports = ground.ports
    return Patience(diaries=ports.diaries, policy=ports.policy, clock=ports.clock)


def give_up_on_blob(ground: Ground) -> GiveUpOnBlob:
    return GiveUpOnBlob(audio=ground.ports.audio, patience=patience(ground))
