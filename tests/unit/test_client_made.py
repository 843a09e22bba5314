"""What is made from the app is as it would be made now."""

from __future__ import annotations

import pytest

from tests.client.made import CLIENT, MADE, formatted


@pytest.mark.parametrize("name", MADE)
def test_a_made_file_is_as_it_would_be_made_now(name: str) -> None:
    there = (CLIENT / name).read_text("utf-8")
    assert there == formatted(MADE[name]()), "run python -m tests.client.made"
