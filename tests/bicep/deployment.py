"""What a Bicep file deploys, given its parameters."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.bicep.functions import FUNCTIONS, SUBSCRIPTION
from tests.bicep.syntax import Expression, Statement, read_bicep

# What Azure makes up when a resource is there: (type, path) -> value, with the resource's name.
RUNTIME = {
    ("Microsoft.ManagedIdentity/userAssignedIdentities", "properties.clientId"): "client of {}",
    ("Microsoft.ManagedIdentity/userAssignedIdentities", "properties.principalId"): "{}",
    ("Microsoft.CognitiveServices/accounts", "identity.principalId"): "{}",
    ("Microsoft.Logic/workflows", "identity.principalId"): "{}",
    ("Microsoft.EventGrid/systemTopics", "identity.principalId"): "{}",
    ("Microsoft.Insights/components", "properties.ConnectionString"): "InstrumentationKey=0",
    ("Microsoft.CognitiveServices/accounts", "properties.endpoint"): (
        "https://{}.cognitiveservices.azure.com/"
    ),
    ("Microsoft.KeyVault/vaults", "properties.vaultUri"): "https://{}.vault.azure.net/",
    ("Microsoft.Web/sites", "properties.defaultHostName"): "{}.azurewebsites.net",
    ("Microsoft.Network/publicIPAddresses", "properties.ipAddress"): "192.0.2.1",
    **{
        ("Microsoft.Storage/storageAccounts", f"properties.primaryEndpoints.{part}"): (
            f"https://{{}}.{part}.core.windows.net/"
        )
        for part in ("blob", "queue", "table")
    },
}
_VARIABLE = re.compile(r"\$\{(\w+)(?:=(.*))?\}")


class Resource:
    """One resource. `body` is what the template says of it, worked out. `name` has the names of
    its parents before its own, separated by slashes."""

    def __init__(self, type_: str, body: dict[str, Any], group: str, is_existing: bool) -> None:
        self.type, _, self.version = type_.partition("@")
        self.body, self.is_existing = body, is_existing
        parent, self.scope = body.pop("parent", None), body.pop("scope", None)
        self.name = f"{parent.name}/{body['name']}" if parent else str(body["name"])
        self.id = f"{self.scope.id if self.scope else group}/providers/{self._path()}"

    def _path(self) -> str:
        namespace, *kinds = self.type.split("/")
        pairs = zip(kinds, self.name.split("/"), strict=True)
        return "/".join((namespace, *(f"{kind}/{name}" for kind, name in pairs)))

    def __getitem__(self, key: str) -> Any:
        return self.body[key]

    def __repr__(self) -> str:
        return f"{self.type} {self.name}"


class _Later:
    """Part of a resource on the way to a value that may be there only at run time."""

    def __init__(self, resource: Resource, path: tuple[str, ...] = ()) -> None:
        self.resource, self.path = resource, path

    def at(self, key: str) -> Any:
        path = (*self.path, key)
        made_up = RUNTIME.get((self.resource.type, ".".join(path)))
        if made_up is not None:
            return made_up.format(self.resource.name)
        if any(
            kind == self.resource.type and where.startswith(".".join(path) + ".")
            for kind, where in RUNTIME
        ):
            return _Later(self.resource, path)
        value: Any = self.resource.body
        for step in path:
            value = value[step]
        return value


class Deployment:
    """A file with its parameters. `resources` holds those of its modules, too, and none that
    exist already. Parameters that are not given have their defaults."""

    def __init__(
        self,
        path: Path,
        parameters: Mapping[str, Any] | None = None,
        group: str = f"{SUBSCRIPTION}/resourceGroups/group",
    ) -> None:
        self._path, self._group = path, group
        self._given = dict(parameters or {})
        self._statements = {s.name: s for s in read_bicep(path) if s.kind != "output"}
        self._known: dict[str, Any] = {}
        self._modules: list[Deployment] = []
        self._own: list[Resource] = []
        if strangers := set(self._given) - {s.name for s in self._of("param")}:
            raise ValueError(f"{path.name} has no parameters {strangers}")
        for statement in self._statements.values():
            if statement.name:
                self.value_of(statement.name)
        self.outputs: dict[str, Any] = {
            s.name: self._evaluate(s.value, {}) for s in read_bicep(path) if s.kind == "output"
        }
        self.resources = [*self._own, *(r for m in self._modules for r in m.resources)]

    def of_type(self, type_: str) -> list[Resource]:
        return [resource for resource in self.resources if resource.type == type_]

    def value_of(self, name: str) -> Any:
        """Of a parameter, variable, resource or module of this file."""
        if name not in self._known:
            self._known[name] = self._resolve(self._statements[name])
        return self._known[name]

    @property
    def parameters(self) -> list[str]:
        return [statement.name for statement in self._of("param")]

    def default_of(self, parameter: str) -> Any:
        return self._evaluate(self._statements[parameter].value, {})

    def depends_on(self, name: str) -> set[str]:
        """What a resource or module of this file names, and so waits for."""
        value = self._statements[name].value
        return set(_names_in(value)) if value else set()

    def _of(self, kind: str) -> list[Statement]:
        return [s for s in self._statements.values() if s.kind == kind]

    def _resolve(self, statement: Statement) -> Any:
        if statement.kind == "param" and statement.name in self._given:
            return self._given[statement.name]
        if statement.kind == "import":
            return Deployment(self._path.parent / statement.type).value_of(statement.name)
        if statement.value is None:
            raise ValueError(f"{self._path.name} needs the parameter {statement.name}")
        return self._evaluate(statement.value, {}, statement)

    def _evaluate(
        self, what: Expression | None, local: dict[str, Any], owner: Statement | None = None
    ) -> Any:
        """`owner` is the resource or module whose body this is, None inside of it."""
        match what:
            case ("for", item, index, over, each):
                return [
                    self._evaluate(each, {**local, item: value, index: i}, owner)
                    for i, value in enumerate(self._evaluate(over, local))
                ]
            case ("if", condition, body):
                holds = self._evaluate(condition, local)
                return self._evaluate(body, local, owner) if holds else None
            case ("object", pairs):
                made = {
                    self._evaluate(key, local): self._evaluate(value, local) for key, value in pairs
                }
                return self._made(owner, made) if owner else made
            case ("list", items):
                return [self._evaluate(item, local) for item in items]
            case ("text", parts):
                return "".join(
                    part if isinstance(part, str) else str(self._evaluate(part, local))
                    for part in parts
                )
            case ("literal", value):
                return value
            case ("lambda", names, body):
                return lambda *values: self._evaluate(
                    body, {**local, **dict(zip(names, values, strict=True))}
                )
            case ("name", name):
                return local[name] if name in local else self.value_of(name)
            case ("either", condition, yes, no):
                return self._evaluate(yes if self._evaluate(condition, local) else no, local)
            case ("not", value):
                return not self._evaluate(value, local)
            case ("minus", value):
                return -self._evaluate(value, local)
            case ("infix", operator, left, right):
                return self._infix(operator, left, right, local)
            case ("prop", of, name, is_safe):
                return _property(self._evaluate(of, local), name, is_safe)
            case ("index", of, key):
                return self._evaluate(of, local)[self._evaluate(key, local)]
            case ("call", name, arguments):
                return self._call(name, [self._evaluate(a, local) for a in arguments])
            case ("method", of, "listKeys", ()):
                return {"keys": [{"value": f"key of {self._evaluate(of, local).name}"}]}
        raise ValueError(f"{self._path.name}: {what} is not understood")

    def _infix(
        self, operator: str, left: Expression, right: Expression, local: dict[str, Any]
    ) -> Any:
        first = self._evaluate(left, local)
        if operator == "??":
            return self._evaluate(right, local) if first is None else first
        if operator in ("&&", "||"):
            stops = bool(first) == (operator == "||")
            return first if stops else self._evaluate(right, local)
        second = self._evaluate(right, local)
        return {
            "==": lambda: first == second,
            "!=": lambda: first != second,
            "<": lambda: first < second,
            "<=": lambda: first <= second,
            ">": lambda: first > second,
            ">=": lambda: first >= second,
            "+": lambda: first + second,
            "-": lambda: first - second,
            "*": lambda: first * second,
            "/": lambda: first // second,
            "%": lambda: first % second,
        }[operator]()

    def _call(self, name: str, arguments: list[Any]) -> Any:
        if name == "loadTextContent":
            return (self._path.parent / arguments[0]).read_text(encoding="utf-8")
        if name == "resourceGroup":
            place = "/subscriptions/{}/resourceGroups/{}".format(*arguments) if arguments else ""
            group = place or self._group
            return {"id": group, "name": group.rpartition("/")[2], "location": "westeurope"}
        own = self._statements.get(name)
        if own and own.kind in ("func", "import"):
            return self.value_of(name)(*arguments)
        return FUNCTIONS[name](*arguments)

    def _made(self, owner: Statement, body: dict[str, Any]) -> Any:
        if owner.kind == "module":
            group = body["scope"]["id"] if "scope" in body else self._group
            module = Deployment(self._path.parent / owner.type, body.get("params"), group)
            self._modules.append(module)
            return module
        if owner.kind != "resource":
            return body
        resource = Resource(owner.type, body, self._group, owner.is_existing)
        if not owner.is_existing:
            self._own.append(resource)
        return resource


def _property(of: Any, name: str, is_safe: bool) -> Any:
    if of is None and is_safe:
        return None
    if isinstance(of, Deployment):
        return {"outputs": of.outputs, "name": of._path.stem}[name]
    if isinstance(of, Resource):
        return getattr(of, name) if name in ("id", "name") else _Later(of).at(name)
    if isinstance(of, _Later):
        return of.at(name)
    return of.get(name) if is_safe else of[name]


def _names_in(expression: Any) -> Iterator[str]:
    if isinstance(expression, tuple):
        if len(expression) == 2 and expression[0] == "name":
            yield str(expression[1])
        for part in expression:
            yield from _names_in(part)


def azd_parameters(path: Path, environment: Mapping[str, str], template: Path) -> dict[str, Any]:
    """The parameters as azd gives them to `template`: variables replaced by their values in the
    environment, or by their defaults, and turned into what the parameter wants."""
    types = {s.name: s.type for s in read_bicep(template) if s.kind == "param"}
    given = json.loads(path.read_text(encoding="utf-8"))["parameters"]
    return {
        name: _azd_value(entry["value"], types[name], environment) for name, entry in given.items()
    }


def _azd_value(value: Any, type_: str, environment: Mapping[str, str]) -> Any:
    match = _VARIABLE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return value
    text = environment[match[1]] if match[2] is None else environment.get(match[1], match[2])
    return {"int": int, "bool": lambda t: {"true": True, "false": False}[t]}.get(type_, str)(text)
