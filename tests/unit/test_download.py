"""Outputs in a folder in which somebody works, too."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from rich.console import Console

from local.stack import screen
from local.stack.download import Downloaded, download


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
