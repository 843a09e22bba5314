"""What a deployment would upload: the project without what .funcignore names."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from pathspec import GitIgnoreSpec

ROOT = Path(__file__).resolve().parents[2]


def packaged_files(root: Path = ROOT) -> Iterator[Path]:
    """Paths relative to `root`. Folders that are left out are not looked into."""
    left_out = GitIgnoreSpec.from_lines((root / ".funcignore").read_text().splitlines())
    for folder, folders, files in os.walk(root):
        here = Path(folder).relative_to(root)
        folders[:] = [name for name in folders if not left_out.match_file(f"{here / name}/")]
        yield from (here / name for name in files if not left_out.match_file(here / name))


def copy_package(target: Path, root: Path = ROOT) -> Path:
    """Lay the package out in `target`, as in an instance of the app."""
    for file in packaged_files(root):
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / file, target / file)
    return target
