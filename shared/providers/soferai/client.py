"""Sofer.ai as a `SpeechProvider`: which call, in which order.

`standard`: a manifest is uploaded, is valid, and becomes a batch. `express`: the batch alone.
There are no webhooks, and nothing can be cancelled or deleted. What is sent and what an answer
means is decided in modules without I/O.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import NoReturn

import httpx

from shared.errors import (
    ChoiceRefused,
    ProviderNotReady,
    ProviderRefused,
    ProviderUnauthorised,
    ProviderUnfunded,
    ResultMissing,
    TranscriptionMissing,
)
from shared.model.money.price import PriceTable, estimate
from shared.model.transcript.recognition import Recognition
from shared.model.transcript.transcript import Cost
from shared.ports.provider import (
    JobRequest,
    ProviderReport,
    RemoteCopy,
    RemoteStatus,
    ResultFile,
    WebhookHint,
)
from shared.providers.soferai import calls, wire
from shared.providers.soferai.answers import NAME, error_of
from shared.providers.soferai.capabilities import LIMITS
from shared.providers.soferai.labels import manifest_title
from shared.providers.soferai.prices import RATES
from shared.providers.soferai.results import Reading, read_result
from shared.providers.transport import Transport

LARGE = 50
"""So many recordings make a batch before which the account is looked at."""
_MARKED = "marked:"  # begins the handle of a job whose create call was lost and that the list shows


class SoferAi:
    """One account. Implements `ports.provider.SpeechProvider` and `ports.provider.Prepaid`.

    `http` is shared by all endpoints of the process. A create call without an answer for
    `create_seconds` counts as one of unknown outcome; none is made later than `prepare_seconds`
    after `submit` was called. `now` is the time on the wall, UTC.
    """

    name = "soferai"
    api_version = "v1"
    capabilities = LIMITS

    def __init__(
        self,
        *,
        http: httpx.Client,
        endpoint: str,
        key: str,
        create_seconds: float = 60.0,
        prepare_seconds: float = 60.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        stripped = key.strip()
        self._transport = Transport(
            http,
            endpoint,
            lambda: {"Authorization": f"Bearer {stripped}"},
            service=NAME,
            error_of=error_of,
            create_seconds=create_seconds,
        )
        self._prepare_seconds, self._now = prepare_seconds, now
        self.endpoint = self._transport.endpoint

    def submit(self, request: JobRequest) -> str:
        """Start a batch and return its id. Raises `ProviderNotReady` where its manifest is not
        valid yet, `ProviderUnfunded` where the account does not hold what a large batch costs,
        and what `Transport.create` raises."""
        if request.container_url or not request.content_urls:
            raise ValueError("a job needs content URLs")
        began = time.monotonic()
        manifest_id = self._manifest(request) if request.mode == "standard" else None
        if len(request.content_urls) >= LARGE:
            self._require_funds(request)
        if time.monotonic() - began > self._prepare_seconds:
            raise ProviderNotReady(f"{NAME} took too long to take the manifest.", code="too_slow")
        body = calls.create_body(request, manifest_id)
        return self._transport.create(
            calls.CREATE,
            body,
            lambda answer: wire.read_created_id(answer.content),
            request.options,
        )

    def find(self, mark: str, since: datetime | None = None) -> Iterator[str | None]:
        """One call: the list has no pages. That it does not show a mark proves nothing, for
        nobody says when a batch's transcriptions appear in it."""
        yield f"{_MARKED}{mark}" if self._listed(mark).found else None

    def copies(self, marked: str) -> Iterator[tuple[RemoteCopy, ...]]:
        """None that could be deleted."""
        return iter(())

    def status(self, transcription_id: str) -> RemoteStatus:
        items = self._items(transcription_id)
        return wire.status_of(items, _batch_id(transcription_id))

    def files(self, transcription_id: str) -> Iterator[tuple[ResultFile, ...]]:
        """One call, the same as that of the status."""
        yield wire.files_of(self._items(transcription_id), _batch_id(transcription_id))

    def result(self, file: ResultFile) -> Recognition:
        """One call; of what the status left out, two."""
        path = self._item(file.url) if calls.is_item_path(file.url) else file.url
        reading = Reading(calls.script_in(path), file.name)
        return self._transport.get(
            path, "fetch a result", lambda body: read_result(body, reading), missing=ResultMissing
        )

    def report(self, file: ResultFile) -> ProviderReport:
        """Nothing more than the list tells."""
        return ProviderReport()

    def delete(self, transcription_id: str) -> None:
        """Nothing: there is no such call."""

    def balance(self) -> Cost:
        """What new transcriptions may cost."""
        cents = self._transport.get(calls.BALANCE, "read the balance", wire.read_balance_cents)
        return Cost(amount=cents / 100, currency="USD", estimated=False)

    def ensure_webhook(self, url: str, secret: str) -> Iterator[bool]:
        return iter(())

    def read_webhook(
        self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes, secret: str
    ) -> WebhookHint:
        raise ProviderUnauthorised(f"{NAME} has no webhooks.", code="no_webhooks")

    # --- standard mode ----------------------------------------------------------------------

    def _manifest(self, request: JobRequest) -> str:
        """The id of a valid manifest of these inputs: one that an earlier try left behind, or a
        new one, which is usually valid at once. Where it is not, or where too many calls would be
        made this time, the next try finds it."""
        found = self._earlier_manifest(request) if request.tries else None
        if found is not None and found.status == "invalid":
            path = calls.manifest_path(found.id)
            found = self._transport.get(path, "read a manifest", wire.read_manifest)
        is_new = found is None
        found = found or self._upload(request)
        if found.status == "invalid":
            _refuse(found.faults)
        if found.status != "valid" or (is_new and request.tries):
            raise ProviderNotReady(f"{NAME} has not validated the manifest yet.", code="pending")
        return found.id

    def _upload(self, request: JobRequest) -> wire.Manifest:
        what, body = "upload a manifest", calls.manifest_body(request)
        answer = self._transport.call(
            "POST", calls.MANIFESTS, what, body=body, missing=ChoiceRefused
        )
        return self._transport.understood(wire.read_manifest, answer)

    def _earlier_manifest(self, request: JobRequest) -> wire.Manifest | None:
        title = manifest_title(request.mark, request.content_urls)
        return self._transport.get(
            calls.MANIFESTS,
            "list the manifests",
            lambda body: wire.read_listed_manifest(body, title, self._now()),
        )

    def _require_funds(self, request: JobRequest) -> None:
        """What it costs is known as far as the lengths are. An account without a balance (404,
        which the description allows) pays in another way."""
        table = PriceTable(rates={self.name: dict(RATES)})
        price = estimate(
            table, self.name, request.mode, request.options, request.audio_ms, channels=None
        )
        try:
            balance = self.balance()
        except ProviderRefused:
            return
        needed = price.amount if price else 0.0
        if balance.amount <= 0 or balance.amount < needed:
            raise ProviderUnfunded(
                f"The account at {NAME} holds {balance.amount:.2f} USD; about {needed:.2f} USD "
                "are needed.",
                code="insufficient_funds",
            )

    # --- asking -----------------------------------------------------------------------------

    def _item(self, path: str) -> str:
        """Where the result of an item is that was looked up at `path`."""
        found, is_completed, scripts = self._transport.get(
            path, "look an item up", wire.read_item, missing=ResultMissing
        )
        if not is_completed:
            raise ResultMissing("The transcription is not completed.", code="not_completed")
        return calls.transcription_path(found, scripts)

    def _items(self, handle: str) -> wire.Items:
        if handle.startswith(_MARKED):
            return self._listed(handle.removeprefix(_MARKED))
        return self._transport.get(
            calls.status_path(handle),
            "read a batch",
            lambda body: wire.read_batch(body, self._now()),
            missing=TranscriptionMissing,
        )

    def _listed(self, mark: str) -> wire.Items:
        return self._transport.get(
            calls.LIST, "list the transcriptions", lambda body: wire.read_list(body, mark)
        )


def _batch_id(handle: str) -> str | None:
    return None if handle.startswith(_MARKED) else handle


def _refuse(faults: tuple[str, ...]) -> NoReturn:
    """A fault of one item: the job is split until that one stands alone."""
    said = "; ".join(faults[:3]) or "it gave no reason"
    raise ProviderRefused(
        f"{NAME} does not take the manifest: {said}", code="manifest_invalid", names_an_input=True
    )
