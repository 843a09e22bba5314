"""python -m local.backup save|restore FILE: the table of a deployment.

DATA_STORAGE is a connection string, or the address of the table service, to which you sign in with
your own account.
"""

from __future__ import annotations

import gzip
import os
import sys
from pathlib import Path

from azure.core.exceptions import HttpResponseError
from azure.data.tables import TableClient

from local.backup.rows import in_batches, lines_of, rows_of


def main() -> int:
    match sys.argv[1:]:
        case ["save", file]:
            with _table() as table:
                print(f"{save(table, Path(file))} rows are in {file}.")
        case ["restore", file]:
            with _table() as table:
                print(f"{restore(table, Path(file))} rows are in {table.table_name} again.")
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


def save(table: TableClient, file: Path) -> int:
    """The rows are read a page at a time, and written to `file` when all of them were read. Work
    that goes on meanwhile may be in some rows and not yet in others; what is restored from it is
    put right by the sweep."""
    count, unfinished = 0, file.with_name(f"{file.name}.part")
    with gzip.open(unfinished, "wt", encoding="utf-8") as out:
        for line in lines_of(table.list_entities(results_per_page=1000)):
            out.write(f"{line}\n")
            count += 1
    unfinished.replace(file)
    return count


def restore(table: TableClient, file: Path) -> int:
    """Rows that are there already stay as they are: they are newer than the copy."""
    count = 0
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for batch in in_batches(rows_of(lines)):
            try:
                table.submit_transaction([("create", row) for row in batch])
                count += len(batch)
            except HttpResponseError as error:
                if error.status_code != 409:
                    raise
                count += sum(_created(table, row) for row in batch)
    return count


def _created(table: TableClient, row: dict[str, object]) -> bool:
    try:
        table.create_entity(row)
    except HttpResponseError as error:
        if error.status_code != 409:
            raise
        return False
    return True


def _table() -> TableClient:
    there, name = os.environ.get("DATA_STORAGE", ""), os.environ.get("STATE_TABLE", "dropscribe")
    if there.startswith("https://"):
        from azure.identity import DefaultAzureCredential

        return TableClient(there, name, credential=DefaultAzureCredential())
    if not there:
        raise SystemExit("DATA_STORAGE is not set.")
    return TableClient.from_connection_string(there, name)


if __name__ == "__main__":
    sys.exit(main())
