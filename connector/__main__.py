"""python -m connector: write the definition and the icon, and the description of the API."""

from __future__ import annotations

import json
from pathlib import Path

from connector.icon import draw
from connector.swagger import FOLDER, written
from shared.api.describe.openapi import document

DESCRIPTION = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"


def main() -> None:
    (FOLDER / "apiDefinition.swagger.json").write_text(written(), encoding="utf-8")
    (FOLDER / "icon.png").write_bytes(draw())
    described = json.dumps(document("/api"), indent=2, ensure_ascii=False)
    DESCRIPTION.write_text(described + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
