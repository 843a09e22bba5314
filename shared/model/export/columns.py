"""Columns of tables that are exported, whatever file they are written to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

Kind = Literal["text", "whole", "number", "switch", "moment"]
"""A text, a number without and one with a fraction, true or false, and a moment in milliseconds
since 1970, as UTC has it. Each may be null."""
Values = Sequence[Any]


class Column(NamedTuple):
    """Of a table, as a file of it says."""

    name: str
    kind: Kind


Group = Sequence[Values]
"""Rows that are stored together: the values of each column, in the order of the columns, all of one
length."""
