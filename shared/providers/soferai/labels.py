"""How our inputs are labelled at Sofer.ai, so that every answer says which it is about.

A `client_item_id` is `<mark>-<position>of<count>`: unique, and enough to know the job and all its
inputs from any one of them. The same stands at the end of the title, in brackets, because the
list of all transcriptions, where a lost create call is looked for, tells only titles.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from shared.providers.titles import plain_title

_LABEL = re.compile(r"(?P<mark>\S+)-(?P<position>\d{1,4})of(?P<inputs>\d{1,4})")
_TITLED = re.compile(r"\[(\S+)\]\s*$")
_LONGEST_NAME = 80


class Label(NamedTuple):
    """`position` is that among the `inputs` of the job with that mark."""

    mark: str
    position: int
    inputs: int

    def __str__(self) -> str:
        return f"{self.mark}-{self.position}of{self.inputs}"


def read_label(client_item_id: str | None, title: str | None) -> Label | None:
    """None for a transcription that is not ours."""
    found = _LABEL.fullmatch(client_item_id or "")
    if found is None and (titled := _TITLED.search(title or "")):
        found = _LABEL.fullmatch(titled[1])
    return Label(found["mark"], int(found["position"]), int(found["inputs"])) if found else None


def title_of(url: str, label: Label, own: str = "") -> str:
    """For people: what its makers call it, else the name of the file; and the label, for us. No
    limit of titles is documented: this one keeps the label, which a lost call is found by."""
    name = unquote(urlsplit(url).path).rpartition("/")[2]
    return f"{plain_title(own, _LONGEST_NAME) or name[:_LONGEST_NAME]} [{label}]"


def manifest_title(mark: str, urls: Sequence[str]) -> str:
    """The same for the same inputs, whatever the SAS of their links: a manifest that was uploaded
    before is known again by it, and not taken for one of other inputs."""
    plain = "\n".join(url.partition("?")[0] for url in urls)
    return f"{mark} {sha256(plain.encode()).hexdigest()[:16]}"
