"""The rows of a table as lines of text, with the types that the table gave them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from azure.data.tables import EdmType, EntityProperty

Row = dict[str, Any]
"""An entity, with `PartitionKey` and `RowKey`."""


def lines_of(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """One JSON object for each row: name -> [type, value]."""
    for row in rows:
        yield json.dumps({name: _told(value) for name, value in row.items()}, ensure_ascii=False)


def rows_of(lines: Iterable[str]) -> Iterator[Row]:
    for line in lines:
        told: dict[str, list[Any]] = json.loads(line)
        yield {name: _read(kind, value) for name, (kind, value) in told.items()}


def in_batches(rows: Iterable[Row], most: int = 100) -> Iterator[list[Row]]:
    """Rows of one partition that follow each other, as many as a transaction takes."""
    batch: list[Row] = []
    for row in rows:
        is_other = bool(batch) and batch[0]["PartitionKey"] != row["PartitionKey"]
        if len(batch) == most or is_other:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _told(value: Any) -> list[Any]:
    if isinstance(value, EntityProperty):
        return ["int64", str(value.value)]
    if isinstance(value, datetime):
        return ["datetime", value.astimezone(UTC).isoformat()]
    if isinstance(value, bytes):
        return ["bytes", base64.b64encode(value).decode()]
    return ["", value]


def _read(kind: str, value: Any) -> Any:
    match kind:
        case "int64":
            return EntityProperty(int(value), EdmType.INT64)
        case "datetime":
            return datetime.fromisoformat(value)
        case "bytes":
            return base64.b64decode(value)
    return value
