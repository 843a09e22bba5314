"""Everything the worker and the host would refuse at start, found before anything runs.

Each problem is one sentence that names the function. Warnings are what this host lets pass but the
cloud would not.
"""

import re
import typing
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import azure.functions as func
from azure.functions import meta

from local.host.index import RETURN, Binding, Function
from local.host.ncrontab import parse_schedule
from local.host.paths import expressions, parse_blob_path
from local.host.routes import Route, parse_route

TRIGGERS = ("httpTrigger", "queueTrigger", "timerTrigger", "blobTrigger")
OUTPUTS = ("http", "queue", "blob")
STORAGE = "AzureWebJobsStorage"
# Any of these makes `connection` usable by the host: a connection string, or an identity.
_SUFFIXES = ("", "__blobServiceUri", "__queueServiceUri", "__serviceUri", "__accountName")
_METHODS = frozenset({"GET", "POST", "DELETE", "HEAD", "PATCH", "PUT", "OPTIONS"})


def find_problems(functions: list[Function], environ: Mapping[str, str]) -> list[str]:
    """All reasons not to start, in the order of the functions."""
    problems = [
        f"{function.name}: {problem}"
        for function in functions
        for problem in _of_function(function, environ)
    ]
    return [
        *_duplicate_names(functions),
        *problems,
        *_route_conflicts(functions),
        *_host_storage(functions, environ),
        *_time_zone(environ),
    ]


def find_warnings(functions: list[Function]) -> list[str]:
    """What runs here and not on Flex Consumption."""
    return [
        f"{function.name}: Flex Consumption refuses a polled blob trigger; "
        "use source=BlobSource.EVENT_GRID"
        for function in functions
        if function.trigger.type == "blobTrigger"
        and function.trigger.text("source").lower() != "eventgrid"
    ]


def has_connection(name: str, environ: Mapping[str, str]) -> bool:
    """Whether a connection's settings are there, by either of the names the host looks for."""
    names = {prefix + name + suffix for prefix in ("AzureWebJobs", "") for suffix in _SUFFIXES}
    return any(environ.get(name) for name in names)


def _of_function(function: Function, environ: Mapping[str, str]) -> Iterator[str]:
    if not re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_-]{0,127}", function.name):
        yield "a function's name has letters, digits, - and _, starts with a letter, at most 128"
    if len(function.triggers) != 1:
        yield f"a function has exactly one trigger, not {len(function.triggers)}"
        return
    yield from _parameters(function)
    for binding in function.bindings:
        yield from _annotation(function, binding)
        yield from _settings(binding, environ)
        yield from _kind(binding)
    yield from _sdk_type_beside_expression(function)
    yield from _trigger(function.trigger)


def _parameters(function: Function) -> Iterator[str]:
    declared = set(function.parameters)
    bound = {binding.name for binding in function.bindings} - {RETURN}
    if "context" in declared - bound:
        annotation = function.annotations.get("context", func.Context)
        if annotation is not func.Context:
            yield "the parameter 'context' must be of type azure.functions.Context"
        bound.add("context")
    if extra := sorted(declared - bound):
        yield f"declared in Python but not bound: {', '.join(extra)}"
    if missing := sorted(bound - declared):
        yield f"bound but not declared in Python: {', '.join(missing)}"


def _annotation(function: Function, binding: Binding) -> Iterator[str]:
    """What the worker checks of a parameter's type."""
    if binding.name == RETURN or binding.name not in function.annotations:
        return
    annotation = function.annotations[binding.name]
    is_out = (typing.get_origin(annotation) or annotation) is func.Out
    if is_out != binding.is_output:
        needed = "an output and needs the type" if binding.is_output else "an input, not"
        yield f"{binding.name!r} is {needed} azure.functions.Out"
    elif not is_out and not _accepts(function, binding, annotation):
        yield f"{binding.name!r}: the binding {binding.type} cannot be a {_named(annotation)}"


def _accepts(function: Function, binding: Binding, annotation: Any) -> bool:
    if binding.is_trigger and function.takes_sdk_type:
        return binding.type == "blobTrigger"
    converter = meta.get_binding_registry().get(binding.type)
    if converter is None:
        return True  # reported as an unsupported binding
    return isinstance(annotation, type) and converter.check_input_type_annotation(annotation)


