"""What listening again to doubtful stretches finds: errors found for each second of listening.

Takes a folder of recordings with what is said in them: a `manifest.json` (a list of objects with
`file` and `transcript`; for several channels the transcript is an object, channel to text), or a
text file beside each recording. The folder stays where it is. The recordings go through the local
recogniser; its words are compared with the text, and its doubts with its errors.

The default of `review_below` is the threshold that this recommends: the one that finds the most
errors a second among those that find at least `WANTED` of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jiwer

from benchmarks.noise import write_noisy
from local.recogniser.engines import BEST, resolve
from local.recogniser.pool import RecogniserPool
from local.recogniser.types import Heard
from shared.model.profile.options import Options
from shared.model.transcript import transcript as t
from shared.model.transcript.normalise import build_transcript
from shared.model.transcript.recognition import RecognisedUtterance, Recognition
from shared.model.transcript.review import review

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "audio"
THRESHOLDS = (0.2, 0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8, 0.9)
WANTED = 0.6
LEAD_MS, TAIL_MS = 700, 500
"""A stretch is played from so much before to so much after."""
_CHANGES = jiwer.Compose(
    [
        jiwer.ToLowerCase(),
        jiwer.RemovePunctuation(),
        jiwer.RemoveMultipleSpaces(),
        jiwer.Strip(),
        jiwer.ReduceToListOfListOfWords(),
    ]
)


@dataclass(frozen=True)
class Sample:
    """A recording as it was heard, and when something in it was heard wrongly."""

    name: str
    transcript: t.Transcript
    errors_ms: tuple[int, ...]


def run(folder: Path = FOLDER, engine: str = BEST, noise: Sequence[int] = ()) -> dict[str, Any]:
    """Figures for each threshold, over all recordings that have a text; with `noise`, over noisy
    copies of them, at these distances in dB."""
    if not noise:
        return _run(folder, engine)
    with TemporaryDirectory() as name:
        write_noisy(folder, dict(texts_of(folder)), noise, Path(name))
        return {"noise_db": list(noise), **_run(Path(name), engine)}


def _run(folder: Path, engine: str) -> dict[str, Any]:
    texts = dict(texts_of(folder))
    with RecogniserPool(engine) as pool:
        heard = {name: pool.recognise(folder / name) for name in texts}
        samples = [_sample(name, heard[name].result(), texts[name]) for name in texts]
    by_threshold = {str(below): figures(samples, below) for below in THRESHOLDS}
    enough = {k: v for k, v in by_threshold.items() if v["errors_found"] >= WANTED}
    best = max(enough or by_threshold, key=lambda k: by_threshold[k]["errors_a_second"])
    return {
        "engine": resolve(engine),
        "recordings": len(samples),
        "seconds": round(sum(_length_ms(s) for s in samples) / 1000, 1),
        "errors": sum(len(sample.errors_ms) for sample in samples),
        "recommended": float(best),
        "worst_first": order_figures(samples, 0.6),
        "thresholds": by_threshold,
    }


def figures(samples: Sequence[Sample], below: float) -> dict[str, float]:
    """`errors_found` of all and `listened` of the whole are shares; `found_first` is the share of
    the errors in the worst stretches, a tenth of each recording; `flagged` the share of the
    recordings with errors that have something to review."""
    found = listened = first = to_review = 0
    for sample in samples:
        utterances = sample.transcript.utterances
        doubts = review(utterances, below, sample.transcript.language.code)
        stretches = doubts.stretches if doubts else ()
        spans = _merged(list(map(_played, stretches)))
        listened += sum(end - start for start, end in spans)
        found += sum(_is_in(spans, at) for at in sample.errors_ms)
        to_review += bool(sample.errors_ms and stretches)
        worst = _worst(stretches, _length_ms(sample) // 10)
        first += sum(_is_in(worst, at) for at in sample.errors_ms)
    errors = sum(len(sample.errors_ms) for sample in samples) or 1
    total = sum(map(_length_ms, samples)) or 1
    wrong = sum(bool(sample.errors_ms) for sample in samples) or 1
    return {
        "errors_found": round(found / errors, 3),
        "listened": round(listened / total, 3),
        "errors_a_second": round(found / (listened / 1000), 3) if listened else 0.0,
        "found_first": round(first / errors, 3),
        "flagged": round(to_review / wrong, 3),
    }


def order_figures(samples: Sequence[Sample], below: float) -> dict[str, float]:
    """Who hears the worst stretches of all recordings first, against who listens from the start and
    finds errors as they come: how many times as many a second, after so much of the whole."""
    total = sum(map(_length_ms, samples)) or 1
    errors = sum(len(sample.errors_ms) for sample in samples) or 1
    queue = sorted(
        (stretch.confidence or 0.0, number, stretch.start_ms, stretch)
        for number, sample in enumerate(samples)
        for stretch in _doubts(sample, below)
    )
    heard: dict[int, list[tuple[int, int]]] = {}
    found: dict[str, float] = {}
    shares = iter((0.05, 0.1, 0.2, 0.3))
    share = next(shares)
    for _, number, _, stretch in queue:
        heard[number] = _merged([*heard.get(number, ()), _played(stretch)])
        listened = sum(end - start for spans in heard.values() for start, end in spans) / total
        while listened >= share:
            right = sum(_is_in(heard[n], at) for n in heard for at in samples[n].errors_ms) / errors
            found[f"times_after_{share:.0%}"] = round(right / listened, 2)
            share = next(shares, 2.0)
    return found


def _doubts(sample: Sample, below: float) -> Sequence[t.Stretch]:
    found = review(sample.transcript.utterances, below, sample.transcript.language.code)
    return found.stretches if found else ()


def texts_of(folder: Path) -> Iterator[tuple[str, dict[int, str]]]:
    """Each recording that has a text, with that of each channel."""
    manifest = folder / "manifest.json"
    if manifest.exists():
        for entry in json.loads(manifest.read_text(encoding="utf-8")):
            if entry.get("transcript") and not entry["file"].startswith("broken/"):
                yield entry["file"], _by_channel(entry["transcript"])
        return
    for text in sorted(folder.glob("*.txt")):
        for audio in sorted(folder.glob(f"{text.stem}.*")):
            if audio != text:
                yield audio.name, {0: text.read_text(encoding="utf-8")}


def _by_channel(transcript: str | dict[str, str]) -> dict[int, str]:
    if isinstance(transcript, str) and transcript.startswith("{"):
        transcript = json.loads(transcript)
    if isinstance(transcript, dict):
        return {int(channel): text for channel, text in transcript.items()}
    return {0: transcript}


def _sample(name: str, heard: Heard, texts: dict[int, str]) -> Sample:
    transcript = build_transcript(
        Recognition(
            source="",
            duration_ms=heard.duration_ms,
            utterances=tuple(
                RecognisedUtterance(
                    start_ms=said.start_ms,
                    end_ms=said.end_ms,
                    channel=said.channel,
                    confidence=said.confidence,
                    text=said.text,
                    words=tuple(
                        t.Word(w.text, w.start_ms, w.end_ms, w.confidence) for w in said.words
                    ),
                )
                for said in heard.phrases
            ),
        ),
        job=t.Job(id="j", batch_id="b", recording_id="r", attempt=1, profile="default"),
        source=t.Source(uri=name, container="audio", name=name, etag="1", bytes=1),
        provider=t.Provider(name="local", endpoint="e", api_version="1", transcription_id="t"),
        options=Options(),
        roles={},
        review_below=0.6,
    )
    errors = [at for channel, text in texts.items() for at in _errors(transcript, channel, text)]
    return Sample(name, transcript, tuple(sorted(errors)))


def _errors(transcript: t.Transcript, channel: int, text: str) -> Iterator[int]:
    """When a word was heard that was not said, or one was missed."""
    words = [w for u in transcript.utterances if u.channel == channel for w in u.words]
    if not words:
        return
    compared = jiwer.process_words(
        text, " ".join(w.text for w in words), _CHANGES, hypothesis_transform=_CHANGES
    )
    for chunk in compared.alignments[0]:
        if chunk.type == "equal":
            continue
        heard = words[chunk.hyp_start_idx : chunk.hyp_end_idx]
        missed = chunk.ref_end_idx - chunk.ref_start_idx - len(heard)
        yield from ((word.start_ms + word.end_ms) // 2 for word in heard)
        if not heard and missed > 0:
            before = words[max(chunk.hyp_start_idx - 1, 0)]
            yield from [before.end_ms] * missed


def _played(stretch: t.Stretch) -> tuple[int, int]:
    return stretch.start_ms - LEAD_MS, stretch.end_ms + TAIL_MS


def _worst(stretches: Sequence[t.Stretch], budget_ms: int) -> list[tuple[int, int]]:
    """As many of the first stretches as can be heard in that time; at least one."""
    spans: list[tuple[int, int]] = []
    for stretch in stretches:
        more = _merged([*spans, _played(stretch)])
        if spans and sum(end - start for start, end in more) > budget_ms:
            break
        spans = more
    return spans


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        start = max(start, 0)
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _is_in(spans: Sequence[tuple[int, int]], at: int) -> bool:
    return any(start <= at <= end for start, end in spans)


def _length_ms(sample: Sample) -> int:
    return sample.transcript.source.duration_ms or 0
