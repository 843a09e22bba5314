"""Three files of the client that are made: its table of operations and its types from what the app
describes, and the client that awaits from the one that blocks. Run as a program, it writes them."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shared.api.describe.openapi import document
from shared.api.operations.all import OPERATIONS
from shared.version import VERSION

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "client" / "dropscribe"
_NAMES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}


def operations() -> str:
    rows = "".join(
        f"    {one.name!r}: Operation({one.method!r}, {one.path!r}, {one.summary!r}, "
        f"{_query(one)!r}, {one.body is not None or bool(one.body_types)}),\n"
        for one in OPERATIONS
    )
    return f'''"""Every operation of the API of this release. Made from the table of the app by
`python -m tests.client.made`: not to be changed by hand."""

from __future__ import annotations

from typing import NamedTuple

VERSION = {VERSION!r}


class Operation(NamedTuple):
    """`path` is below `/api`; `query` are the parameters that it takes."""

    method: str
    path: str
    summary: str
    query: tuple[str, ...]
    takes_body: bool


OPERATIONS = {{
{rows}}}
'''


def _query(one: Any) -> tuple[str, ...]:
    return () if one.query is None else tuple(one.query.__struct_fields__)


def types() -> str:
    schemas = document(OPERATIONS, "")["components"]["schemas"]
    parts = [
        '"""The types of what the API takes and answers. Made from its description by `python -m\n'
        'tests.client.made`: not to be changed by hand. Answers may get more fields."""\n',
        "from __future__ import annotations\n",
        "from typing import Any, Literal, NotRequired, TypedDict\n",
    ]
    parts += [_declared(name, schema) for name, schema in sorted(schemas.items())]
    return "\n".join(parts)


def _declared(name: str, schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return f"{name} = Literal[{', '.join(map(repr, schema['enum']))}]\n"
    if "properties" not in schema:
        return f"{name} = dict[str, Any]\n"
    return f"class {name}(TypedDict):\n{''.join(_fields(schema))}\n"


def _fields(schema: dict[str, Any]) -> Iterator[str]:
    required = schema.get("required", ())
    for name, each in schema["properties"].items():
        kind = _kind(each)
        shown = kind if name in required else f"NotRequired[{kind}]"
        yield f"    {name}: {shown}\n"


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " | ".join(dict.fromkeys(map(_kind, schema[several])))
    if "enum" in schema:
        return f"Literal[{', '.join(map(repr, schema['enum']))}]"
    kind = schema.get("type")
    if isinstance(kind, list):
        return " | ".join(_NAMES.get(each, "Any") for each in kind)
    if kind == "array":
        return f"list[{_kind(schema.get('items', {}))}]"
    if kind == "object":
        values = schema.get("additionalProperties")
        return f"dict[str, {_kind(values) if isinstance(values, dict) else 'Any'}]"
    return _NAMES.get(str(kind), "Any")


_AWAITED = (
    (r"  # noqa: UP028.*", ""),
    (r"^    def (?!__|from_environment|url)(\w+)", r"    async def \1"),
    (r"def __enter__", "async def __aenter__"),
    (r"def __exit__", "async def __aexit__"),
    (r"(?<!def )(self\._run|self\.call|self\.close)\(", r"await \1("),
    (r"return await self\._run\((.*)\)\.content", r"return (await self._run(\1)).content"),
    (
        r"await self\._run\((self\._service\.\w+\([^()]*\))\)\.json\(\)",
        r"(await self._run(\1)).json()",
    ),
    (r"return run\(", "return await run_async("),
    (r"self\._http\.close\(\)", "await self._http.aclose()"),
    (r"\brun\b(?=\n)", "run_async"),
    (r"for each in self\._pages", "async for each in self._pages"),
    (r"\bIterator\b", "AsyncIterator"),
    (r"httpx\.Client\(", "httpx.AsyncClient("),
    (r"httpx\.BaseTransport", "httpx.AsyncBaseTransport"),
    (r"class Dropscribe:", "class AsyncDropscribe:"),
)


def async_client() -> str:
    text = (CLIENT / "client.py").read_text("utf-8")
    text = text[text.index("from __future__") :]
    for pattern, by in _AWAITED:
        text = re.sub(pattern, by, text, flags=re.MULTILINE)
    return (
        '"""The client for programs that await. Made from `client.py` by `python -m\n'
        'tests.client.made`: not to be changed by hand."""\n\n' + text
    )


MADE = {"operations.py": operations, "types.py": types, "async_client.py": async_client}


def formatted(text: str) -> str:
    """As ruff writes it."""
    ruff = Path(sys.executable).with_name("ruff")
    for command in (("check", "--select", "I", "--fix", "-q"), ("format", "-q")):
        told = subprocess.run(
            [ruff, *command, "--stdin-filename", str(CLIENT / "made.py"), "-"],
            input=text,
            capture_output=True,
            text=True,
            check=True,
        )
        text = told.stdout
    return text


if __name__ == "__main__":
    for name, make in MADE.items():
        (CLIENT / name).write_text(formatted(make()), encoding="utf-8")
