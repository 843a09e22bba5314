"""A process that dies at any moment leaves no unredacted byte but where it is to be kept."""

from __future__ import annotations

from unittest.mock import patch

import msgspec
import pytest

from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from shared.ports.unredacted import Unredacted
from tests.fakes.crashes import PORTS, Trap, live
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.result_forms import azure_batch
from tests.fakes.world import World, a_second_of_silence

SECRET = "0911"
SAID = azure_batch(
    ((1, "Call 0207 946 0911.", "call oh two oh seven nine four six oh nine one one"),)
)
PROFILE = Profile(options=Options(redact=("phone_number",)), keep_unredacted=True)


class Watched(World):
    """Looks at every output when it is stored."""

    def start(self) -> None:
        super().start()
        put = self.outputs.put

        def watched(path: str, content: bytes, *rest: object, **more: object) -> str:
            if path.startswith("transcripts/"):
                assert SECRET.encode() not in content
                assert self.unredacted.kept, "stored before it is kept"
            return put(path, content, *rest, **more)  # type: ignore[arg-type]

        if put.__name__ != "watched":
            self.outputs.put = watched  # type: ignore[method-assign,assignment]


def lived(after: int | None, *, is_kind: bool) -> Trap:
    """How many calls there were. All that is stored is looked at in the end."""
    world = Watched(profiles=(PROFILE,))
    world.audio.drop("a.wav", a_second_of_silence(), world.clock.now())
    trap = Trap(world, after, {**PORTS, "unredacted": Unredacted})
    hears = lambda source: msgspec.structs.replace(SAID, source=source)  # noqa: E731
    with patch("tests.fakes.provider.heard", hears):
        live(world, is_kind)
    assert_all_is_well(world)
    assert world.states() == {"a.wav": "transcribed"}
    (kept,) = world.unredacted.kept.values()
    assert SECRET.encode() in kept[0]
    assert not any(SECRET.encode() in file.content for file in world.outputs.files.values())
    return trap


@pytest.mark.long
@pytest.mark.parametrize("is_kind", [True, False], ids=["kind", "unkind"])
def test_wherever_a_process_dies_nothing_unredacted_is_stored_elsewhere(is_kind: bool) -> None:
    calls = lived(None, is_kind=is_kind).calls
    for after in range(1 + is_kind, calls + 1, 2):
        lived(after, is_kind=is_kind)
    assert calls > 20
