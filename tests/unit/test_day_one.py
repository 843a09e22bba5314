"""The list of the first day: each line says what is to be seen, and what can be tried here is."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from tests.bicep.dropscribe import ROOT

PAGE = (ROOT / "docs" / "day-one.md").read_text(encoding="utf-8")
# Line -> the tests that try it, as far as that goes without a cloud.
TRIED = {
    1: [
        "unit/test_infra_scripts.py::test_a_deployment_is_green_when_the_app_answers_with_this_version",
        "unit/test_infra_deploy.py::test_without_azd_the_same_steps_are_taken_in_the_same_order",
    ],
    3: [
        "unit/test_infra_platform.py::test_a_saved_search_may_be_written_again",
        "compilers/test_templates.py::test_another_tag_changes_tags_and_nothing_else",
        "unit/test_infra_deploy.py::test_what_would_change_is_shown_with_the_same_parameters",
    ],
    4: [
        "unit/test_infra_scripts.py::test_a_secret_that_is_not_resolved_stops_and_a_key_of_a_provider_is_told",
        "unit/test_references.py::test_it_is_refused_by_name_with_what_to_look_at",
    ],
    5: [
        "unit/test_infra_scripts.py::test_no_secret_is_on_a_command_line_or_on_the_terminal",
        "unit/test_webhook_rotation.py::test_each_secret_verifies_for_as_long_as_it_is_to",
    ],
    7: ["e2e"],
    8: [
        "unit/test_infra_events.py::test_what_cannot_be_delivered_is_left_where_the_topic_may_write"
    ],
    11: ["unit/test_azure_speech_webhook.py::test_a19_an_unsigned_challenge_is_refused"],
    12: ["unit/test_api_access.py::test_every_operation_is_described_and_only_health_is_open"],
    13: [
        "unit/test_api_access.py::test_without_app_service_authentication_nobodys_headers_are_believed"
    ],
    14: [
        "unit/test_infra_people.py::"
        "test_an_application_is_registered_whole_and_ends_in_a_call_that_answers_200"
    ],
    15: ["unit/test_infra_people.py::test_one_command_gives_what_a_person_needs_and_no_more"],
    20: ["unit/test_upgrade.py"],
}


class Line(NamedTuple):
    number: int
    is_tried: bool
    do: str
    see: str
    otherwise: str


def lines() -> list[Line]:
    rows = re.findall(
        r"^\| (\d+)( \*)? \| (.+?) \| (.+?) \| (.+?) \|$", PAGE.replace("\\|", "¦"), re.M
    )
    return [Line(int(n), bool(star), do, see, other) for n, star, do, see, other in rows]


def test_the_lines_are_counted_and_each_says_what_to_do_to_see_and_else() -> None:
    assert [line.number for line in lines()] == list(range(1, len(lines()) + 1))
    assert len(lines()) > 20
    for line in lines():
        assert len(line.see) >= 5 and len(line.otherwise) > 20, line.number


def test_what_is_marked_as_tried_is_tried_and_nothing_else_is() -> None:
    assert [line.number for line in lines() if line.is_tried] == list(TRIED)


@pytest.mark.parametrize("number", TRIED)
def test_the_tests_of_a_line_are_there(number: int) -> None:
    for named in TRIED[number]:
        path, _, name = named.partition("::")
        assert (ROOT / "tests" / path).exists(), named
        assert not name or f"def {name}(" in (ROOT / "tests" / path).read_text(), named


def test_the_queries_ask_for_events_that_there_are() -> None:
    told = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    named = set(re.findall(r"'([a-z]+\.[a-z_]+)'", PAGE))
    assert len(named) >= 4
    for event in named:
        assert f"`{event}`" in told, event
