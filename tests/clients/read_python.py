"""read_python.py FOLDER MODULE ANSWERS: reads each answer as its class, writes it again, prints all
as JSON; a refusal ends it. For the clients of openapi-python-client and openapi-generator."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any


def main(folder: str, module: str, answers: str) -> None:
    sys.path.insert(0, folder)
    models = importlib.import_module(f"{module}.models")
    asked: dict[str, list[Any]] = json.loads(Path(answers).read_text("utf-8"))
    read = {
        name: [_again(getattr(models, name), answer) for answer in each]
        for name, each in asked.items()
    }
    print(json.dumps(read))


def _again(kind: Any, answer: Any) -> Any:
    there = kind.from_dict(json.loads(json.dumps(answer)))
    return json.loads(there.to_json()) if hasattr(there, "to_json") else there.to_dict()


if __name__ == "__main__":
    main(*sys.argv[1:])
