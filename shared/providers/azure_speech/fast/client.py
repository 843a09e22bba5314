"""Fast transcription of Azure Speech as a `SpeechProvider`: one call, whose answer is the result.

The service keeps nothing that could be asked for again. So the answer is stored before anything
else is done with it, and what others would ask of the provider is asked of that store. A call of
which nobody knows what became of it stays so: it is never looked up, and never repeated here.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from secrets import token_hex
from threading import Lock
from time import sleep

import httpx

from shared.errors import (
    OutcomeUnknown,
    ProviderError,
    ResultMalformed,
    ResultMissing,
    SealBroken,
    StoreUnavailable,
    TranscriptionMissing,
)
from shared.model.transcript.recognition import Recognition
from shared.ports.answers import Answers, Slot
from shared.ports.provider import (
    JobRequest,
    ProviderReport,
    RemoteCopy,
    RemoteStatus,
    ResultFile,
    WebhookChallenge,
    WebhookHint,
    answered,
)
from shared.providers.answers import outcome_of_create
from shared.providers.azure_speech.answers import error_of, read_error
from shared.providers.azure_speech.fast.answer import NOBODY_SPOKE, read_answer
from shared.providers.azure_speech.fast.definition import form, write_definition
from shared.providers.azure_speech.fast.transport import UPLOAD_SECONDS, FastTransport
from shared.providers.azure_speech.versions import NEWEST, version
from shared.providers.transport import Auth

STORE_TRIES = 6
_PATH = version(NEWEST).url("/transcriptions:transcribe")

MOST_IN_HAND = 16_000_000


class InHand:
    """Answers that were stored a moment ago and are about to be asked for: each once, and no more
    of them than memory has room for."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def put(self, mark: str, answer: bytes) -> None:
        with self._lock:
            self._answers[mark] = answer
            while sum(map(len, self._answers.values())) > MOST_IN_HAND:
                self._answers.popitem(last=False)

    def take(self, mark: str) -> bytes | None:
        with self._lock:
            return self._answers.pop(mark, None)


class FastTranscription:
    """One Speech resource. Implements `ports.provider.SpeechProvider`.

    Transcriptions are named by the mark of their job. What is asked of the store of answers raises
    `StoreUnavailable` where that does not answer. `pause` waits so many seconds before an
    answer that could not be stored is stored again.
    """

    name = "azure-speech"
    api_version = NEWEST

    def __init__(
        self,
        *,
        http: httpx.Client,
        endpoint: str,
        auth: Auth,
        answers: Answers,
        pause: Callable[[float], None] = sleep,
    ) -> None:
        self._transport = FastTransport(
            http,
            endpoint,
            auth,
            service="Azure Speech",
            error_of=error_of,
            create_seconds=UPLOAD_SECONDS,
        )
        self._answers, self._pause = answers, pause
        self._in_hand = InHand()
        self.endpoint = self._transport.endpoint

    def submit(self, request: JobRequest) -> str:
        """Transcribe, and return once the answer is stored. Raises what reading the
        sound does, and `StoreUnavailable` where the answer could not be sealed: then nothing was
        carried out."""
        slot = self._answers.slot(request.mark, is_sealed=bool(request.options.redact))
        answer = self._transcribed(request)
        self._keep(slot, answer)
        self._in_hand.put(request.mark, answer)
        return request.mark

    def find(self, mark: str, since: datetime | None = None) -> Iterator[str | None]:
        """Whether an answer is kept. That there is none proves nothing."""
        yield mark if self._answers.has(mark) else None

    def copies(self, marked: str) -> Iterator[tuple[RemoteCopy, ...]]:
        for page in self._answers.kept(marked):
            yield tuple(
                RemoteCopy(transcription_id=one.mark, mark=one.mark, created_at=one.stored_at)
                for one in page
            )

    def status(self, transcription_id: str) -> RemoteStatus:
        if not self._answers.has(transcription_id):
            raise TranscriptionMissing("No answer is kept.", code="no_answer")
        return answered(transcription_id)

    def files(self, transcription_id: str) -> Iterator[tuple[ResultFile, ...]]:
        yield self.status(transcription_id).files or ()

    def result(self, file: ResultFile) -> Recognition:
        try:
            answer = self._in_hand.take(file.name) or self._answers.read(file.name)
        except SealBroken:
            raise ResultMalformed("The answer cannot be unsealed.", code="sealed") from None
        if answer is None:
            raise ResultMissing("The answer is not kept any more.", code="no_answer")
        return read_answer(answer)

    def report(self, file: ResultFile) -> ProviderReport:
        return ProviderReport()

    def delete(self, transcription_id: str) -> None:
        self._in_hand.take(transcription_id)
        self._answers.remove(transcription_id)

    def ensure_webhook(self, url: str, secret: str) -> Iterator[bool]:
        """It calls nobody."""
        yield from ()

    def read_webhook(
        self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes, secret: str
    ) -> WebhookHint | WebhookChallenge:
        raise ProviderError("Fast transcription calls nobody.", code="no_webhook")

    def _transcribed(self, request: JobRequest) -> bytes:
        sound = request.sound
        url = request.content_urls[0] if sound is None else None
        name = sound.name if sound is not None else None
        written = form(write_definition(request.options, url), token_hex(16), name)
        answer = self._transport.transcribe(_PATH, written, sound, request.answer_seconds)
        if answer.is_success:
            return answer.content
        if read_error(answer.content)[0] == "NoLanguageIdentified":
            return NOBODY_SPOKE
        blamed = self._transport.blamed(answer, "transcribe at once", request.options)
        raise outcome_of_create(blamed)

    def _keep(self, slot: Slot, answer: bytes) -> None:
        """It is paid for: storage that does not answer is asked again for half a minute."""
        for tries in range(1, STORE_TRIES + 1):
            try:
                slot.put(answer)
                return
            except StoreUnavailable:
                if tries < STORE_TRIES:
                    self._pause(2.0 * tries)
        raise OutcomeUnknown("The answer could not be stored.", code="answer_lost")
