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
    assert [drop.name for drop in found.drops] == [f"{tmp_path.name}/{name}"]
    assert [path.name for path in found.left_out] == ["notes.txt"]


def names(folder: Path, *wanted: str) -> list[str]:
    return [drop.name for drop in choose(str(folder / one) for one in wanted).drops]


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    for name in ("two/a/x.wav", "two/b/x.wav", "two/b/in/y.wav", "one/a/x.wav"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    return tmp_path


def test_a_folder_that_is_named_keeps_its_name_so_that_its_profile_holds(
    calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert names(calls, "two/a/") == ["a/x.wav"]
    assert names(calls, "two/a", "two/b") == ["a/x.wav", "b/in/y.wav", "b/x.wav"]
    assert names(calls, "two/*") == ["a/x.wav", "b/in/y.wav", "b/x.wav"]
    monkeypatch.chdir(calls / "two" / "a")
    assert [drop.name for drop in choose(["."]).drops] == ["a/x.wav"]


def test_files_of_one_name_are_all_called_by_their_folders(calls: Path) -> None:
    assert names(calls, "two/a/x.wav") == ["x.wav"]
    assert names(calls, "two/a/x.wav", "two/a/x.wav") == ["x.wav"]
    assert names(calls, "two/a/x.wav", "two/b/x.wav") == ["a/x.wav", "b/x.wav"]


@pytest.mark.parametrize("wanted", [("one/a", "two/a"), ("one/a/x.wav", "two/a/x.wav")])
def test_nothing_takes_the_place_of_another(calls: Path, wanted: tuple[str, str]) -> None:
    with pytest.raises(FileExistsError, match=r"would both be called a/x\.wav"):
        names(calls, *wanted)
