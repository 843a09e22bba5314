"""Between our structs and the rows of a table.

Text, numbers, booleans and times get a column of their own, so that they can be filtered and
read by a person; everything nested becomes JSON text. `version` is the row's ETag, not a column.
"""

from __future__ import annotations

from datetime import UTC, datetime
from types import NoneType
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, get_args, get_origin

import msgspec
from azure.data.tables import EdmType, EntityProperty, TableEntity

from shared.errors import RowUnreadable

S = TypeVar("S", bound=msgspec.Struct)
_PLAIN = (str, int, float, bool, bytes, datetime)


class _Column(NamedTuple):
    name: str
    is_plain: bool  # stored as it is; JSON text otherwise
    default: Any


_prepared: dict[type[msgspec.Struct], tuple[_Column, ...]] = {}
_derived: dict[type[msgspec.Struct], tuple[str, ...]] = {}


def prepare(*kinds: type[msgspec.Struct]) -> None:
    """To be called while modules are imported, for every kind that is a row: msgspec 0.22 looks
    into a struct's fields on its first use, and the process crashes where two threads are the
    first at the same moment."""
    for kind in kinds:
        msgspec.json.Decoder(kind)
        _prepared[kind] = _columns(kind)


def derive(kind: type[msgspec.Struct], *names: str) -> None:
    """Properties of a kind that get a column too, which is never read back: so a query can bring
    them without what they come from."""
    _derived[kind] = names


def to_row(partition: str, key: str, struct: msgspec.Struct) -> dict[str, Any]:
    """Left out is what is None, and what is empty, zero or nested and the default: every column
    costs the SDK time. Integers are 64 bits: the SDK's default is 32."""
    row: dict[str, Any] = {"PartitionKey": partition, "RowKey": key}
    for name, is_plain, default in _prepared[type(struct)]:
        value = getattr(struct, name)
        if value is None or (value == default and not (is_plain and value)):
            continue
        if not is_plain:
            row[name] = msgspec.json.encode(value).decode()
        elif isinstance(value, int) and not isinstance(value, bool):
            row[name] = EntityProperty(value, EdmType.INT64)
        else:
            row[name] = value
    for name in _derived.get(type(struct), ()):
        value = getattr(struct, name)
        if value is not None:
            row[name] = value
    return row


def from_row(kind: type[S], row: TableEntity) -> S:
    """Columns and fields that we do not know are ignored: a newer release may have written them.
    Raises `RowUnreadable` where it wrote other values into those that we know."""
    try:
        return _from_row(kind, row)
    except msgspec.MsgspecError as error:
        place = str(error).partition(" - at ")[2] or "a column that is no JSON"
        raise RowUnreadable(f"{kind.__name__}: {place}") from None


def _from_row(kind: type[S], row: TableEntity) -> S:
    values: dict[str, Any] = {
        name: _plain(row[name]) if is_plain else msgspec.json.decode(row[name])
        for name, is_plain, _ in _prepared[kind]
        if name in row
    }
    if "version" in kind.__struct_fields__:
        values["version"] = row.metadata["etag"]
    return msgspec.convert(values, kind, str_keys=True)


def is_same(row: dict[str, Any], there: TableEntity) -> bool:
    """Whether what is stored is what `to_row` made, in every column."""
    stored = {key: _plain(value) for key, value in there.items()}
    return stored == {key: _plain(value) for key, value in row.items()}


def _plain(value: Any) -> Any:
    """The SDK has types of its own for 64-bit integers and for times."""
    if isinstance(value, EntityProperty):
        return value.value
    if isinstance(value, datetime):
        return datetime.fromtimestamp(value.timestamp(), UTC)
    return value


def _columns(kind: type[msgspec.Struct]) -> tuple[_Column, ...]:
    """Of every field but the version."""
    return tuple(
        _Column(field.name, _is_plain(field.type), field.default)
        for field in msgspec.structs.fields(kind)
        if field.name != "version"
    )


def _is_plain(kind: Any) -> bool:
    if get_origin(kind) is Annotated:
        return _is_plain(get_args(kind)[0])
    if get_origin(kind) is Literal:
        return True
    if get_args(kind) and NoneType in get_args(kind):
        return all(_is_plain(part) for part in get_args(kind) if part is not NoneType)
    return kind in _PLAIN
