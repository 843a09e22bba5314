"""The table of who may call what: `python -m tests.rights` writes it into docs/security.md, and a
test tries every operation by it."""

from __future__ import annotations

import re
from pathlib import Path

from shared.api.operation import Operations
from shared.api.operations.all import OPERATIONS
from shared.model.access.roles import BROUGHT, ROLES, Rights, Role

PAGE = Path(__file__).resolve().parents[1] / "docs" / "security.md"
HEAD = "| operation | " + " | ".join(ROLES) + " |"
Table = dict[str, dict[str, str]]
"""By operation and role how far the role reaches, "" where it does not; of an open one nothing."""


def table_of(operations: Operations) -> str:
    rows = []
    for operation in operations:
        cells = ["everybody"] * len(ROLES) if operation.is_open else []
        cells = cells or [_widest(operation.rights, role) for role in ROLES]
        rows.append(f"| `{operation.name}` | {' | '.join(cells)} |")
    return "\n".join([HEAD, "|---" * (len(ROLES) + 1) + "|", *rows])


def _widest(rights: Rights, role: Role) -> str:
    """Of the role, and of those that it brings along."""
    found = [rights[each] for each in (role, *BROUGHT.get(role, ())) if each in rights]
    return max(found, key=("own", "all", "deployment").index, default="")


def written() -> str:
    """The table as it stands in the page."""
    found = re.search(rf"^{re.escape(HEAD)}\n(?:\|.*\n)+", PAGE.read_text("utf-8"), re.MULTILINE)
    assert found, "docs/security.md has no table of who may call what"
    return found.group().rstrip("\n")


def read_table() -> Table:
    rows = [line.strip("|").split("|") for line in written().splitlines()[2:]]
    return {
        name.strip().strip("`"): dict(zip(ROLES, (cell.strip() for cell in cells), strict=True))
        for name, *cells in rows
    }


def main() -> None:
    text = PAGE.read_text("utf-8")
    PAGE.write_text(text.replace(written(), table_of(OPERATIONS)), encoding="utf-8")


if __name__ == "__main__":
    main()