def _named(annotation: Any) -> str:
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)


def _settings(binding: Binding, environ: Mapping[str, str]) -> Iterator[str]:
    for name in binding.unresolved:
        yield f"the setting %{name}% in {binding.type} {binding.name!r} is not defined"
    connection = binding.text("connection")
    if connection and not has_connection(connection, environ):
        yield f"the connection {connection!r} of {binding.type} {binding.name!r} is not defined"


def _kind(binding: Binding) -> Iterator[str]:
    if binding.is_trigger and binding.type not in TRIGGERS:
        yield f"this host has no {binding.type}; it has {', '.join(TRIGGERS)}"
    elif binding.is_output and binding.type not in OUTPUTS:
        yield f"this host has no {binding.type} output; it has {', '.join(OUTPUTS)}"
    elif not binding.is_trigger and not binding.is_output:
        yield f"this host has no input bindings but triggers: {binding.type} {binding.name!r}"


def _sdk_type_beside_expression(function: Function) -> Iterator[str]:
    if not function.takes_sdk_type:
        return
    for binding in function.bindings:
        texts = [value for value in binding.attributes.values() if isinstance(value, str)]
        if not binding.is_trigger and any(expressions(text) for text in texts):
            yield (
                f"{binding.type} {binding.name!r} uses an expression in braces, which makes the "
                f"host pass {function.trigger.name!r} as data and not as an SDK client"
            )


def _trigger(trigger: Binding) -> Iterator[str]:
    if trigger.unresolved:
        return
    try:
        if trigger.type == "timerTrigger":
            parse_schedule(trigger.text("schedule"))
        elif trigger.type == "blobTrigger":
            parse_blob_path(trigger.text("path"))
        elif trigger.type == "queueTrigger":
            _check_queue_name(trigger.text("queueName"))
        elif trigger.type == "httpTrigger":
            _check_route(parse_route(trigger.text("route")))
    except ValueError as error:
        yield f"{trigger.type} {trigger.name!r}: {error}"


def _check_queue_name(name: str) -> None:
    if not re.fullmatch(r"(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*", name):
        raise ValueError(f"{name!r} is not a queue's name")


def _check_route(route: Route) -> None:
    if route.template.strip("/").lower().startswith(("admin", "runtime")):
        raise ValueError(f"routes that start with admin or runtime are reserved: {route.template}")


def _duplicate_names(functions: list[Function]) -> list[str]:
    counts = Counter(function.name.lower() for function in functions)
    return [
        f"{name}: {count} functions have this name" for name, count in counts.items() if count > 1
    ]


def methods_of(trigger: Binding) -> frozenset[str]:
    """The HTTP methods a trigger answers: all when it names none."""
    return frozenset(method.upper() for method in trigger.attributes.get("methods") or _METHODS)


def _route_conflicts(functions: list[Function]) -> Iterator[str]:
    seen: dict[str, list[Function]] = {}
    for function in _http_functions(functions):
        try:
            shape = parse_route(function.trigger.text("route")).shape
        except ValueError:
            continue  # reported with its function
        for other in seen.setdefault(shape, []):
            both = methods_of(function.trigger) & methods_of(other.trigger)
            if both:
                yield (
                    f"{function.name}: its route {function.trigger.text('route')!r} is also that "
                    f"of {other.name}, for {', '.join(sorted(both))}"
                )
        seen[shape].append(function)


def _http_functions(functions: Iterable[Function]) -> Iterator[Function]:
    for function in functions:
        if len(function.triggers) == 1 and function.trigger.type == "httpTrigger":
            yield function


def _host_storage(functions: list[Function], environ: Mapping[str, str]) -> list[str]:
    """The real host refuses to start without its own storage unless all is HTTP."""
    if len(list(_http_functions(functions))) == len(functions) or has_connection(STORAGE, environ):
        return []
    return [f"the setting {STORAGE} is needed for any trigger but HTTP"]


def _time_zone(environ: Mapping[str, str]) -> list[str]:
    try:
        ZoneInfo(environ.get("WEBSITE_TIME_ZONE") or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return [f"WEBSITE_TIME_ZONE: unknown time zone {environ['WEBSITE_TIME_ZONE']!r}"]
    return []
