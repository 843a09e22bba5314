"""Where the result of a recording lies at the provider, and what it says."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock

from shared.errors import ResultMalformed, ResultMissing
from shared.messages import SliceItem
from shared.model.job.job import Job
from shared.model.recording.places import Place, keys, keys_of
from shared.model.recording.recording import Recording
from shared.model.redaction.windows import Window
from shared.model.transcript.recognition import Recognition
from shared.pipeline.write.gather import Gather
from shared.pipeline.write.look import Answer
from shared.ports.provider import ResultFile, SpeechProvider
from shared.said.keep import Said


class Results:
    """Of one job, for as long as a slice is written. Where another's result lies under the name
    that promised a recording's own, all are read once, for every result says its source. `said` is
    what is to be kept of those that are written, `gather` asks a finder about them together."""

    def __init__(self, job: Job, provider: SpeechProvider, gather: Gather[Window, Answer]) -> None:
        self.job, self.provider, self.gather = job, provider, gather
        self.said: list[Said] = []
        self._found: dict[Place, ResultFile] | None = None
        self._lock = Lock()

    def of(self, row: Recording, item: SliceItem) -> Recognition:
        """Raises `ResultMissing`, `ResultMalformed`, `ResultTooLarge`, `ProviderUnavailable`."""
        promised = ResultFile(kind="result", name=item.name, url=item.url)
        recognition = self._read(promised)
        if _is_of(recognition, row):
            return recognition
        file = self._file_of(row)
        if file is None:
            raise ResultMissing("the result is that of another input, and no other is this one's")
        return self._read(file)

    def _read(self, file: ResultFile) -> Recognition:
        recognition = self.provider.result(file)
        if not recognition.is_possible:
            raise ResultMalformed("the result tells more channels or speakers apart than can be")
        return recognition

    def _file_of(self, row: Recording) -> ResultFile | None:
        with self._lock:
            if self._found is None:
                self._found = dict(self._read_all())
        mine = keys_of(row.container, row.name, row.web_url, row.copy)
        return next((self._found[key] for key in mine if key in self._found), None)

    def _read_all(self) -> Iterator[tuple[Place, ResultFile]]:
        for page in self.provider.files(self.job.transcription_id or ""):
            for file in page:
                if file.kind == "result":
                    for place in keys(self._source(file)):
                        yield place, file

    def _source(self, file: ResultFile) -> str:
        try:
            return self.provider.result(file).source
        except (ResultMissing, ResultMalformed):
            return ""


def _is_of(recognition: Recognition, row: Recording) -> bool:
    """A result that does not say what it is of is taken for what its name promised."""
    if not recognition.source:
        return True
    found = keys(recognition.source)
    return any(key in found for key in keys_of(row.container, row.name, row.web_url, row.copy))
