"""An example of every operation: what was sent in a run on stand-ins, and what came back.

`examples.json` is written by `python -m tests.examples`, and a test holds it true.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

FILE = Path(__file__).parent / "examples.json"


class Example(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`body` and `answer` are JSON; `answer` is text where the media type is another."""

    path: dict[str, str] = {}
    query: dict[str, str | int | bool] = {}
    body: Any = None
    status: int
    media_type: str = "application/json"
    answer: Any = None


EXAMPLES = msgspec.json.decode(FILE.read_bytes(), type=dict[str, Example])


_NONE = Example(status=0)


def example_of(name: str) -> Example:
    """Of the operation of that name; one without anything for an operation that is new."""
    return EXAMPLES.get(name, _NONE)
