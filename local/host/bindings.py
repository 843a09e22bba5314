"""Arguments into functions and values out of them, through the library's own converters."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import azure.functions as func
from azure.functions import meta
from azure.functions.meta import Datum
from azure.storage.blob import BlobClient
from azure.storage.queue import QueueMessage
from azurefunctions.extensions.base import Datum as SdkDatum
from azurefunctions.extensions.base import get_binding_registry as sdk_registry

from local.host.index import Binding, Function


@dataclass(frozen=True)
class TriggerInput:
    """What one execution starts from: the trigger's argument, and what {...} stands for."""

    argument: Any
    values: Mapping[str, str] = field(default_factory=dict)


def queue_input(function: Function, message: QueueMessage, receipt: str, text: str) -> TriggerInput:
    """A queue message with all its metadata."""
    queue = function.trigger.text("queueName")
    values = _json_fields(text) | {"queueTrigger": text, "QueueTrigger": text, "Id": message.id}
    metadata = {name: _string(value) for name, value in values.items()} | {
        "DequeueCount": _json(message.dequeue_count),
        "InsertionTime": _json(_moment(message.inserted_on)),
        "ExpirationTime": _json(_moment(message.expires_on)),
        "NextVisibleTime": _json(_moment(message.next_visible_on)),
        "PopReceipt": _string(receipt),
        "QueueName": _string(queue),
    }
    return TriggerInput(_decode("queueTrigger", _string(text), metadata), values)


def timer_input(*, past_due: bool, status: Mapping[str, str]) -> TriggerInput:
    """A timer's occurrence; `status` has Last, Next and LastUpdated in ISO 8601."""
    value = {"Schedule": {"AdjustForDST": True}, "ScheduleStatus": status, "IsPastDue": past_due}
    return TriggerInput(_decode("timerTrigger", _json(value), {}))


def http_input(value: dict[str, Any], route_values: Mapping[str, str]) -> TriggerInput:
    """An HTTP request; `value` has method, url, headers, query and body (bytes)."""
    datum = {
        "method": _string(value["method"]),
        "url": _string(value["url"]),
        "headers": _strings(value["headers"]),
        "query": _strings(value["query"]),
        "params": _strings(route_values),
        "body": Datum(value["body"], "bytes"),
    }
    return TriggerInput(_decode("httpTrigger", Datum(datum, "http"), {}), route_values)


def blob_input(function: Function, blob: BlobClient, values: Mapping[str, str]) -> TriggerInput:
    """A blob as an SDK client or, where the function asks for that, as a stream read in full.

    Blocking. Raises ResourceNotFoundError when the blob is gone.
    """
    properties = blob.get_blob_properties()
    trigger = function.trigger
    path = f"{blob.container_name}/{blob.blob_name}"
    values = {**values, "BlobTrigger": path, "blobTrigger": path, "Uri": blob.url.partition("?")[0]}
    if function.takes_sdk_type:
        return TriggerInput(_sdk_client(function, blob), values)
    metadata = {name: _string(value) for name, value in values.items()} | {
        "Properties": _json({"ContentLength": properties.size, "ETag": properties.etag}),
        "Metadata": _json(properties.metadata or {}),
    }
    content = Datum(blob.download_blob().readall(), "bytes")
    return TriggerInput(_decode(trigger.type, content, metadata), values)


@dataclass
class OutValue(func.Out[Any]):
    """What a function's `func.Out` parameter collects."""

    value: Any = None

    def set(self, val: Any) -> None:
        self.value = val

    def get(self) -> Any:
        return self.value


class InvocationContext(func.Context):
    """The optional `context` parameter."""

    def __init__(self, function: Function, directory: str) -> None:
        self._function = function
        self._directory = directory
        self._id = str(uuid.uuid4())
        self._local = SimpleNamespace(invocation_id=self._id)
        self._trace = _TraceContext(f"00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-00")

    @property
    def invocation_id(self) -> str:
        return self._id

    @property
    def function_name(self) -> str:
        return self._function.name

    @property
    def function_directory(self) -> str:
        return self._directory

    @property
    def thread_local_storage(self) -> Any:
        return self._local

    @property
    def trace_context(self) -> Any:
        return self._trace

    @property
    def retry_context(self) -> Any:
        return None  # this host retries through queues only


@dataclass(frozen=True)
class _TraceContext:
    trace_parent: str
    trace_state: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


def encode_output(binding: Binding, value: Any) -> Datum:
    """A value that a function gave, as the library would hand it to the host."""
    converter = meta.get_binding_registry().get(binding.type)
    try:
        datum: Datum = converter.encode(value, expected_type=None)
        return datum
    except NotImplementedError as error:
        raise TypeError(
            f"a {type(value).__name__} cannot be the value of {binding.type} {binding.name!r}"
        ) from error


def queue_bodies(datum: Datum) -> list[str | bytes]:
    """The messages in a queue output: one, or those of a list."""
    if datum.type != "json":
        return [datum.value]
    value = json.loads(datum.value)
    return [_body(item) for item in (value if isinstance(value, list) else [value])]


def _body(item: Any) -> str:
    return str(item["body"]) if isinstance(item, dict) else str(item)


def _sdk_client(function: Function, blob: BlobClient) -> Any:
    content = {
        "Connection": function.trigger.text("connection"),
        "ContainerName": blob.container_name,
        "BlobName": blob.blob_name,
    }
    data = SimpleNamespace(
        version="1.0",
        source="AzureStorageBlobs",
        content_type="application/json",
        content=json.dumps(content),
    )
    return (
        sdk_registry()
        .get("blobTrigger")
        .decode(
            SdkDatum(data, "model_binding_data"),
            trigger_metadata={},
            pytype=function.annotations[function.trigger.name],
        )
    )


def _decode(binding_type: str, datum: Datum, metadata: Mapping[str, Datum]) -> Any:
    converter = meta.get_binding_registry().get(binding_type)
    return converter.decode(datum, trigger_metadata=metadata)


def _json_fields(text: str) -> dict[str, str]:
    """The string fields of a JSON object: they are binding data too."""
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(value, dict):
        return {}
    return {name: field for name, field in value.items() if isinstance(field, str)}


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def _string(value: str) -> Datum:
    return Datum(value, "string")


def _strings(values: Mapping[str, str]) -> dict[str, Datum]:
    return {name: _string(value) for name, value in values.items()}


def _json(value: Any) -> Datum:
    return Datum(json.dumps(value), "json")
