"""What the page for receivers shows works, and what it lists is there."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, get_args

import pytest

from shared.model.events.delivery import SCHEDULE, DeliveryState
from shared.model.events.event import EVENT_TYPES
from shared.model.events.signature import make_secret, signed_headers
from tests.unit.test_docs import DOCS, blocks, column

PAGE = DOCS / "webhooks.md"
SECRET, OTHER = make_secret(b"a" * 32), make_secret(b"b" * 32)
BODY = b'{"a": 1}'


@pytest.fixture(scope="module")
def is_genuine() -> Callable[[dict[str, str], bytes, str], bool]:
    (example,) = blocks(PAGE, "python")
    names: dict[str, Any] = {}
    exec(example, names)
    found: Callable[[dict[str, str], bytes, str], bool] = names["is_genuine"]
    return found


def test_the_ten_lines_verify_what_we_send(
    is_genuine: Callable[[dict[str, str], bytes, str], bool],
) -> None:
    now = int(time.time())
    for secrets in ([SECRET], [OTHER, SECRET]):
        headers = signed_headers(secrets, "evt_1", now, BODY)
        assert is_genuine(headers, BODY, SECRET)
        assert not is_genuine(headers, BODY + b" ", SECRET)
        assert not is_genuine({**headers, "webhook-id": "evt_2"}, BODY, SECRET)
        assert not is_genuine({**headers, "webhook-timestamp": "x"}, BODY, SECRET)
    assert not is_genuine(signed_headers([OTHER], "evt_1", now, BODY), BODY, SECRET)
    assert not is_genuine(signed_headers([SECRET], "evt_1", now - 301, BODY), BODY, SECRET)


def test_the_ten_lines_are_about_ten() -> None:
    (example,) = blocks(PAGE, "python")
    assert len([line for line in example.splitlines() if line.strip()]) <= 10


def test_every_type_and_state_is_listed_and_none_is_invented() -> None:
    types = {cell.strip("`") for cell in column(PAGE, "## What is sent")} - {"type"}
    assert types == set(EVENT_TYPES)
    states = {cell.strip("`") for cell in column(PAGE, "## Looking and sending again")} - {"state"}
    assert states == set(get_args(DeliveryState))


def test_the_example_has_the_form_of_an_event() -> None:
    example = json.loads(blocks(PAGE, "json")[0])
    assert example["specversion"] == "1.0" and example["type"] in EVENT_TYPES


def test_the_hours_that_are_told_are_those_of_the_schedule() -> None:
    hours = [int(pause.total_seconds() // 3600) for pause in SCHEDULE if pause.seconds >= 3600]
    days = [int(pause.total_seconds() // 3600) for pause in SCHEDULE if pause.days]
    text = PAGE.read_text(encoding="utf-8")
    assert "2, 5, 10, 14, 20 and 24 hours" in text and hours + days == [2, 5, 10, 14, 20, 24]
