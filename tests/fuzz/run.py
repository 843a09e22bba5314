"""One case after the other, and what is wrong with what became of it."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from typing import NamedTuple

from shared.audio import HEAD_BYTES, probe
from shared.errors import DropscribeError, InputError, ManifestRefused, ProviderError
from shared.model.failure_texts import ENDS_WITHIN, MORE_DECLARED
from shared.model.manifest.files import read_manifest
from shared.model.manifest.known import Known
from shared.model.profile.audio import AudioProperties
from shared.model.profile.profile import Profile
from shared.providers.assemblyai import webhook as assemblyai_webhook
from shared.providers.assemblyai.results import read_result as read_assemblyai
from shared.providers.azure_speech import webhook as azure_webhook
from shared.providers.azure_speech.results import read_result as read_azure
from shared.providers.soferai.results import Reading
from shared.providers.soferai.results import read_result as read_soferai
from tests.fuzz import containers, documents
from tests.fuzz.decoding import Decoder
from tests.unit.probing_audio import audio, lasts_ms

MOST_CPU_SECONDS = 1.0
MOST_DIFFERING = 0.01
"""The share of broken files about which FFmpeg's decoders may say another thing than a look at head
and tail can tell: damage in the middle shows only to who reads it all. What is `EXPLAINED` is not
among them."""
EXPLAINED = {
    "counts": "A table says to hold more than its box. FFmpeg reads what is there, others do not, "
    "and files that do harm are made of such counts: nothing builds a table of them here.",
    "promise": "A header promises a longer time than the file holds, and the refusal says how much "
    "that is, as FFmpeg plays it. So does every upload that broke off, and nobody could tell the "
    "two apart: whoever knows better sets accept_truncated.",
    "begun": "The last piece says to be longer than the file, or begins and is not there, and all "
    "before it is as it was. So does an upload that broke off.",
    "between": "The file ends between two frames, and nothing in it tells how many there were.",
    "costs": "FFmpeg takes more memory or time for it than a recording may cost.",
}
"""Where FFmpeg or the case says another thing, and why ours is right for those who upload."""
_KNOWN = Known((Profile(),), {}, ("uploads", "audio"))
_NEAR_MS = 150
_PROMISE = re.compile(r"promises ([\d.]+) s of sound, the file holds ([\d.]+) s")
_LARGEST_PIECE = 65_536
_ANSWERS: dict[str, Callable[[bytes], object]] = {
    "azure_speech": read_azure,
    "assemblyai": read_assemblyai,
    "soferai": lambda body: read_soferai(body, Reading("en", "")),
}


class Complaint(NamedTuple):
    """`case` makes it again. `is_harm`: more than two readers who differ about a broken file.
    `explained` is one of `EXPLAINED`."""

    case: str
    text: str
    is_harm: bool = False
    explained: str = ""


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
        files, explained = self.cases["containers"], self.explained.total()
        return (len(self.complaints) - len(self.harm) - explained) / files if files else 0.0

    @property
    def explained(self) -> Counter[str]:
        """How often for which reason."""
        return Counter(complaint.explained for complaint in self.complaints if complaint.explained)


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
    (content, changes), began = containers.made(name, number), time.process_time()
    case = f"{name}:{number} {' and '.join(changes)}"
    try:
        found = _probed(content, name)
    except InputError as error:
        is_whole = not {"cut", "lost"} & set(changes)
        differs = _refused_sound(error, is_whole, decoder.lengths_ms(content), Case(name, content))
    except Exception as error:
        return Complaint(case, f"{type(error).__name__}: {error}", True)
    else:
        differs = _taken(found.duration_ms, decoder.lengths_ms(content))
        if differs is None and changes == ("cut",):
            differs = _cut_and_taken(found.duration_ms, name, content)
    return _quick(case, began) or (differs and differs._replace(case=case))


def _probed(content: bytes, name: str) -> AudioProperties:
    return probe(
        content[:HEAD_BYTES],
        len(content),
        lambda offset, length: content[offset : offset + length],
        name=name,
    )


class Case(NamedTuple):
    """A file that was made, and the name of the one that it was made of."""

    name: str
    content: bytes

    @property
    def is_another_at_its_end_only(self) -> bool:
        """Whether all but its last piece is that of the file it was made of."""
        before = max(0, len(self.content) - _LARGEST_PIECE)
        return self.content[:before] == audio(self.name)[:before]


def _refused_sound(
    error: InputError, is_whole: bool, lengths: tuple[int, int] | None, case: Case
) -> Complaint | None:
    """What FFmpeg has against a refusal. A cut-off file can be decoded as far as it goes."""
    if lengths is None:
        return None
    text = f"{error.code}, but it can be decoded: {lengths}"
    if error.code == "truncated_audio":
        is_all = is_whole and _is_near(lasts_ms(case.name), lengths)
        return (
            Complaint("", text, explained=reason_for_missing(error, lengths, case))
            if is_all
            else None
        )
    is_counted = str(error) == str(MORE_DECLARED.error())
    costs = "costs" if error.code == "too_costly_audio" else ""
    return Complaint("", text, explained="counts" if is_counted else costs)


def reason_for_missing(error: InputError, lengths: tuple[int, int], case: Case) -> str:
    """Which of `EXPLAINED` it is that something is said to be missing."""
    told = _PROMISE.search(str(error))
    if told is not None:
        whole_ms, present_ms = (round(float(seconds) * 1000) for seconds in told.groups())
        is_true = present_ms < whole_ms and _is_near(present_ms, lengths)
        return "promise" if is_true else ""
    is_begun = str(error) == str(ENDS_WITHIN.error()) and case.is_another_at_its_end_only
    return "begun" if is_begun else ""


def _taken(duration_ms: int | None, lengths: tuple[int, int] | None) -> Complaint | None:
    if lengths is None:
        return Complaint("", "sound, but nothing can be decoded")
    if duration_ms is None or _is_near(duration_ms, lengths):
        return None
    return Complaint("", f"{duration_ms} ms, and decoded {lengths}")


def _cut_and_taken(duration_ms: int | None, name: str, content: bytes) -> Complaint | None:
    if duration_ms is not None and _is_near(lasts_ms(name), (duration_ms,)):
        return None
    is_between = name.endswith(".amr") and (len(content) - 6) % 32 == 0
    explained = "between" if is_between else ""
    return Complaint("", "cut off, and taken for whole", explained=explained)


def _is_near(duration_ms: int, lengths: Iterable[int]) -> bool:
    return any(abs(duration_ms - length) <= max(0.01 * length, _NEAR_MS) for length in lengths)


def _quick(case: str, began: float) -> Complaint | None:
    took = time.process_time() - began
    return Complaint(case, f"{took:.1f} s", True) if took > MOST_CPU_SECONDS else None


def _refused(name: str, content: bytes) -> Complaint | None:
    try:
        _probed(content, "a.wav")
    except InputError:
        return None
    return Complaint(name, "taken for a recording", True)


def _documents(number: int) -> Iterator[tuple[str, Complaint | None]]:
    for kind, text in documents.MANIFESTS.items():
        yield (
            "manifests",
            _read(f"{kind}:{number}", documents.changed(text, number), _manifest(kind)),
        )
    for provider, reader in _ANSWERS.items():
        known = documents.results(provider)
        text = documents.changed(known[number % len(known)], number)
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
