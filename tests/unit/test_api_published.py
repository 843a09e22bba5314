"""What callers see of the API is written down: whatever changes in it is seen in a review."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connector.__main__ import DESCRIPTIONS, DOCS
from shared.api.operations.all import OPERATIONS


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_the_description_of_the_api_is_the_one_that_was_published(name: str) -> None:
    """Where it is meant to change: `python -m connector` writes the files anew."""
    there: dict[str, Any] = json.loads((DOCS / name).read_text("utf-8"))
    assert DESCRIPTIONS[name](OPERATIONS, "/api") == there
