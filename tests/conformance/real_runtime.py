"""Runs a function app in azure-functions-runtime, in one process and without a Functions host.

    python -I real_runtime.py APP_FOLDER

It stands alone: it runs where only the app's own packages are installed. Standard output carries
one JSON object a line. The first says what was loaded:

    {"python", "runtime", "azure_functions", "load_seconds", "problem", "functions"}

Each line of standard input is then an invocation, and each is answered, in whatever order they
end, with the same "id":

    {"id", "function", "inputs": {name: {"kind", "value"}}, "metadata": {name: {"kind", "value"}}}
    {"id", "succeeded", "problem", "stack", "returned"}

In production a host sends protobuf messages over gRPC. The runtime only reads attributes of them
and is given the module that makes the answers, so plain objects do. That is an internal interface:
should a release change it, this file follows.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any, TextIO


class Message:
    """Holds what it was made with; every other field is None, as unset ones are in protobuf."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)

    def __getattr__(self, name: str) -> Any:
        # The runtime takes whatever has `TypedData` for a wrapper around the value.
        if name == "TypedData" or name.startswith("__"):
            raise AttributeError(name)
        return None

    def WhichOneof(self, _group: str) -> str | None:
        return next(iter(self.__dict__), None)


class Input(Message):
    """A value for a parameter, sent as data rather than through shared memory."""

    def WhichOneof(self, _group: str) -> str:
        return "data"


class BindingInfo(Message):
    """Numbers of FunctionRpc.proto: data types and directions. `in` is a keyword in Python."""

    undefined, string, binary, stream = range(4)
    out, inout = 1, 2


setattr(BindingInfo, "in", 0)


class StatusResult(Message):
    Failure, Success, Cancelled = range(3)


class Protocol:
    """Stands for the generated module: a class for every name that the runtime asks for."""

    BindingInfo = BindingInfo
    StatusResult = StatusResult

    def __getattr__(self, name: str) -> type[Message]:
        if name.startswith("__"):
            raise AttributeError(name)
        made = type(name, (Message,), {})
        setattr(self, name, made)
        return made


class OfInvocations(logging.Filter):
    """Lets through what the host keeps: lines of the runtime itself, and those that an invocation
    wrote. The worker knows it by the thread before Python 3.13 and by the context since; here it
    has to be known by both."""

    def filter(self, record: logging.LogRecord) -> bool:
        from azure_functions_runtime import invocation_id_cv
        from azure_functions_runtime.bindings.context import _invocation_id_local

        of_thread = getattr(_invocation_id_local, "invocation_id", None)
        if record.name.startswith(("azure_functions", "azure.functions")) or (
            of_thread and invocation_id_cv.get()
        ):
            return True
        place = f"{record.name}, {record.pathname}, line {record.lineno}"
        print(f"left out, no invocation wrote it: {place}", file=sys.stderr, flush=True)
        return False


async def load(app: Path) -> dict[str, Any]:
    """Index the app, as a worker does when it starts."""
    import azure_functions_runtime as runtime

    sys.path.insert(0, str(app))
    started = perf_counter()
    answer = await runtime.worker_init_request(
        Message(
            request=Message(
                worker_init_request=Message(capabilities={}, function_app_directory=str(app))
            ),
            properties={"host": "127.0.0.1", "protos": Protocol()},
        )
    )
    load_seconds = perf_counter() - started
    runtime.start_threadpool_executor()
    indexed = await runtime.functions_metadata_request(Message(request=Message(), properties={}))
    return {
        "python": ".".join(map(str, sys.version_info[:3])),
        "runtime": version("azure-functions-runtime"),
        "azure_functions": version("azure-functions"),
        "load_seconds": round(load_seconds, 3),
        "problem": _problem(answer.result),
        "functions": {
            function.name: {
                "id": function.function_id,
                "bindings": [json.loads(binding) for binding in function.raw_bindings],
            }
            for function in indexed.function_metadata_results or ()
        },
    }


async def invoke(call: dict[str, Any], ids: dict[str, str]) -> dict[str, Any]:
    """One invocation; a function that raises is an answer, too."""
    import azure_functions_runtime as runtime

    request = Message(
        invocation_id=call["id"],
        function_id=ids[call["function"]],
        input_data=[Input(name=name, data=_typed(sent)) for name, sent in call["inputs"].items()],
        trigger_metadata={name: _typed(sent) for name, sent in call["metadata"].items()},
        trace_context=Message(trace_parent="", trace_state="", attributes={}),
        retry_context=Message(retry_count=0, max_retry_count=0),
    )
    answer = await runtime.invocation_request(
        Message(request=Message(invocation_request=request), properties={})
    )
    failure = answer.result.exception
    return {
        "id": call["id"],
        "succeeded": answer.result.status == StatusResult.Success,
        "problem": _problem(answer.result),
        "stack": failure.stack_trace if failure else "",
        "returned": _returned(answer.return_value),
    }


def _problem(result: Message) -> str:
    return result.exception.message if result.exception else ""


def _typed(sent: dict[str, Any]) -> Message:
    """TypedData of FunctionRpc.proto."""
    kind, value = sent["kind"], sent["value"]
    if kind == "http":
        body = value["body"].encode("latin-1")
        value = Message(**{**value, "body": Message(bytes=body) if body else Message()})
    elif kind == "model_binding_data":
        value = Message(**{**value, "content": json.dumps(value["content"]).encode()})
    return Message(**{kind: value})


def _returned(data: Message | None) -> Any:
    """What a function with HTTP output answers; None for others."""
    if data is None or data.http is None:
        return None
    http = data.http
    body = http.body.bytes if http.body.bytes is not None else (http.body.string or "").encode()
    return {
        "status": int(http.status_code),
        "headers": dict(http.headers),
        "body": body.decode("latin-1"),
    }


async def serve(app: Path, answers: TextIO) -> None:
    def tell(fact: dict[str, Any]) -> None:
        print(json.dumps(fact), file=answers, flush=True)

    loaded = await load(app)
    ids = {name: function["id"] for name, function in loaded["functions"].items()}
    tell(loaded)
    async with asyncio.TaskGroup() as invocations:

        async def answer(call: dict[str, Any]) -> None:
            tell(await invoke(call, ids))

        while line := await asyncio.to_thread(sys.stdin.readline):
            invocations.create_task(answer(json.loads(line)))


if __name__ == "__main__":
    own_stdout = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever the app prints must not get between the answers
    logging.basicConfig(level=logging.INFO)  # the worker relays everything from INFO on
    for handler in logging.getLogger().handlers:
        handler.addFilter(OfInvocations())
    asyncio.run(serve(Path(sys.argv[1]), own_stdout))
