"""What is picked up from a folder."""

from __future__ import annotations

import os
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


def test_a_name_that_was_torn_at_its_spaces_is_told_how_to_be_written(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="needs quotes of its own"):
        names(tmp_path, "Monday")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (b"back\\slash.mp3", "Its name holds a backslash"),
        (b"tab\there.mp3", "Its name holds control characters"),
        (b"M\xfcller.mp3", "Its name is not UTF-8"),
        (b"%2e%2e%5cup.mp3", "Its name holds a backslash"),
    ],
)
def test_a_name_that_no_blob_may_have_is_told_and_keeps_nothing_from_going(
    tmp_path: Path, name: bytes, why: str
) -> None:
    (tmp_path / "good.mp3").write_bytes(b"")
    odd = Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name)))  # noqa: PTH118 (bytes)
    odd.write_bytes(b"")
    found = choose([str(tmp_path)])
    assert [drop.path.name for drop in found.drops] == ["good.mp3"]
    [told] = found.refused
    assert f": {why}. Give it another one." in told
    assert told.encode()
    assert len(choose([str(odd)]).refused) == 1


def test_what_is_not_there_is_told_whatever_its_name_is_made_of(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as told:
        choose([os.fsdecode(os.path.join(os.fsencode(tmp_path), b"\xe4.mp3"))])  # noqa: PTH118
    assert str(told.value).encode()


def test_what_is_hidden_is_not_picked_up(tmp_path: Path) -> None:
    (tmp_path / ".trash").mkdir()
    (tmp_path / ".trash" / "a.mp3").write_bytes(b"")
    assert [path.name for path in choose([str(tmp_path)]).left_out] == ["a.mp3"]


def test_what_is_no_file_is_told_and_nobody_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    (tmp_path / "nowhere.wav").symlink_to(tmp_path / "gone.wav")
    (tmp_path / "a.wav").write_bytes(b"")
    found = choose([str(tmp_path / name) for name in ("a.wav", "pipe.wav")])
    assert [drop.name for drop in found.drops] == ["a.wav"]
    assert "It is no file" in found.refused[0]
