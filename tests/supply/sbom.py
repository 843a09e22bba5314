"""`python -m tests.supply.sbom FILE FOLDER` completes a bill of materials (CycloneDX, JSON): which
release it is of, what it asks for itself, and what lies inside the wheels of a folder of packages,
FFmpeg above all, which no index of Python knows of."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from shared.version import VERSION
from tests.supply.wheels import SOURCES, Library, asked_for, libraries


def with_libraries(bill: dict[str, Any], found: Iterable[Library]) -> dict[str, Any]:
    """The same bill with a component for each library, on which its package depends."""
    by_name = {one["name"].lower(): one["bom-ref"] for one in bill["components"]}
    added, needs = [], dict[str, list[str]]()
    for library in found:
        component = _component(library)
        added.append(component)
        needs.setdefault(by_name[library.package], []).append(component["bom-ref"])
    depends = [
        {**one, "dependsOn": sorted([*one.get("dependsOn", ()), *needs.get(one["ref"], ())])}
        for one in bill["dependencies"]
    ]
    return {**bill, "components": [*bill["components"], *added], "dependencies": depends}


def of_release(bill: dict[str, Any], version: str, names: Iterable[str]) -> dict[str, Any]:
    """The same bill of that version, which depends on the packages of these names."""
    main = {**bill["metadata"]["component"], "version": version}
    wanted = set(names)
    direct = sorted(one["bom-ref"] for one in bill["components"] if one["name"].lower() in wanted)
    depends = [one for one in bill["dependencies"] if one["ref"] != main["bom-ref"]]
    return {
        **bill,
        "metadata": {**bill["metadata"], "component": main},
        "dependencies": [{"ref": main["bom-ref"], "dependsOn": direct}, *depends],
    }


def _component(library: Library) -> dict[str, Any]:
    source = SOURCES[library.name]
    return {
        "bom-ref": f"{library.package}/{library.name}",
        "type": "library",
        "name": library.name,
        "version": library.version,
        "description": f"Of {source.project}, as a file in the wheel of {library.package}.",
        "licenses": [{"expression": source.licence}],
    }


if __name__ == "__main__":
    path = Path(sys.argv[1])
    bill = of_release(json.loads(path.read_bytes()), VERSION, asked_for())
    bill = with_libraries(bill, libraries(sys.argv[2:]))
    path.write_text(json.dumps(bill, indent=2) + "\n", encoding="utf-8")
