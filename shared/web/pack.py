"""The files of the page as they go over the wire: one script, one sheet of styles, one shell.

The sources are plain modules that any browser runs as they are; nothing is compiled. So that the
first screen needs few requests, they are put together when a process first serves them: each module
becomes a function that gives what it exports, in the order in which they need each other. Remarks,
the types that are written as such, and the blanks before a line are for who reads the source, and
stay there.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath
from typing import NamedTuple

VENDOR = "vendor/preact.js"
FIRST = "code/main.js"
_IMPORT = re.compile(r'^import (\{[^}]*\}) from "([^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?:async )?(?:function\*?|const|class) (\w+)", re.MULTILINE)
_REMARK = re.compile(r"^ *(?:/\*\*(?:(?!\*/)[\s\S])*\*/|//.*)\n", re.MULTILINE)
_TYPE = re.compile(r"/\*\* @(?:(?!\*/)[\s\S])*\*/ ?")
_BEFORE = re.compile(r"^ +", re.MULTILINE)
_GIVEN = re.compile(r"export\{([^}]*)\};?\s*$")
_OTHER = re.compile(r"^(?:import\b|export (?:let|default|\{|\*)).*", re.MULTILINE)


class ModuleUnfit(Exception):
    """A module of the page is written in a way that cannot be put together; the message says it."""


class File(NamedTuple):
    """`etag` comes with its quotes."""

    content: bytes
    packed: bytes
    media_type: str
    etag: str


@dataclass(frozen=True)
class Pack:
    """`shell` is the page itself, `files` what it names, by path below `release`: a name that is
    another with every change of a file."""

    shell: File
    files: Mapping[str, File]
    release: str = field(default="")


@cache
def pack() -> Pack:
    """That of this package."""
    return packed(dict(_sources()))


def packed(sources: Mapping[str, str]) -> Pack:
    """`sources` maps paths to texts. Raises `ModuleUnfit`."""
    styles = "\n".join(sources[path] for path in sorted(sources) if path.endswith(".css"))
    texts = {
        "page.js": _together(sources),
        "page.css": styles,
        "icon.svg": sources["icon.svg"],
    }
    release = _digest("\0".join([sources["index.html"], *texts.values()]).encode())
    kinds = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
    found = {name: _file(text, kinds[PurePosixPath(name).suffix]) for name, text in texts.items()}
    shell = _file(sources["index.html"].replace("{release}", release), "text/html")
    return Pack(shell, found, release)


def _sources() -> Iterator[tuple[str, str]]:
    root = files(__package__) / "app"
    waiting = [(root, "")]
    while waiting:
        folder, path = waiting.pop()
        for entry in folder.iterdir():
            if entry.is_dir():
                waiting.append((entry, f"{path}{entry.name}/"))
            elif entry.name.endswith((".js", ".css", ".svg", ".html")):
                yield f"{path}{entry.name}", entry.read_text(encoding="utf-8")


def _file(text: str, media_type: str) -> File:
    content = text.encode()
    return File(
        content,
        gzip.compress(content, 9, mtime=0),
        f"{media_type}; charset=utf-8",
        f'"{_digest(content)}"',
    )


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


# -- many modules as one ----------------------------------------------------------------------


def _together(sources: Mapping[str, str]) -> str:
    names: dict[str, str] = {}
    parts: list[str] = []
    _add(FIRST, sources, names, parts, ())
    return f"{_of_others(sources[VENDOR])}\n" + "\n".join(parts)


def _of_others(text: str) -> str:
    """A bundle ends with all that it gives: `export{a as render,b as signal};`."""
    found = _GIVEN.search(text)
    if found is None:
        raise ModuleUnfit(f"{VENDOR} does not end with what it gives")
    pairs = [name.split(" as ") for name in found[1].split(",") if name]
    given = ",".join(f"{pair[-1]}:{pair[0]}" for pair in pairs)
    return f"const vendor = (() => {{{text[: found.start()]}return {{{given}}};}})();"


def _add(
    path: str,
    sources: Mapping[str, str],
    names: dict[str, str],
    parts: list[str],
    above: tuple[str, ...],
) -> str:
    """The name of what the module at `path` gives; before it stand those that it needs."""
    if path == VENDOR:
        return "vendor"
    if path in above:
        raise ModuleUnfit(f"{path} needs itself, by way of {above[-1]}")
    if path not in names:
        text = sources[path]
        folder = PurePosixPath(path).parent
        body = _IMPORT.sub(
            lambda found: _taken(
                found[1],
                _add(_at(folder, found[2]), sources, names, parts, (*above, path)),
            ),
            text,
        )
        if other := _OTHER.search(body):
            raise ModuleUnfit(f"{path}: {other[0]}")
        names[path] = f"module{len(names)}"
        parts.append(_wrapped(path, names[path], body))
    return names[path]


def _taken(names: str, module: str) -> str:
    renamed = re.sub(r"(\w+) as (\w+)", r"\1: \2", names)
    return f"const {renamed} = {module};\n"


def _wrapped(path: str, name: str, body: str) -> str:
    given = ", ".join(_EXPORT.findall(body))
    inner = re.sub(r"^export ", "", _as_sent(body), flags=re.MULTILINE)
    return f"// {path}\nconst {name} = (() => {{\n{inner}\nreturn {{ {given} }};\n}})();"


def _as_sent(body: str) -> str:
    """Without what is for readers only. No text of the page begins lines with blanks that count: in
    HTML several are one, and those between elements on two lines are none."""
    return _BEFORE.sub("", _TYPE.sub("", _REMARK.sub("", body)))


def _at(folder: PurePosixPath, named: str) -> str:
    parts: list[str] = list(folder.parts)
    for step in named.split("/"):
        if step == "..":
            parts.pop()
        elif step != ".":
            parts.append(step)
    return "/".join(parts)
