"""The client for programs that block. `async_client` is made from this file: change it here, then
run `python -m tests.client.made`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, cast

import httpx

from dropscribe.errors import NotConfigured
from dropscribe.operations import VERSION
from dropscribe.service import Seen, Service, Sources, base_of
from dropscribe.sign_in import Signed, TokenCredential, tokens_for
from dropscribe.steps import Steps, run
from dropscribe.types import (
    BatchSummary,
    BatchView,
    Estimate,
    Health,
    Hit,
    Item,
    Report,
    SearchPage,
    SubscriptionMade,
    TraceView,
    TrailEntry,
    Transcript,
)
from dropscribe.uploads import Link, Memory, Moved
from dropscribe.webhooks import Inbox

T = TypeVar("T")
TIMEOUT = httpx.Timeout(60, connect=10, write=300)


class Dropscribe:
    """A deployment. Sign in with a `key`, or with a `credential` of azure-identity and the `scope`
    of the API (`api://<client id>/.default`).

    Requests are repeated where that does no harm; what is refused raises `Problem`, and nothing is
    created twice. `resume_in` is a folder where uploads that were cut off are remembered.
    """

    def __init__(
        self,
        url: str,
        *,
        key: str = "",
        credential: TokenCredential | None = None,
        scope: str = "",
        resume_in: Path | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        token = tokens_for(credential, scope) if credential is not None else None
        self._service = Service(base=base_of(url), memory=Memory(resume_in))
        self._http = httpx.Client(
            auth=Signed(key, token),
            timeout=TIMEOUT,
            transport=transport,
            headers={"user-agent": f"dropscribe/{VERSION}"},
        )

    @classmethod
    def from_environment(cls) -> Self:
        """`DROPSCRIBE_URL` and `DROPSCRIBE_KEY`."""
        url = os.environ.get("DROPSCRIBE_URL", "")
        if not url:
            raise NotConfigured("DROPSCRIBE_URL is not set: the address of the deployment.")
        return cls(url, key=os.environ.get("DROPSCRIBE_KEY", ""))

    @property
    def url(self) -> str:
        """The address of the API."""
        return self._service.base

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def _run(self, steps: Steps[T]) -> T:
        return run(steps, self._http)

    def call(self, operation: str, path: Mapping[str, str] | None = None, **more: Any) -> Any:
        """Any operation of the API by its name (`list_batches`), with `query=` and `body=`; the
        JSON of its answer. For what has no method of its own here."""
        return self._run(self._service.json(operation, path, **more))

    def answer(
        self, operation: str, path: Mapping[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        """The same, as it came."""
        return self._run(self._service.call(operation, path, **more))

    # --- batches ----------------------------------------------------------------------------

    def transcribe(self, sources: Sources, **manifest: Any) -> BatchView:
        """Uploads a file, or several, and makes a batch of them and of what lies elsewhere.
        `manifest` are the keys of a manifest: `title`, `profile`, `locale` and so on."""
        return cast(BatchView, self._run(self._service.transcribe(sources, manifest)))

    def create(
        self,
        manifest: Mapping[str, Any] | bytes,
        *,
        media_type: str = "application/json",
        idempotency_key: str = "",
    ) -> BatchView:
        """A batch by a manifest, as JSON or as the bytes of CSV (`text/csv`) or JSON Lines
        (`application/jsonl`)."""
        steps = self._service.create(manifest, media_type, idempotency_key)
        return cast(BatchView, self._run(steps))

    def upload(
        self, file: str | Path, moved: Moved = lambda there, size: None, *, folder: str = ""
    ) -> Link:
        """Where the audio lies then: name `container` and `blob` in a manifest. Where that names no
        profile, the one of the `folder` holds, such as "sales/inbound"."""
        return self._run(self._service.upload(Path(file), moved, folder))

    def batch(self, batch_id: str) -> BatchView:
        return cast(BatchView, self.call("get_batch", {"batch_id": batch_id}))

    def batches(self, **filters: Any) -> Iterator[BatchSummary]:
        """The newest first: `status`, `profile`, `origin`, `created_from`, `created_to`."""
        for each in self._pages("list_batches", {}, filters):
            yield cast(BatchSummary, each)

    def wait(
        self,
        batch_id: str,
        *,
        within: float | None = None,
        inbox: Inbox | None = None,
        seen: Seen | None = None,
    ) -> BatchView:
        """The batch once it is over. `within` seconds, else `TookTooLong` is raised; with an
        `inbox` the end is told by a webhook instead of asked for."""
        return cast(BatchView, self._run(self._service.wait(batch_id, within, inbox, seen)))

    def cancel(self, batch_id: str) -> BatchView:
        """What is transcribed stays; nothing more is sent."""
        return cast(BatchView, self.call("cancel_batch", {"batch_id": batch_id}))

    def retry(self, batch_id: str) -> BatchView:
        """What failed, once more."""
        return cast(BatchView, self.call("retry_batch", {"batch_id": batch_id}))

    def delete(self, batch_id: str, *, outputs: bool = False) -> None:
        """Forgets a batch that is over, with what was written for it if `outputs`."""
        self.call("delete_batch", {"batch_id": batch_id}, query={"outputs": outputs})

    def delete_item(self, batch_id: str, recording_id: str, *, audio: bool = False) -> None:
        """Deletes one recording with all that was made of it, and its audio if `audio`."""
        one = {"batch_id": batch_id, "recording_id": recording_id}
        self.call("delete_item", one, query={"audio": audio})

    # --- what came of it --------------------------------------------------------------------

    def items(self, batch_id: str, **filters: Any) -> Iterator[Item]:
        """The recordings: `state`, `client_item_id`, `metadata` (`name=value`)."""
        for each in self._pages("list_items", {"batch_id": batch_id}, filters):
            yield cast(Item, each)

    def trace(self, item: Item) -> TraceView:
        """What one recording went through, step by step, and what it waits for."""
        one = {"batch_id": item["batch_id"], "recording_id": item["id"]}
        return cast(TraceView, self.call("get_trace", one))

    def transcript(self, item: Item) -> Transcript:
        """What was said, schema `transcript/1`."""
        return cast(Transcript, self._run(self._service.transcript(item, "json")).json())

    def rendered(self, item: Item, kind: str) -> bytes:
        """What was said as `vtt`, `srt`, `ttml`, `txt`, `docx`, `csv` or `words`."""
        return self._run(self._service.transcript(item, kind)).content

    def report(self, batch_id: str) -> Report:
        """Schema `report/1`; once the batch is over."""
        return cast(Report, self._run(self._service.report(batch_id, "json")).json())

    def rendered_report(self, batch_id: str, kind: str) -> bytes:
        """The report as `html` or `csv`."""
        return self._run(self._service.report(batch_id, kind)).content

    # --- before, and beside -----------------------------------------------------------------

    def estimate(self, manifest: Mapping[str, Any] | None = None, **lengths: Any) -> Estimate:
        """Money and time: of a manifest, or of `recordings` of `duration_ms` or `bytes`."""
        if manifest is not None:
            return cast(Estimate, self.call("estimate_manifest", body=manifest))
        return cast(Estimate, self.call("estimate_lengths", query=lengths))

    def subscribe(self, url: str, **told: Any) -> SubscriptionMade:
        """Events for a server of yours: `title`, `types`, `profiles`. The secret is in this answer
        alone."""
        return cast(SubscriptionMade, self.call("create_subscription", body={"url": url, **told}))

    def search(self, words: str, **filters: Any) -> Iterator[Hit]:
        """Recordings in which that was said, the newest first: all of the words, `"a phrase"`,
        `begin*`, `-without`; `speaker`, `profile`, `batch_id`, `metadata`, `from_at`, `to_at`,
        `in_doubt`, `order`."""
        asked = {"limit": 100, **filters, "q": words}
        while True:
            page = cast(SearchPage, self.call("search_words", body=asked))
            for each in page["value"]:  # noqa: UP028  the one that awaits has no `yield from`
                yield each
            if page["after"] is None:
                return
            asked = {**asked, "after": page["after"]}

    def trail(self, **filters: Any) -> Iterator[TrailEntry]:
        """For the owner: who read and changed what, from `from_at` to `to_at`."""
        for each in self._pages("list_trail", {}, filters):
            yield cast(TrailEntry, each)

    def health(self) -> Health:
        return cast(Health, self.call("get_health"))

    def _pages(
        self, operation: str, path: Mapping[str, str], filters: Mapping[str, Any]
    ) -> Iterator[Any]:
        page = self.call(operation, path, query=filters)
        while True:
            for each in page["value"]:  # noqa: UP028  the one that awaits has no `yield from`
                yield each
            if not page.get("nextLink"):
                return
            page = self._run(self._service.linked(page["nextLink"]))
