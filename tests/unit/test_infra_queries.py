"""Alerts and workbook read the log: their queries, against the events that the code tells."""

from __future__ import annotations

import ast
import json
import re
from functools import cache
from typing import Any

import pytest

from tests.bicep.dropscribe import INFRA, PLAIN, ROOT, WIDE, deployed

OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
SOURCE = re.compile(r"^(DropscribeEvents|AppTraces)$", re.MULTILINE)


@cache
def facts_of_events() -> dict[str, set[str]]:
    """Event -> the names of its facts, from the calls of `event` in the code."""
    found: dict[str, set[str]] = {}
    for folder in ("shared", "functions"):
        for path in (ROOT / folder).rglob("*.py"):
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                match call:
                    case ast.Call(
                        func=ast.Name(id="event"), args=[ast.Constant(value=str(name))], keywords=k
                    ):
                        found.setdefault(name, set()).update(w.arg for w in k if w.arg)
    return found


OF_THE_PLATFORM = {"dropscribe-log-capped": "_LogOperation"}
"""Alerts that ask what the workspace itself writes down: they see when it takes no lines."""


def rules() -> dict[str, str]:
    """The query of each rule by its name."""
    return {
        str(rule["name"]): rule["properties"]["criteria"]["allOf"][0]["query"]
        for rule in deployed().of_type("Microsoft.Insights/scheduledQueryRules")
    }


def queries() -> dict[str, str]:
    """Where it is -> its text, of those that read what the app tells."""
    found = {name: query for name, query in rules().items() if name not in OF_THE_PLATFORM}
    for item in workbook()["items"]:
        if item["type"] == 3:
            found[item["content"]["title"]] = item["content"]["query"]
    return found


def workbook() -> dict[str, Any]:
    (resource,) = deployed().of_type("Microsoft.Insights/workbooks")
    content: dict[str, Any] = json.loads(resource["properties"]["serializedData"])
    return content


on_each = pytest.mark.parametrize("where", sorted(queries()))


@pytest.mark.long
@on_each
def test_a_query_asks_only_for_events_and_facts_that_are_told(where: str) -> None:
    query = queries()[where]
    names = set(re.findall(r"'([a-z]+\.[a-z_]+)'", query))
    assert names, "asks for no event"
    assert names <= set(facts_of_events())
    facts = re.findall(r"\bFact\['(\w+)'\]", query)
    assert facts or not re.search("fact", query, re.IGNORECASE), "reads a fact in another way"
    for fact in facts:
        told_by = {name for name in names if fact in facts_of_events()[name]}
        assert told_by, f"no event of this query has the fact {fact}"
        if "==" in query and len(names) == 1:
            assert told_by == names


def test_that_the_log_is_full_is_not_asked_of_that_log() -> None:
    for name, table in OF_THE_PLATFORM.items():
        query = rules()[name]
        assert query.splitlines()[0] == table
        assert not SOURCE.search(query)
    silent = alerts()["dropscribe-app-silent"]["description"]
    assert "dropscribe-log-capped" in silent, "silence of the log and of the app are told apart"


@on_each
def test_a_query_reads_by_the_function_of_the_workspace(where: str) -> None:
    assert SOURCE.findall(queries()[where]) == ["DropscribeEvents"]


@on_each
def test_no_name_of_ours_is_or_becomes_a_word_of_the_language(where: str) -> None:
    """Words of the language are small letters without an underscore. So each name that we give
    begins with a capital, and what a line of the log calls its facts is in quotes."""
    query = re.sub(r"'[^']*'", "''", queries()[where])
    query = re.sub(r"\bmv-expand kind=array\b", "mv-expand", query)
    for name in re.findall(r"\b(\w+)\s*=(?![=~])", query):
        assert re.match(r"[A-Z]", name), name
    assert not re.search(r"[A-Za-z_]\.[A-Za-z_]", query), "a path; write it in brackets"


def test_the_function_itself_keeps_to_the_rule() -> None:
    text = re.sub(r"'[^']*'", "''", (INFRA / "queries" / "events.kql").read_text())
    assert re.findall(r"\b(\w+)\s*=(?![=~])", text) == ["Fact", "Event"]


def test_the_function_of_the_workspace_reads_lines_as_the_app_writes_them(
    caplog: pytest.LogCaptureFixture,
) -> None:
    from shared.log import event

    caplog.set_level("INFO", "dropscribe")
    event("recording.registered", batch="b")
    (search,) = deployed().of_type("Microsoft.OperationalInsights/workspaces/savedSearches")
    assert search["properties"]["functionAlias"] == "DropscribeEvents"
    (beginning,) = re.findall(r"startswith '(.+)'", search["properties"]["query"])
    assert caplog.messages[0].startswith(beginning)
    columns = re.findall(r"\| project (.+)", search["properties"]["query"])[0]
    assert "Event = tostring(Fact['event'])" in columns
    assert re.search(r"\bFact,", columns)


def alerts() -> dict[str, dict[str, Any]]:
    kinds = ("scheduledQueryRules", "metricAlerts")
    return {
        str(alert["name"]): alert["properties"]
        for kind in kinds
        for alert in deployed().of_type(f"Microsoft.Insights/{kind}")
    }


@pytest.mark.parametrize("name", sorted(alerts()))
def test_every_alert_says_what_to_do_and_tells_somebody(name: str) -> None:
    alert = alerts()[name]
    assert alert["description"].count(". ") >= 1, "says only what is wrong"
    assert len(alert["description"]) > 120
    (group,) = deployed().of_type("Microsoft.Insights/actionGroups")
    told = json.dumps(alert["actions"])
    assert group.id in told
    assert f"`{name}`" in OPERATIONS


def test_no_alert_is_invented_in_the_docs() -> None:
    assert set(re.findall(r"`(dropscribe-[a-z]+(?:-[a-z]+)+)`", OPERATIONS)) == set(alerts())


def test_every_event_that_is_asked_for_is_explained_to_who_operates() -> None:
    asked = {name for query in queries().values() for name in re.findall(r"'(\w+\.\w+)'", query)}
    explained = set(re.findall(r"`([a-z]+\.[a-z_]+)`", OPERATIONS))
    assert asked <= explained, asked - explained


def test_somebody_is_told_only_where_an_address_is_given() -> None:
    (plain,) = deployed(PLAIN).of_type("Microsoft.Insights/actionGroups")
    (wide,) = deployed(WIDE).of_type("Microsoft.Insights/actionGroups")
    assert plain["properties"]["emailReceivers"] == []
    assert [r["emailAddress"] for r in wide["properties"]["emailReceivers"]] == [
        "owner@example.com"
    ]


def test_a_budget_is_only_there_where_money_is_given() -> None:
    assert deployed(PLAIN).of_type("Microsoft.Consumption/budgets") == []
    (budget,) = deployed(WIDE).of_type("Microsoft.Consumption/budgets")
    assert budget["properties"]["amount"] == 50


def test_every_query_is_used() -> None:
    used = "\n".join(path.read_text() for path in (INFRA / "modules").glob("*.bicep"))
    for path in (INFRA / "queries").iterdir():
        assert f"queries/{path.name}'" in used, path.name


def test_the_workbook_looks_into_the_workspace_of_the_deployment() -> None:
    (workspace,) = deployed().of_type("Microsoft.OperationalInsights/workspaces")
    tiles = [item["content"] for item in workbook()["items"] if item["type"] == 3]
    assert len(tiles) > 8
    assert all(tile["crossComponentResources"] == [workspace.id] for tile in tiles)
