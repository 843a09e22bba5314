"""python -m connector: write the definition and the icon, and the descriptions of the API.

With `entra API CLIENT FOLDER`: the connector with which people sign in, for the application of an
API and that of the connector itself.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from connector.entra import write_for_tokens
from connector.icon import draw
from connector.swagger import FOLDER, written
from shared.api.describe.openapi import document
from shared.api.describe.openapi_3_0 import document_3_0
from shared.api.operations.all import OPERATIONS

DOCS = Path(__file__).resolve().parent.parent / "docs"
DESCRIPTIONS = {"openapi.json": document, "openapi-3.0.json": document_3_0}


def main() -> None:
    match sys.argv[1:]:
        case ["entra", api, client, folder]:
            write_for_tokens(Path(folder), api, client)
        case []:
            _write()
        case _:
            raise SystemExit(__doc__)


def _write() -> None:
    (FOLDER / "apiDefinition.swagger.json").write_text(written(), encoding="utf-8")
    (FOLDER / "icon.png").write_bytes(draw())
    for name, described in DESCRIPTIONS.items():
        (DOCS / name).write_text(_pretty(described(OPERATIONS, "/api")), encoding="utf-8")


def _pretty(there: dict[str, Any]) -> str:
    return json.dumps(there, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
