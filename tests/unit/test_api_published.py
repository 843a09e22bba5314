"""What callers see of the API is written down: whatever changes in it is seen in a review."""

import json
from pathlib import Path

from shared.api.describe.openapi import document

EXPECTED = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"


def test_the_description_of_the_api_is_the_one_that_was_published() -> None:
    """Where it is meant to change: `python -m connector` writes the file anew."""
    assert document("/api") == json.loads(EXPECTED.read_text("utf-8"))
