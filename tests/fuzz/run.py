"""One case after the other, and what is wrong with what became of it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from typing import NamedTuple

from shared.audio import HEAD_BYTES, probe
from shared.errors import DropscribeError, InputError, ManifestRefused, ProviderError
from shared.model.manifest.files import read_manifest
from shared.model.manifest.known import Known
from shared.model.profile.profile import Profile
from shared.providers.assemblyai import webhook as assemblyai_webhook
from shared.providers.assemblyai.results import read_result as read_assemblyai
from shared.providers.azure_speech import webhook as azure_webhook
from shared.providers.azure_speech.results import read_result as read_azure
from tests.fuzz import containers, documents
from tests.fuzz.decoding import Decoder

MOST_CPU_SECONDS = 1.0
MOST_DIFFERING = 0.08
"""The share of broken files about which FFmpeg's decoders may say another thing than a look at head
and tail can tell: damage in the middle shows only to who reads it all."""
_KNOWN = Known((Profile(),), {}, ("uploads", "audio"))
_ESTIMATED = {"voice.aac": 0.05, "cbr.mp3": 0.05}
"""No header tells their length: it is worked out from the frames of the first 64 KiB."""
_NEAR_MS = 150


class Complaint(NamedTuple):
    """`case` makes it again. `is_harm`: more than two readers who differ about a broken file."""

    case: str
    text: str
    is_harm: bool


class Tally:
    """How often it was as it should be, and how often not."""

    def __init__(self) -> None:
        self.cases = Counter[str]()
        self.complaints: list[Complaint] = []

    def note(self, kind: str, complaint: Complaint | None) -> None:
        """Of one case."""
        self.cases[kind] += 1
        if complaint is not None:
            self.complaints.append(complaint)

    @property
    def harm(self) -> list[Complaint]:
        """What must not be."""
        return [complaint for complaint in self.complaints if complaint.is_harm]

    @property
    def differing(self) -> float:
        """The share of files about which FFmpeg's decoders say another thing."""
        files = self.cases["containers"]
        return (len(self.complaints) - len(self.harm)) / files if files else 0.0


def run(seconds: float, start: int = 0, *, most: int | None = None) -> Tally:
    """From case `start` on, for so long, or `most` rounds."""
    tally, ends = Tally(), time.monotonic() + seconds
    with Decoder() as decoder:
        for name, content in containers.fixed():
            tally.note("known bombs", _refused(name, content))
        for number in count(start):
            if time.monotonic() > ends or (most is not None and number >= start + most):
                return tally
            for name in containers.names():
                tally.note("containers", sound(name, number, decoder))
            for kind, complaint in _documents(number):
                tally.note(kind, complaint)
    raise AssertionError("counting has no end")


def sound(name: str, number: int, decoder: Decoder) -> Complaint | None:
    """A container, looked at as registering does, and decoded by FFmpeg."""
    content, case = containers.made(name, number), f"{name}:{number}"
    began = time.process_time()
    try:
        found = probe(
            content[:HEAD_BYTES],
            len(content),
            lambda offset, length: content[offset : offset + length],
            name=name,
        )
    except InputError as error:
        is_cut = error.code == "truncated_audio"
        if not is_cut and content and decoder.lengths_ms(content) is not None:
            return Complaint(case, f"{error.code}, but it can be decoded", False)
        return _quick(case, began)
    except Exception as error:
        return Complaint(case, f"{type(error).__name__}: {error}", True)
    if complaint := _quick(case, began):
        return complaint
    lengths = decoder.lengths_ms(content)
    if lengths is None:
        return Complaint(case, "sound, but nothing can be decoded", False)
    near = _ESTIMATED.get(name, 0.01)
    if found.duration_ms is None or any(
        abs(found.duration_ms - length) <= max(near * length, _NEAR_MS) for length in lengths
    ):
        return None
    return Complaint(case, f"{found.duration_ms} ms, and decoded {lengths}", False)


def _quick(case: str, began: float) -> Complaint | None:
    took = time.process_time() - began
    return Complaint(case, f"{took:.1f} s", True) if took > MOST_CPU_SECONDS else None


def _refused(name: str, content: bytes) -> Complaint | None:
    try:
        probe(content[:HEAD_BYTES], len(content), lambda o, n: content[o : o + n], name="a.wav")
    except InputError:
        return None
    return Complaint(name, "taken for a recording", True)


def _documents(number: int) -> Iterator[tuple[str, Complaint | None]]:
    for kind, text in documents.MANIFESTS.items():
        yield (
            "manifests",
            _read(f"{kind}:{number}", documents.changed(text, number), _manifest(kind)),
        )
    for provider, reader in (("azure_speech", read_azure), ("assemblyai", read_assemblyai)):
        recorded = documents.results(provider)
        if recorded:
            text = documents.changed(recorded[number % len(recorded)], number)
            yield "answers", _read(f"{provider}:{number}", text, reader)
    call = documents.changed(b'{"self":"https://x.example/transcriptions/1","a":["b"]}', number)
    yield "webhooks", _read(f"webhook:{number}", call, _hear)


def _manifest(kind: str) -> Callable[[bytes], object]:
    return lambda content: read_manifest(content, kind, _KNOWN)


def _hear(body: bytes) -> object:
    """As anybody may call: with any header and query, and no secret."""
    text = body.decode("utf-8", "surrogateescape")
    query, headers = {"validationToken": text, "mark": text}, {"x-a": text, "authorization": text}
    for event in ("Challenge", "TranscriptionSucceeded"):
        try:
            named = {**headers, "X-MicrosoftSpeechServices-Event": event}
            azure_webhook.read_webhook(named, query, body, "secret")
        except ProviderError:
            pass
    return assemblyai_webhook.read_webhook(headers, query, body, "secret")


def _read(case: str, content: bytes, reader: Callable[[bytes], object]) -> Complaint | None:
    began = time.process_time()
    try:
        reader(content)
    except (ManifestRefused, DropscribeError):
        pass
    except Exception as error:
        return Complaint(case, f"{type(error).__name__}: {error}", True)
    return _quick(case, began)
