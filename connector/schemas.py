"""Schemas as a designer of flows shows them: every field with a title and a description."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.surface import DYNAMIC, TOLD

_UPPER = {
    "csv": "CSV",
    "datacontenttype": "Data Content Type",
    "etag": "ETag",
    "html": "HTML",
    "id": "ID",
    "json": "JSON",
    "ms": "(Milliseconds)",
    "specversion": "Specification Version",
    "docx": "DOCX",
    "srt": "SRT",
    "ttml": "TTML",
    "txt": "TXT",
    "url": "URL",
    "vtt": "VTT",
}


def shown(schema: dict[str, Any], name: str = "") -> dict[str, Any]:
    """`name` is that of the field, "" where there is none, as in a list."""
    found = {k: v for k, v in schema.items() if k not in ("title", "description", "pattern")}
    if name:
        found["x-ms-summary"] = title(schema.get("title") if _is_told(schema, name) else name)
        found["description"] = sentence(schema.get("description") or TOLD.get(name) or title(name))
    if "properties" in found:
        found["properties"] = {k: shown(v, k) for k, v in found["properties"].items()}
    if "items" in found:
        found["items"] = shown(found["items"]) or {"type": "object"}
    if isinstance(found.get("additionalProperties"), Mapping):
        found["additionalProperties"] = shown(found["additionalProperties"])
    return found


def _is_told(schema: Mapping[str, Any], name: str) -> bool:
    """A struct's own name is no title for what holds it."""
    told = schema.get("title", "")
    return bool(told) and (schema.get("type") != "object" or " " in told or told.lower() == name)


def dynamic(name: str, there: dict[str, Any]) -> dict[str, Any]:
    """Values to choose from, asked of the deployment; what is fixed in `there` gives way."""
    if name not in DYNAMIC or there["type"] != "string":
        return {}
    there.pop("enum", None)
    values = {"value-collection": "value", "value-path": "value", "value-title": "title"}
    listed = {"itemsPath": "value", "itemValuePath": "value", "itemTitlePath": "title"}
    return {
        "x-ms-dynamic-values": {"operationId": DYNAMIC[name], **values},
        "x-ms-dynamic-list": {"operationId": DYNAMIC[name], **listed},
    }


def body(summary: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": "body",
        "in": "body",
        "required": True,
        "x-ms-summary": summary,
        "description": description,
        "schema": schema,
    }


def title(text: str | None) -> str:
    """Each word begins with a capital: `batch_id` becomes `Batch ID`."""
    words = (text or "").replace("_", " ").replace("-", " ").split()
    return " ".join(_UPPER.get(word.lower(), word[:1].upper() + word[1:]) for word in words)


def sentence(text: str) -> str:
    plain_text = text.replace("`", "")
    return f"{plain_text[:1].upper()}{plain_text[1:].rstrip('.')}."
