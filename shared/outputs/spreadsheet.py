"""Cells of files that are opened in spreadsheets.

Text that a spreadsheet would run as a formula gets an apostrophe in front, and so does text that
begins with one: to read a cell back exactly, drop one leading apostrophe.
"""

from __future__ import annotations

from datetime import datetime

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for the code page of the machine."""
# The last four are the full-width forms that East Asian spreadsheets read as the plain ones.
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＋", "－", "＠")


def cell(value: object) -> str:
    """What stands in a cell; "" for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    text = str(value)
    return "'" + text if text.startswith(_RISKY) else text
