"""Cells of files that are opened in spreadsheets.

Text that a spreadsheet would run as a formula gets an apostrophe in front, and so does text that
begins with one. The same goes for what stands behind a separator inside of a cell, since a
spreadsheet may cut at another one than the comma. To read a cell back exactly, drop one apostrophe
wherever it stands at the start, or behind `;`, `,`, a tab or `|`, and before one of these signs.
"""

from __future__ import annotations

import re
from datetime import datetime

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for the code page of the machine."""
# The last ones are the forms of other widths that East Asian spreadsheets read as the plain ones.
_RISKY = "=+\\-@\t\r\n'＝＋－＠\ufe62\ufe63\ufe66\ufe6b"
_STARTS_FORMULA = re.compile(rf'(^|[;,\t|][ "\xa0]*)(?=[{_RISKY}])')


def cell(value: object) -> str:
    """What stands in a cell; "" for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return _STARTS_FORMULA.sub(r"\1'", str(value))
