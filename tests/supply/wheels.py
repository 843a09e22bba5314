"""The packages that the deployed app gets, their licences, and the libraries in their wheels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
_PIN = re.compile(r"^([\w.-]+)==([\w.]+)", re.MULTILINE)
_LIBRARY = re.compile(r"(?:^|/)[\w.-]+\.libs/(lib[A-Za-z0-9+_-]+?)-[0-9a-f]{8}\.so((?:\.\d+)*)$")
# Where a wheel names its licence otherwise than SPDX does, or pastes its text.
_SPDX = {
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}


class Package(NamedTuple):
    """One wheel. `licence` is an SPDX expression, or what the wheel says instead."""

    name: str
    version: str
    licence: str


class Library(NamedTuple):
    """A shared library that lies in a wheel. `name` is that of its file, without version."""

    package: str
    name: str
    version: str


class Source(NamedTuple):
    """What a shared library is made of."""

    project: str
    licence: str


_FFMPEG = Source("FFmpeg", "LGPL-3.0-or-later")
_WEBP = Source("libwebp", "BSD-3-Clause")
_NETTLE = Source("Nettle", "LGPL-3.0-or-later OR GPL-2.0-or-later")
_XCB = Source("libxcb", "X11")
SOURCES = {
    **dict.fromkeys("libavcodec libavdevice libavfilter libavformat libavutil".split(), _FFMPEG),
    **dict.fromkeys("libswresample libswscale".split(), _FFMPEG),
    **dict.fromkeys("libwebp libwebpmux libsharpyuv".split(), _WEBP),
    **dict.fromkeys("libnettle libhogweed".split(), _NETTLE),
    **dict.fromkeys("libxcb libxcb-shape libxcb-shm libxcb-xfixes".split(), _XCB),
    "libSvtAv1Enc": Source("SVT-AV1", "BSD-3-Clause-Clear"),
    "libXau": Source("libXau", "MIT"),
    "libasound": Source("ALSA library", "LGPL-2.1-or-later"),
    "libdav1d": Source("dav1d", "BSD-2-Clause"),
    "libdrm": Source("libdrm", "MIT"),
    "libgmp": Source("GMP", "LGPL-3.0-or-later OR GPL-2.0-or-later"),
    "libgnutls": Source("GnuTLS", "LGPL-2.1-or-later"),
    "libmp3lame": Source("LAME", "LGPL-2.0-or-later"),
    "libopencore-amrnb": Source("OpenCORE AMR", "Apache-2.0"),
    "libopencore-amrwb": Source("OpenCORE AMR", "Apache-2.0"),
    "libopus": Source("Opus", "BSD-3-Clause"),
    "libunistring": Source("libunistring", "LGPL-3.0-or-later OR GPL-2.0-or-later"),
    "libvmaf": Source("VMAF", "BSD-2-Clause-Patent"),
    "libvpl": Source("Intel VPL", "MIT"),
    "libvpx": Source("libvpx", "BSD-3-Clause"),
    "libx264": Source("x264", "GPL-2.0-or-later"),
    "libx265": Source("x265", "GPL-2.0-or-later"),
}


def pinned(file: str = "requirements.txt") -> dict[str, set[str]]:
    """The versions of each package of a list; several where they depend on Python's."""
    found: dict[str, set[str]] = {}
    for name, version in _PIN.findall((ROOT / file).read_text(encoding="utf-8")):
        found.setdefault(_plain(name), set()).add(version)
    return found


def asked_for(file: str = "requirements.in") -> set[str]:
    """The names of the packages that a list asks for itself."""
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    return {_plain(found[0]) for line in lines if (found := re.match(r"[a-z][\w.-]*", line))}


def packages(folders: Sequence[str] | None = None) -> list[Package]:
    """Those of requirements.txt that are installed, here or in these folders of packages."""
    return sorted({_package(one) for one in _installed(folders)}, key=lambda one: one.name)


def libraries(folders: Sequence[str] | None = None) -> list[Library]:
    """What lies in their wheels."""
    return sorted(set(_libraries(folders)))


def _libraries(folders: Sequence[str] | None) -> Iterator[Library]:
    for one in _installed(folders):
        for file in one.files or ():
            if match := _LIBRARY.search(str(file)):
                yield Library(_package(one).name, match[1], match[2].lstrip("."))


def _installed(folders: Sequence[str] | None) -> Iterator[Distribution]:
    wanted = pinned()
    found = distributions(path=list(folders)) if folders else distributions()
    return (one for one in found if _plain(one.metadata["Name"]) in wanted)


def _package(one: Distribution) -> Package:
    told = one.metadata.get("License-Expression") or one.metadata.get("License") or ""
    if not told or "\n" in told:
        told = next(_classified(one), told.partition("\n")[0])
    return Package(_plain(one.metadata["Name"]), one.version, _SPDX.get(told, told))


def _classified(one: Distribution) -> Iterator[str]:
    for line in one.metadata.get_all("Classifier") or ():
        if line.startswith("License ::"):
            yield line.rpartition("::")[2].strip()


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
