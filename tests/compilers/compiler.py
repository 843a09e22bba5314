"""The Bicep compiler on PATH, one process for many questions.

It speaks JSON-RPC on its own input and output (`bicep jsonrpc --stdio`); a snapshot is a whole
deployment worked out without a cloud, with what only Azure knows left as an expression.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

PROGRAM = shutil.which("bicep")
SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-test"
TENANT = "22222222-2222-2222-2222-222222222222"
ENVIRONMENT = {**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}


class Refused(Exception):
    """The compiler or the template refuses; the text says why."""


class Snapshot:
    """A deployment worked out. `resources` are those that are made, each with id, type, name and
    properties."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.diagnostics: list[Any] = answer["diagnostics"]
        self.resources = [_addressed(one) for one in answer["predictedResources"]]
        self.outputs: dict[str, Any] = answer.get("outputs", {})

    def of_type(self, type_: str) -> list[dict[str, Any]]:
        return [one for one in self.resources if one["type"] == type_]

    @cached_property
    def ids(self) -> list[str]:
        return [one["id"] for one in self.resources]


def _addressed(resource: dict[str, Any]) -> dict[str, Any]:
    """With an id and a name in plain text, where the compiler leaves an expression of what lies in
    Azure: the guid of a role's assignment, and the suffix that storage has in this cloud."""
    id_, name = resource["id"], resource["name"]
    if scope := re.match(r"\[extensionResourceId\('([^']+)', '([^']+)'", id_):
        id_ = f"{scope[1]}/providers/{scope[2]}/{name}"
    elif zone := re.search(r"format\('(privatelink\.\w+)\.\{0\}'", id_):
        group = re.findall(r"resourceId\('[^']+', '([^']+)'", id_)[0]
        child = re.search(r"suffixes\.storage\), '([^']+)'\)", name)
        name = f"{zone[1]}.core.windows.net"
        kinds = resource["type"].split("/")
        id_ = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}/providers/"
        id_ += f"{kinds[0]}/{kinds[1]}/{name}"
        if child:
            name, id_ = f"{name}/{child[1]}", f"{id_}/{kinds[2]}/{child[1]}"
    return {**resource, "id": id_, "name": name}


class Compiler:
    """Answers are kept: the same parameters are worked out once."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        self._process, self._folder = process, folder
        self._files = self._asked = 0
        self._known: dict[str, Snapshot | Refused] = {}

    def snapshot(self, template: Path, parameters: dict[str, Any]) -> Snapshot:
        """Raises `Refused`."""
        key = f"{template} {json.dumps(parameters, sort_keys=True)}"
        if key not in self._known:
            try:
                self._known[key] = self._worked_out(template, parameters)
            except Refused as refusal:
                self._known[key] = refusal
        known = self._known[key]
        if isinstance(known, Refused):
            raise known
        return known

    def forget(self) -> None:
        """Work everything out anew from here on."""
        self._known.clear()

    def _worked_out(self, template: Path, parameters: dict[str, Any]) -> Snapshot:
        self._files += 1
        file = self._folder / f"{self._files}.bicepparam"
        using = os.path.relpath(template, self._folder)
        lines = [f"using '{using}'"]
        lines += [f"param {name} = {_literal(value)}" for name, value in parameters.items()]
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        metadata = {
            "tenantId": TENANT,
            "subscriptionId": SUBSCRIPTION,
            "resourceGroup": GROUP.rpartition("/")[2],
            "location": "westeurope",
            "deploymentName": "deployment",
        }
        try:
            answer = self._call("bicep/getSnapshot", {"path": str(file), "metadata": metadata})
        except Refused as refusal:
            if str(refusal) != "Compilation failed":
                raise
            raise Refused(self._errors_of(file)) from None
        return Snapshot(json.loads(answer["snapshot"]))

    def _errors_of(self, file: Path) -> str:
        answer = self._call("bicep/compileParams", {"path": str(file), "parameterOverrides": {}})
        errors = (one for one in answer["diagnostics"] if one["level"] == "Error")
        return "\n".join(one["message"] for one in errors)

    def _call(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        ask, answer = self._process.stdin, self._process.stdout
        assert ask is not None and answer is not None
        self._asked += 1
        body = {"jsonrpc": "2.0", "id": self._asked, "method": method, "params": params}
        text = json.dumps(body).encode()
        ask.write(b"Content-Length: %d\r\n\r\n%b" % (len(text), text))
        ask.flush()
        while True:
            length = 0
            while line := answer.readline().strip():
                if line.lower().startswith(b"content-length:"):
                    length = int(line.partition(b":")[2])
            if not length:
                raise Refused("the compiler ended")
            found = json.loads(answer.read(length))
            if found.get("id") == self._asked:
                break
        if "error" in found:
            raise Refused(found["error"].get("data", {}).get("message", found["error"]["message"]))
        result: dict[str, Any] = found["result"]
        return result


@contextmanager
def running_compiler(folder: Path) -> Iterator[Compiler]:
    """One process; `folder` takes the files of parameters."""
    assert PROGRAM
    process = subprocess.Popen(
        [PROGRAM, "jsonrpc", "--stdio"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=ENVIRONMENT,
    )
    try:
        yield Compiler(process, folder)
    finally:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.close()
        process.terminate()
        process.wait(timeout=20)
        process.stdout.close()


def told(command: str, template: Path) -> str:
    """What `bicep build` or `bicep lint` complains of; empty when all is well."""
    assert PROGRAM
    options = ["--stdout"] if command == "build" else []
    done = subprocess.run(
        [PROGRAM, command, str(template), *options],
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        timeout=120,
    )
    return done.stderr + ("" if command == "build" else done.stdout)


def _literal(value: Any) -> str:
    """In the language of Bicep."""
    if isinstance(value, dict):
        inner = "\n".join(f"{_key(key)}: {_literal(item)}" for key, item in value.items())
        return "{\n" + inner + "\n}" if value else "{}"
    if isinstance(value, list):
        return "[\n" + "\n".join(map(_literal, value)) + "\n]"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("${", "\\${")
        escaped = escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
        return f"'{escaped}'"
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_]\w*", name) else _literal(name)
