"""What of all that is dropped is meant: stubs of folders and files of systems never are, and a
profile says what is taken in its folders."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import translate
from functools import lru_cache
from typing import Literal

from shared.model.profile.companions import is_companion
from shared.model.profile.profile import Profile, is_on_request

Ignored = Literal["folder", "system", "companion", "data", "ignore", "only", "on_request"]
"""Why something is not taken: it stands for a folder, a system left it, the profile says that it
describes a recording, its name that it is data, the profile's `ignore` or `only` says so, or it is
left to a request that names it."""

SYSTEM_FILES = (
    ".ds_store",
    "._*",
    ".appledouble/*",
    "__macosx/*",
    ".spotlight-v100/*",
    ".trashes/*",
    ".fseventsd/*",
    ".localized",
    "thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    "$recycle.bin/*",
    "system volume information/*",
    "~$*",
    ".~lock.*",
    ".directory",
    ".nfs*",
    ".fuse_hidden*",
    ".gitkeep",
    ".keep",
    "*_$folder$",
)
"""Patterns, in lower case. macOS, Windows, office programs, Linux desktops, network file systems,
keepers of empty folders, Hadoop."""

DATA_FILES = ("*.csv", "*.json", "*.jsonl", "*.xml")
"""Patterns, in lower case, of what recorders write beside each call. Whoever means such a name puts
it into `only`."""


def why_ignored_by_name(name: str) -> Ignored | None:
    """As far as the name of a blob tells; None: it may be meant."""
    if name.endswith("/"):
        return "folder"
    return "system" if _fits_any(name, SYSTEM_FILES, anywhere=True) else None


def why_ignored(
    name: str, profile: Profile, metadata: Mapping[str, str], media_type: str | None = None
) -> Ignored | None:
    """As `why_ignored_by_name`, with what storage tells of the blob and what its profile takes."""
    by_name = why_ignored_by_name(name)
    if by_name is not None:
        return by_name
    if is_stub(metadata, media_type):
        return "folder"
    if is_companion(name, profile.companions):
        return "companion"
    if _fits_any(name, profile.ignore):
        return "ignore"
    if profile.only:
        return None if _fits_any(name, profile.only) else "only"
    return "data" if _fits_any(name, DATA_FILES) else None


def why_not_by_arrival(
    name: str, profile: Profile, metadata: Mapping[str, str], media_type: str | None = None
) -> Ignored | None:
    """As `why_ignored`, of what was dropped and nobody asked for."""
    if is_on_request(metadata):
        return "on_request"
    return why_ignored(name, profile, metadata, media_type)


def is_stub(metadata: Mapping[str, str], media_type: str | None) -> bool:
    """An empty blob by which file systems on top of blobs (blobfuse, azcopy, HDFS, S3 gateways)
    remember a folder."""
    marked = any(
        key.lower() == "hdi_isfolder" and value.lower() == "true" for key, value in metadata.items()
    )
    return marked or (media_type or "").partition(";")[0] in _FOLDER_TYPES


_FOLDER_TYPES = ("application/x-directory", "httpd/unix-directory", "text/directory")


def _fits_any(name: str, patterns: Iterable[str], *, anywhere: bool = False) -> bool:
    of_last_part, of_all = _matchers(tuple(patterns), anywhere)
    low = name.lower()
    return bool(of_last_part(low.rpartition("/")[2]) or of_all(low))


_Matcher = Callable[[str], object]


@lru_cache
def _matchers(patterns: tuple[str, ...], anywhere: bool) -> tuple[_Matcher, _Matcher]:
    """For the last part of a name, and for all of it. A pattern without a slash is one of the last
    part; with one, of all. `anywhere`: in any folder."""
    of_last_part, of_all = [], []
    for pattern in map(str.lower, patterns):
        if "/" not in pattern:
            of_last_part.append(pattern)
            continue
        is_deep = anywhere or pattern.startswith("**/")
        bare = pattern.removeprefix("**/")
        of_all += [bare, f"*/{bare}"] if is_deep else [bare]
    return _matcher(of_last_part), _matcher(of_all)


def _matcher(patterns: Sequence[str]) -> _Matcher:
    """All of them as one expression: a name is held against some twenty for every recording."""
    return re.compile("|".join(map(translate, patterns)) or "(?!)").match
