"""What people can do about brakes: stop, let go on, lift a ceiling for the day, look."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from shared.errors import UnknownScope
from shared.log import event
from shared.model.money import brakes as model
from shared.model.money.brakes import DEPLOYMENT, Action, Brake, Ceiling, Held
from shared.ports.brakes import Brakes
from shared.ports.queue import Clock


@dataclass(frozen=True, kw_only=True)
class ChangeBrake:
    """`stop`: nothing of the scope is sent or paid for any more, but for calls that are being made.
    `go_on`: it is. `lift_ceiling`: its ceiling does not hold today. Raises
    `UnknownScope`, `StoreConflict`."""

    brakes: Brakes
    profiles: Collection[str]
    endpoints: Collection[str]
    clock: Clock

    def __call__(self, scope: str, action: Action, reason: str = "") -> Brake:
        self._check(scope)
        brake, now = self.brakes.get(scope), self.clock.now()
        if action == "stop":
            changed = msgspec.structs.replace(
                brake, stopped_at=brake.stopped_at or now, reason=reason or brake.reason
            )
        elif action == "go_on":
            changed = msgspec.structs.replace(brake, stopped_at=None, reason="")
        else:
            changed = msgspec.structs.replace(brake, lifted_on=model.day_of(now))
        saved = self.brakes.save(changed)
        event("brake.changed", scope=scope, action=action, level=30)
        return saved

    def _check(self, scope: str) -> None:
        known = [
            DEPLOYMENT,
            *map(model.profile_scope, self.profiles),
            *map(model.endpoint_scope, self.endpoints),
        ]
        if scope not in known:
            raise UnknownScope(f"There is no such scope. Use one of: {', '.join(known)}.")


@dataclass(frozen=True, kw_only=True)
class ReadBrakes:
    """What holds something back now."""

    brakes: Brakes
    ceilings: Mapping[str, Ceiling]
    stopped: Collection[str]
    clock: Clock

    def __call__(self) -> Sequence[Held]:
        return model.held(self.brakes.all(), self.ceilings, self.stopped, self.clock.now())
