"""Outputs in a folder in which somebody works, too."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import ResourceNotFoundError
from rich.console import Console

from local.stack import screen
from local.stack.download import LIST, Downloaded, download, make_ready


class Blobs:
    """As much of a storage account as is asked for."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self._contents = contents

    def get_blob_client(self, container: str, name: str) -> Any:
        return _Blob(self._contents.get(f"{container}/{name}"))


class _Blob:
    def __init__(self, content: bytes | None) -> None:
        self._content = content

    def download_blob(self) -> _Blob:
        if self._content is None:
            raise ResourceNotFoundError
        return self

    def readall(self) -> bytes | None:
        return self._content


def brought(out: Path, **contents: str) -> Downloaded:
    blobs: Any = Blobs({f"transcripts/{name}": text.encode() for name, text in contents.items()})
    return download(blobs, [f"transcripts/{name}" for name in contents], out)


def texts(out: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (out / "transcripts").iterdir()}


def test_what_an_earlier_run_brought_stays_and_a_newer_one_of_its_name_replaces_it(
    tmp_path: Path,
) -> None:
    brought(tmp_path, memo="1", voice="1")
    assert brought(tmp_path, voice="2").left == ()
    assert texts(tmp_path) == {"memo": "1", "voice": "2"}
    brought(tmp_path, memo="3")
    assert texts(tmp_path) == {"memo": "3", "voice": "2"}


def test_what_somebody_changed_or_put_there_is_left_and_named(tmp_path: Path) -> None:
    brought(tmp_path, memo="1")
    (tmp_path / "transcripts" / "memo").write_text("corrected by hand")
    (tmp_path / "transcripts" / "own").write_text("mine")
    found = brought(tmp_path, memo="2", own="2", other="2")
    assert [path.name for path in found.left] == ["memo", "own"]
    assert texts(tmp_path) == {"memo": "corrected by hand", "own": "mine", "other": "2"}
    told = io.StringIO()
    screen.show_end(Console(file=told), (), tmp_path, found, 1)
    assert told.getvalue().count("was left so") == 2


def test_what_is_there_already_as_it_would_be_brought_is_not_named(tmp_path: Path) -> None:
    brought(tmp_path, memo="1")
    (tmp_path / ".dropscribe").unlink()
    assert brought(tmp_path, memo="1").left == ()
    assert brought(tmp_path, memo="2").left == ()


def test_the_error_report_of_what_has_a_transcript_by_now_goes_unless_it_was_changed(
    tmp_path: Path,
) -> None:
    paths = ["errors/audio/a.wav.json", "errors/audio/b.wav.json"]
    blobs: Any = Blobs(dict.fromkeys(paths, b"cut off"))
    download(blobs, paths, tmp_path)
    (tmp_path / paths[1]).write_text("cut off; ask Anna")
    download(blobs, [], tmp_path, superseded=[*paths, "errors/audio/never.wav.json"])
    assert [path.name for path in (tmp_path / "errors" / "audio").iterdir()] == ["b.wav.json"]
    assert paths[0] not in (tmp_path / LIST).read_text()
    assert paths[1] in (tmp_path / LIST).read_text()


@pytest.mark.parametrize("out", ["file", "file/below"])
def test_where_no_output_can_go_is_told_before_anything_is_done(tmp_path: Path, out: str) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OSError, match=r"cannot be put into .*Name another folder"):
        make_ready(tmp_path / out)
    make_ready(tmp_path / "new" / "folder")
    assert list((tmp_path / "new" / "folder").iterdir()) == []


def test_names_that_no_disk_takes_are_shortened_and_stay_apart(tmp_path: Path) -> None:
    names = [f"{'ö' * 125}{end}.wav.vtt" for end in "ab"] + ["x" * 400 + ".wav.insights.json"]
    there = brought(tmp_path, **dict.fromkeys(names, "WEBVTT")).there
    assert len(there) == len(set(there)) == 3
    assert [path.name.rpartition("~")[2][-8:] for path in there] == [".wav.vtt"] * 2 + ["hts.json"]
    assert all(len(path.name.encode()) <= 255 for path in there)
    assert brought(tmp_path, **dict.fromkeys(names, "WEBVTT")).left == ()


def test_a_full_disk_is_told_with_what_to_do(tmp_path: Path, monkeypatch: Any) -> None:
    def full(path: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match=r"memo cannot be written \(No space left on device\).*--out"):
        brought(tmp_path, memo="1")
