"""Every query of alerts, workbook and docs in the Kusto language service: it knows each column,
function and word, as the workspace will. The rules are deployed without that check, because a new
workspace has no tables yet, and an alert whose query does not bind fails without a word."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.bicep.dropscribe import INFRA, ROOT, deployed
from tests.compilers.test_alerts import alerts, tiles

# https://learn.microsoft.com/azure/azure-monitor/reference/tables/: columns that a query may want.
_COMMON = "TimeGenerated:datetime, Properties:dynamic, OperationName:string, OperationId:string"
_COMMON += ", AppRoleName:string, AppRoleInstance:string, ItemCount:int, _ResourceId:string"
TABLES = {
    "AppTraces": f"{_COMMON}, Message:string, SeverityLevel:int",
    "AppRequests": f"{_COMMON}, Name:string, Success:bool, ResultCode:string, DurationMs:real",
    "AppExceptions": (
        f"{_COMMON}, ProblemId:string, ExceptionType:string, OuterMessage:string"
        ", InnermostMessage:string, Details:dynamic, SeverityLevel:int"
    ),
    "_LogOperation": (
        "TimeGenerated:datetime, Category:string, Operation:string, Level:string, Detail:string"
        ", _ResourceId:string"
    ),
    "StorageBlobLogs": (
        "TimeGenerated:datetime, AccountName:string, OperationName:string, StatusCode:int"
        ", StatusText:string, Uri:string, CallerIpAddress:string, RequesterObjectId:string"
        ", Category:string, ObjectKey:string, AuthenticationType:string"
    ),
}
BINDER = Path(__file__).with_name("bind_queries.mjs")
SERVICE = ROOT / "node_modules" / "@kusto" / "language-service-next"

pytestmark = pytest.mark.skipif(
    not (shutil.which("node") and SERVICE.is_dir()),
    reason="there is no node, or no @kusto/language-service-next in node_modules",
)


def told_of(queries: dict[str, str]) -> dict[str, list[str]]:
    """What the language service says of each query."""
    (search,) = deployed().of_type("Microsoft.OperationalInsights/workspaces/savedSearches")
    functions = {search["properties"]["functionAlias"]: search["properties"]["query"]}
    done = subprocess.run(
        ["node", str(BINDER)],
        input=json.dumps({"tables": TABLES, "functions": functions, "queries": queries}),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    told: dict[str, list[str]] = json.loads(done.stdout)
    return told


def in_docs() -> dict[str, str]:
    """Kusto in fenced blocks of the docs."""
    found = {}
    for page in sorted((ROOT / "docs").rglob("*.md")):
        for number, block in enumerate(
            re.findall(r"```\w*\n(.*?)```", page.read_text(), re.DOTALL)
        ):
            if re.match(r"\s*(DropscribeEvents|App\w+|Storage\w+Logs)\b", block):
                found[f"{page.name} {number}"] = block
    return found


def test_every_query_binds() -> None:
    (search,) = deployed().of_type("Microsoft.OperationalInsights/workspaces/savedSearches")
    queries = {**alerts(), **tiles(), **in_docs(), "the function": search["properties"]["query"]}
    assert len(queries) >= len(list((INFRA / "queries").glob("*.kql"))) + len(tiles())
    assert in_docs()
    assert {name: said for name, said in told_of(queries).items() if said} == {}


def test_what_does_not_bind_is_seen() -> None:
    wrong = {
        "NoSuchColumn": "DropscribeEvents | where NoSuchColumn == 1",
        "last": "DropscribeEvents | summarize last = max(TimeGenerated)",
        "Expected": "DropscribeEvents | summarize max(TimeGenerated",
        "NoSuchTable": "NoSuchTable | count",
        "no_such_function": "DropscribeEvents | extend Size = no_such_function(Event)",
    }
    for what, said in told_of(wrong).items():
        assert any(what in line for line in said), (what, said)
