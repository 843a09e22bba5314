"""python -m connector: write the definition and the icon."""

from __future__ import annotations

from connector.icon import draw
from connector.swagger import FOLDER, written


def main() -> None:
    (FOLDER / "apiDefinition.swagger.json").write_text(written(), encoding="utf-8")
    (FOLDER / "icon.png").write_bytes(draw())


if __name__ == "__main__":
    main()
