"""A provider that answers at once, with the store of its answers: what it keeps is ours, and what
it was paid for is counted whoever got the answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from shared.errors import OutcomeUnknown, ProviderUnavailable
from shared.model.transcript.recognition import Recognition
from shared.ports.provider import JobRequest, ResultFile, answered
from tests.fakes.provider import FakeProvider, Transcription, heard

URL = "http://sound/"
UPLOAD = timedelta(seconds=120)


@dataclass
class InMemory:
    """`ports.provider.Sound`."""

    name: str = "call.wav"
    content: bytes = b"audio"
    is_read: bool = False

    @property
    def size(self) -> int:
        return len(self.content)

    def chunks(self) -> Iterator[bytes]:
        for at in range(0, self.size, 4):
            self.is_read = at + 4 >= self.size
            yield self.content[at : at + 4]


class FakeFast(FakeProvider):
    """`errors["submit"]` are raised by the next calls: of an unknown outcome after it was paid
    where `carries_out_unknown`, and then nobody has its answer. `paid` counts by source."""

    def __init__(self, endpoint: str = "westeurope.express") -> None:
        super().__init__(endpoint)
        self.paid: Counter[str] = Counter()
        self.sent: list[bytes] = []

    def submit(self, request: JobRequest) -> str:
        error = self._next_error("submit")
        if error is not None and not (
            isinstance(error, OutcomeUnknown) and self.carries_out_unknown
        ):
            raise error
        source = request.content_urls[0] if request.sound is None else self._read(request)
        self.created.append(request)
        self.paid[source] += 1
        if error is not None:
            raise error
        self.transcribed[source] += 1
        self.transcriptions[request.mark] = Transcription(
            request, [source], created_at=self.clock.now(), state="succeeded"
        )
        return request.mark

    def _read(self, request: JobRequest) -> str:
        """The real one gives up what takes too long, too, before all is sent."""
        assert request.sound is not None
        self.sent.append(b"".join(request.sound.chunks()))
        if request.deadline_at is not None and self.clock.now() > request.deadline_at + UPLOAD:
            raise ProviderUnavailable("slow")
        return f"{URL}{request.sound.name}"

    def files(self, transcription_id: str) -> Iterator[tuple[ResultFile, ...]]:
        self._raise("files")
        self._get(transcription_id)
        yield answered(transcription_id).files or ()

    def result(self, file: ResultFile) -> Recognition:
        self._raise("result")
        source = self._get(file.name).sources[0]
        if self.result_errors.get(source):
            raise self.result_errors[source].pop(0)
        return msgspec.structs.replace(heard(source), source="")
