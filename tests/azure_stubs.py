"""Stand-ins for `az`, `azd`, `curl` and `sleep`, which note how they are called. What is sent with
`--src` is kept as `stubs/sent`.

What `az` answers is a table: the beginning of a command -> what it prints, and whether it fails. A
command of which nothing is said is answered with nothing. The first entry that fits counts.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

_PROGRAM = (
    f"#!{sys.executable} -IS\n"
    + """
import json, re, shutil, sys
from pathlib import Path

folder, name, given = Path(__file__).parent, Path(sys.argv[0]).name, sys.argv[1:]
if "--src" in given:
    shutil.copyfile(given[given.index("--src") + 1], folder / "sent")
kept = [Path(word[1:]).read_text() for word in given if word.startswith("@")]
with (folder / "calls").open("a") as calls:
    calls.write(json.dumps([name, given, kept]) + "\\n")
line = " ".join([name, *given])
answers = json.loads((folder / "answers").read_text())
earlier = (folder / "calls").read_text().splitlines()
count = sum(json.loads(one)[:2] == [name, given] for one in earlier)
for pattern, said in answers:
    if re.search(pattern, line):
        said = said[min(count, len(said)) - 1]
        print(said["out"], end="")
        print(said["err"], end="", file=sys.stderr)
        sys.exit(said["code"])
"""
)


class Said(NamedTuple):
    """What a stand-in does: prints, complains, ends with a code."""

    out: str = ""
    code: int = 0
    err: str = ""


class Call(NamedTuple):
    """`files` are the contents of those that were given as @file."""

    program: str
    words: list[str]
    files: list[str]

    def __str__(self) -> str:
        return shlex.join([self.program, *self.words])


class Ran(NamedTuple):
    code: int
    out: str
    err: str
    calls: list[Call]

    def of(self, beginning: str) -> list[Call]:
        """Those calls that begin so, in their order."""
        return [call for call in self.calls if str(call).startswith(beginning)]


def run(
    script: Path,
    *arguments: str,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    answers: Mapping[str, Said | list[Said]] | None = None,
    programs: tuple[str, ...] = ("az", "azd", "curl", "sleep"),
) -> Ran:
    """Run a script of infra/ with stand-ins. `answers`: pattern of a call -> what is said, or what
    is said the first time, the second, and from the last one on always."""
    stubs = folder / "stubs"
    stubs.mkdir(exist_ok=True)
    (stubs / "calls").write_text("")
    table = [
        (pattern, [one._asdict() for one in (said if isinstance(said, list) else [said])])
        for pattern, said in (answers or {}).items()
    ]
    (stubs / "answers").write_text(json.dumps(table))
    for name in programs:
        (stubs / name).write_text(_PROGRAM)
        (stubs / name).chmod(0o755)
    done = subprocess.run(
        [script, *arguments],
        env={"PATH": f"{stubs}:{os.environ['PATH']}", **(environment or {})},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    calls = [Call(*json.loads(line)) for line in (stubs / "calls").read_text().splitlines()]
    return Ran(done.returncode, done.stdout, done.stderr, calls)
