"""The OData filters of the Azure Speech emulator, on a table of three rows."""

import sqlite3

import pytest

from local.emulators.azure_speech.errors import ServiceError
from local.emulators.azure_speech.filters import FILE_FIELDS, TRANSCRIPTION_FIELDS, compile_filter

ROWS = [
    ("a", "it's", 1_700_000_000, "Running"),  # 2023-11-14T22:13:20Z
    ("b", "", 1_700_000_060, "Failed"),
    ("c", "last", 1_700_000_120, "Succeeded"),
]


def kept(expression: str) -> str:
    condition = compile_filter(expression, TRANSCRIPTION_FIELDS)
    with sqlite3.connect(":memory:") as table:
        table.execute(
            "CREATE TABLE t (display_name TEXT, description TEXT, created_at INT, status TEXT)"
        )
        table.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", ROWS)
        rows = table.execute(
            f"SELECT display_name FROM t WHERE {condition.sql}", condition.values
        ).fetchall()
    table.close()
    return "".join(name for (name,) in rows)


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("", "abc"),
        ("displayName eq 'b'", "b"),
        ("displayName ne 'b'", "ac"),
        ("description eq 'it''s'", "a"),
        ("status eq 'Running' or status eq 'Failed'", "ab"),
        ("createdDateTime gt 2023-11-14T22:14:20Z", "c"),
        ("createdDateTime ge 2023-11-14T22:14:20Z", "bc"),
        ("createdDateTime lt 2023-11-14T22:14:20.5Z", "ab"),
        ("createdDateTime le 2023-11-14T23:14:20+01:00", "ab"),
        ("not status eq 'Failed'", "ac"),
        ("not (displayName eq 'a' or displayName eq 'b')", "c"),
    ],
)
def test_a_filter_keeps_the_rows_it_describes(expression: str, names: str) -> None:
    assert kept(expression) == names


def test_and_binds_tighter_than_or() -> None:
    one = "displayName eq 'a' or displayName eq 'b' and status eq 'Running'"
    assert kept(one) == "a"
    assert kept("(displayName eq 'a' or displayName eq 'b') and status eq 'Failed'") == "b"


def test_not_binds_tighter_than_and() -> None:
    assert kept("not displayName eq 'a' and status eq 'Failed'") == "b"


@pytest.mark.parametrize(
    "expression",
    [
        "name eq 'x'",  # a property of files
        "displayName gt 'a'",
        "displayName eq b",
        "displayName eq 'b",
        "displayName like 'b'",
        "createdDateTime gt 'yesterday'",
        "createdDateTime gt 2023-13-45T00:00:00Z",
        "status eq 'Done'",
        "status eq 'Failed' status eq 'Failed'",
        "(status eq 'Failed'",
        "status eq 'Failed' and",
        "'; DROP TABLE t; --",
        "(" * 5000 + "status eq 'Failed'" + ")" * 5000,
        " or ".join(["status eq 'Failed'"] * 500),
    ],
)
def test_what_cannot_be_filtered_is_refused_as_unsupported(expression: str) -> None:
    with pytest.raises(ServiceError) as refusal:
        compile_filter(expression, TRANSCRIPTION_FIELDS)
    assert refusal.value.status == 400
    assert refusal.value.body["innerError"]["code"] == "UnsupportedFilter"


def test_files_are_filtered_by_name_kind_and_date_only() -> None:
    condition = compile_filter("name eq 'a.json' and kind eq 'Transcription'", FILE_FIELDS)
    assert condition.values == ("a.json", "Transcription")
    with pytest.raises(ServiceError):
        compile_filter("status eq 'Failed'", FILE_FIELDS)
