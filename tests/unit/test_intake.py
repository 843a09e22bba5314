"""What is picked up from a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.stack.intake import choose


@pytest.mark.parametrize("name", ["a.3gp", "b.TS", "c.mpg", "d.w64", "e.snd", "f.ds2", "g.awb"])
def test_what_recorders_and_telephones_write_is_picked_up(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    (tmp_path / "notes.txt").write_bytes(b"")
    found = choose([str(tmp_path)])
    assert [drop.name for drop in found.drops] == [name]
    assert [path.name for path in found.left_out] == ["notes.txt"]
