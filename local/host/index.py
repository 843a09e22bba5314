"""Finds the functions of an app through the azure-functions library, as the worker does."""

import importlib
import inspect
import json
import sys
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import azure.functions as func
from azurefunctions.extensions.base import get_binding_registry as sdk_registry

from local.host.settings import HostStartError, expand_percent

RETURN = "$return"


@dataclass(frozen=True)
class Binding:
    """One binding as the host sees it: the raw JSON, with %SETTINGS% replaced."""

    name: str
    type: str
    is_output: bool
    attributes: Mapping[str, Any]
    unresolved: tuple[str, ...] = ()

    @property
    def is_trigger(self) -> bool:
        return self.type.lower().endswith("trigger")

    def text(self, attribute: str) -> str:
        """An attribute as text; empty when it is not there."""
        return str(self.attributes.get(attribute) or "")


@dataclass(frozen=True)
class Function:
    """An indexed function: its code, its bindings, and its annotations."""

    name: str
    code: Callable[..., Any]
    bindings: tuple[Binding, ...]
    parameters: tuple[str, ...] = ()
    annotations: Mapping[str, Any] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        """What the real host calls it in locks, receipts and webhooks."""
        return f"Host.Functions.{self.name}"

    @property
    def is_async(self) -> bool:
        return inspect.iscoroutinefunction(self.code)

    @property
    def triggers(self) -> tuple[Binding, ...]:
        return tuple(binding for binding in self.bindings if binding.is_trigger)

    @property
    def trigger(self) -> Binding:
        return self.triggers[0]

    @property
    def outputs(self) -> tuple[Binding, ...]:
        return tuple(binding for binding in self.bindings if binding.is_output)

    @property
    def returns(self) -> Binding | None:
        return next((binding for binding in self.bindings if binding.name == RETURN), None)

    @property
    def takes_sdk_type(self) -> bool:
        """Whether the trigger's parameter is an SDK client that the binding extension makes."""
        annotation = self.annotations.get(self.trigger.name) if self.triggers else None
        return annotation is not None and sdk_registry().check_supported_type(annotation)


def load_functions(directory: Path, environ: Mapping[str, str]) -> list[Function]:
    """Import DIRECTORY/function_app.py and index it.

    Raises HostStartError when it does not import, holds no app or several, or has a function
    without a trigger. Everything else is for `validation`.
    """
    app = _only_app(_import_app(directory))
    built, problems = _build(app)
    if problems:
        raise HostStartError(problems)
    return [_describe(function, environ) for function in built]


def _import_app(directory: Path) -> ModuleType:
    if not (directory / "function_app.py").is_file():
        raise HostStartError([f"there is no function_app.py in {directory}"])
    sys.path.insert(0, str(directory.resolve()))
    try:
        return importlib.import_module("function_app")
    except Exception as error:
        where = _own_line(error, directory)
        raise HostStartError(
            [f"function_app.py did not load{where}: {type(error).__name__}: {error}"]
        ) from error


def _own_line(error: BaseException, directory: Path) -> str:
    """The last line of the app's own code that the error passed through."""
    own, trace = "", error.__traceback__
    while trace:
        path = Path(trace.tb_frame.f_code.co_filename)
        if path.is_relative_to(directory.resolve()):
            own = f" ({path.relative_to(directory.resolve())}, line {trace.tb_lineno})"
        trace = trace.tb_next
    return own


def _only_app(module: ModuleType) -> Any:
    apps = {
        id(value): value
        for value in vars(module).values()
        if isinstance(value, func.FunctionRegister)
    }
    if len(apps) != 1:
        raise HostStartError(
            [f"function_app.py must have exactly one FunctionApp at its top level, not {len(apps)}"]
        )
    return next(iter(apps.values()))


def _build(app: Any) -> tuple[list[Any], list[str]]:
    """The library's function objects; one by one when it refuses, to name every problem."""
    try:
        return app.get_functions(), []
    except ValueError:
        built, problems = [], []
        for builder in app._function_builders:
            try:
                built.append(builder.build(app.auth_level))
            except ValueError as error:
                problems.append(str(error))
        return built, problems


def _describe(built: Any, environ: Mapping[str, str]) -> Function:
    code = built.get_user_function()
    return Function(
        name=built.get_function_name(),
        code=code,
        bindings=tuple(_binding(json.loads(raw), environ) for raw in built.get_raw_bindings()),
        parameters=tuple(inspect.signature(code).parameters),
        annotations=_annotations(code),
    )


def _annotations(code: Callable[..., Any]) -> dict[str, Any]:
    """Resolved annotations; the plain ones where a name in them cannot be resolved."""
    try:
        return typing.get_type_hints(code)
    except (NameError, TypeError):
        return dict(getattr(code, "__annotations__", {}))


def _binding(raw: dict[str, Any], environ: Mapping[str, str]) -> Binding:
    unresolved: list[str] = []
    for key, value in raw.items():
        # A connection names a setting; everything else may refer to one.
        if isinstance(value, str) and key not in ("connection", "name"):
            raw[key], missing = expand_percent(value, environ)
            unresolved += missing
    return Binding(
        name=raw["name"],
        type=raw["type"],
        is_output=raw.get("direction") == "OUT",
        attributes=raw,
        unresolved=tuple(unresolved),
    )
