"""`python -m tests.supply.notice` writes NOTICE: whose work the app runs on, and its licences."""

from __future__ import annotations

from collections.abc import Iterable

from tests.supply.wheels import ROOT, SOURCES, Source, packages

INSIDE = {
    "cffi": (Source("libffi", "MIT"),),
    "cryptography": (Source("OpenSSL", "Apache-2.0"),),
    "lxml": (Source("libxml2", "MIT"), Source("libxslt", "MIT"), Source("zlib", "Zlib")),
}
"""What is linked into an extension module, and so is no file of its own."""
_BEGINNING = """\
Dropscribe
Copyright (c) 2026 the Dropscribe authors. Licence: LICENSE.

Dropscribe contains none of the works below. Whoever deploys it has Python's package index hand them
to Azure, in the versions and with the hashes of requirements.txt. Each wheel holds the text of its
licence. Development tools (requirements-dev.txt, package.json) are not deployed.
`python -m tests.supply.notice` writes this page from what the wheels say of themselves.
"""
_OF_AV = """\
av brings FFmpeg and the libraries below as files of their own, x264 and x265 (GPL 2 or later) among
them: who hands its wheel on hands those on, too. The app only asks FFmpeg which sound a file holds;
no encoder runs, and no decoder of pictures.
"""


def notice() -> str:
    """The page. Licences are SPDX expressions."""
    wheels = [(one.name, one.licence) for one in packages()]
    inside = {source for sources in INSIDE.values() for source in sources}
    parts = (
        _BEGINNING,
        "Python packages\n",
        _table(wheels),
        _OF_AV,
        _table(set(SOURCES.values())),
        "Linked into lxml, cryptography and cffi:\n",
        _table(inside),
    )
    return "\n".join(parts)


def _table(rows: Iterable[tuple[str, str]]) -> str:
    ordered = sorted(rows, key=lambda row: row[0].lower())
    return "".join(f"  {name:<40} {licence}\n" for name, licence in ordered)


if __name__ == "__main__":
    (ROOT / "NOTICE").write_text(notice(), encoding="utf-8")
