"""Rows and answers that a transaction has to take."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import pytest

from shared.stores.table.transaction import TransactionFailed, encode_row, put, transact


def test_bytes_are_binary_as_a_column_of_text_holds_half_as_much() -> None:
    """64 KiB of either; text counts two bytes a character, and takes four for every three."""
    assert encode_row({"content": b"abc"}) == (
        b'{"content":"YWJj","content@odata.type":"Edm.Binary"}'
    )


@pytest.mark.parametrize(("value", "name"), [(nan, "NaN"), (inf, "Infinity"), (-inf, "-Infinity")])
def test_numbers_that_json_does_not_have_are_named(value: float, name: str) -> None:
    expected = f'{{"share":"{name}","share@odata.type":"Edm.Double"}}'
    assert encode_row({"share": value}) == expected.encode()


def test_what_the_emulator_takes_for_the_end_of_a_line_is_escaped() -> None:
    assert encode_row({"name": "a\u2028b\u2029"}) == b'{"name":"a\\u2028b\\u2029"}'


class _Table:
    """A table whose answers are given."""

    url, table_name, api_version = "https://x.test", "state", "2019-02-02"
    status_code = 202

    def __init__(self, answer: bytes) -> None:
        self._answer, self._client = answer, self

    def send_request(self, request: Any, stream: bool) -> _Table:
        return self

    def read(self) -> bytes:
        return self._answer


def test_an_answer_that_was_cut_off_does_not_pass_for_the_whole() -> None:
    row = {"PartitionKey": "p", "RowKey": "r"}
    whole = b'HTTP/1.1 204 No Content\r\nETag: W/"1"\r\n\r\n\r\n'
    changes = [put(row), put({**row, "RowKey": "s"})]
    assert len(transact(_Table(whole * 2), changes)) == 2  # type: ignore[arg-type]
    with pytest.raises(TransactionFailed):
        transact(_Table(whole), changes)  # type: ignore[arg-type]
