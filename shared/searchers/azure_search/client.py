"""Azure AI Search as a `Searcher`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import islice
from typing import TypeVar

import httpx
import msgspec

from shared.errors import ProviderError, ProviderRefused, StoreUnavailable
from shared.log import event
from shared.model.pieces import Origin
from shared.model.search.entry import Entry
from shared.model.search.query import Filters, Query
from shared.ports.searcher import Newest, Ranks
from shared.providers.answers import error_of_status
from shared.providers.transport import Auth, Transport
from shared.searchers.azure_search import wire
from shared.searchers.azure_search.fields import definition, index_name

NAME = "Azure AI Search"
_SECONDS = 30.0
_T = TypeVar("_T")


class _Missing(ProviderError):
    """404."""


def error_of(status: int, headers: Mapping[str, str], body: bytes, *, what: str) -> ProviderError:
    """The service's own messages are left out, for they quote what was sent."""
    return error_of_status(status, headers, f"{NAME} answered {status} to: {what}")


class AzureSearch:
    """One index of a service. Implements `ports.searcher.Searcher`. `http` is shared by all that
    call."""

    def __init__(
        self, *, http: httpx.Client, endpoint: str, auth: Auth, api_version: str, index: str
    ) -> None:
        self._transport = Transport(
            http, endpoint, auth, service=NAME, error_of=error_of, create_seconds=_SECONDS
        )
        self._index, self._version = index, api_version
        known_by = f"{self._transport.endpoint} {index_name(index)}"
        self.name = f"azure-search {sha256(known_by.encode()).hexdigest()[:12]}"

    def is_made(self) -> bool:
        try:
            self._call("GET", "", "look for the index")
        except _Missing:
            return False
        except ProviderError as error:
            raise _unavailable(error) from None
        return True

    def make(self) -> None:
        body = msgspec.json.encode(definition(self._index))
        path = wire.path("", "", self._version)
        try:
            self._transport.call("POST", path, "make the index", body=body)
        except ProviderError as error:
            raise _unavailable(error) from None
        event("words.index_made", index=index_name(self._index))

    def put(self, entries: Sequence[Entry]) -> None:
        for part, body in wire.bodies(entries):
            self._put(part, body)

    def held(
        self,
        *,
        recordings: Collection[str] = (),
        batches: Collection[str] = (),
        before_ms: int | None = None,
    ) -> Iterator[Origin]:
        for part in _parts(recordings, wire.MOST_NAMED):
            yield from self._held("recording_id", part)
        for part in _parts(batches, wire.MOST_NAMED):
            yield from self._held("batch_id", part)
        if before_ms is not None:
            yield from self._held("made_ms", before_ms)

    def remove(self, origins: Sequence[Origin]) -> None:
        for part in _parts(origins, wire.MOST_ACTIONS):
            self._act(wire.removals(part), len(part), "remove what was said")

    def newest(self, query: Query, filters: Filters, ranks: Ranks, most: int) -> Newest:
        body = wire.newest_asked(query, filters, ranks, most)
        try:
            answer = self._call("POST", "/docs/search", "search", body)
            return self._transport.understood(lambda text: wire.read_newest(text, most), answer)
        except _Missing:
            return Newest((), is_last=True)  # it is made by the next sweep
        except ProviderError as error:
            raise _unavailable(error) from None

    def _put(self, entries: Sequence[Entry], body: bytes) -> None:
        """Where a call is refused as such, for the sake of one entry the others are put alone."""
        try:
            self._act(body, len(entries), "take what was said")
        except _Refused as refusal:
            if len(entries) == 1:
                event("words.refused", recordings=1, statuses=[refusal.status], level=40)
                return
            half = len(entries) // 2
            self.put(entries[:half])
            self.put(entries[half:])

    def _held(self, name: str, values: Collection[str] | int) -> Iterator[Origin]:
        after = ""
        while True:
            body = wire.held_asked(name, values, after)
            try:
                answer = self._call("POST", "/docs/search", "tell what it holds", body)
                found = self._transport.understood(wire.read_held, answer)
            except _Missing:
                return
            except ProviderError as error:
                raise _unavailable(error) from None
            yield from found.origins
            if not found.last:
                return
            after = found.last

    def _act(self, body: bytes, actions: int, what: str) -> None:
        """Raises `_Refused` where nothing of it was looked at."""
        try:
            answer = self._call("POST", "/docs/index", what, body)
            statuses = self._transport.understood(lambda text: wire.refused(text, actions), answer)
        except ProviderRefused as error:
            raise _Refused(str(error), status=400) from None
        except ProviderError as error:
            raise _unavailable(error) from None
        if statuses:
            event("words.refused", recordings=len(statuses), statuses=sorted({*statuses}), level=30)
        if wire.is_busy(statuses):
            raise StoreUnavailable(f"{NAME} did not take all of it")

    def _call(
        self, method: str, what: str, doing: str, body: bytes | None = None
    ) -> httpx.Response:
        path = wire.path(index_name(self._index), what, self._version)
        return self._transport.call(method, path, doing, body=body, missing=_Missing)


class _Refused(StoreUnavailable):
    """The service refuses a call as such."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def _parts(things: Collection[_T], most: int) -> Iterator[list[_T]]:
    left = iter(things)
    while part := list(islice(left, most)):
        yield part


def _unavailable(error: ProviderError) -> StoreUnavailable:
    return StoreUnavailable(str(error))
