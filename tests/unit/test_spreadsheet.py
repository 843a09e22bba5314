"""No cell runs a formula, whatever sign a spreadsheet cuts at, and each can be read back."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.outputs.spreadsheet import cell

SIGNS = "=+-@\t\r\n'＝＋－＠\ufe62\ufe63\ufe66\ufe6b"


def read_back(shown: str) -> str:
    """As docs/report.md says."""
    return re.sub(rf"(^|[;,\t|][ \"\xa0]*)'(?=[{re.escape(SIGNS)}])", r"\1", shown)


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("between", ["", " ", '"', '" ', "\xa0"])
@pytest.mark.parametrize("sign", "=+-@＝\ufe66")
def test_no_piece_of_a_cell_begins_a_formula(separator: str, between: str, sign: str) -> None:
    shown = cell(f"x{separator}{between}{sign}1+1{separator}.wav")
    line = io.StringIO()
    csv.writer(line).writerow(["a", shown, "b"])
    pieces = re.split(re.escape(separator), line.getvalue())
    assert not any(piece.strip('" \xa0').startswith(tuple("=@＝\ufe66")) for piece in pieces)


@given(st.text(alphabet=[*SIGNS, ";", ",", "|", " ", '"', "a", "1"], max_size=12))
def test_a_cell_is_read_back_exactly(text: str) -> None:
    assert read_back(cell(text)) == text
