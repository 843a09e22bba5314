"""How many words the local recogniser gets wrong, by kind of speech.

The recordings are those of a folder with a `manifest.json`, as for `reviewing`, the samples, and
those of `recordings.toml`, which are read from clones of public repositories and not kept. A text
that was recorded in several formats counts once, with the mean of its errors. Texts are compared
after OpenAI's normaliser for English, which writes numbers, contractions and spellings in one way.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import Any

import jiwer

from benchmarks.reviewing import texts_of
from local.recogniser.engines import BEST, resolve
from local.recogniser.pool import RecogniserPool
from local.recogniser.types import Heard

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "samples"
LIST = Path(__file__).with_name("recordings.toml")


@dataclass(frozen=True)
class Spoken:
    """A recording and what is said in it, by channel."""

    kind: str
    path: Path
    texts: Mapping[int, str]


@dataclass(frozen=True)
class Score:
    kind: str
    text: str
    words: int
    errors: float


def run(folder: Path, engine: str = BEST, clones: Path | None = None) -> dict[str, Any]:
    """For each kind and for all: recordings, words, errors and their rate."""
    engine = resolve(engine)
    with tempfile.TemporaryDirectory(prefix="hearing-") as scratch:
        spoken = [*own(folder), *samples()]
        if clones is not None:
            spoken += public(clones, Path(scratch))
        with RecogniserPool(engine) as pool:
            heard = [pool.recognise(one.path) for one in spoken]
            scores = [
                score
                for one, future in zip(spoken, heard, strict=True)
                for score in scored(one, future.result())
            ]
    kinds = dict.fromkeys(one.kind for one in spoken)
    return {
        "engine": engine,
        **{kind: figures([s for s in scores if s.kind == kind]) for kind in kinds},
        **({"public": figures([s for s in scores if s.kind not in OWN])} if clones else {}),
        "own": figures([s for s in scores if s.kind in OWN]),
    }


OWN = ("folder", "samples")


def own(folder: Path) -> Iterator[Spoken]:
    for name, texts in texts_of(folder):
        yield Spoken("folder", folder / name, texts)


def samples() -> Iterator[Spoken]:
    described = json.loads((SAMPLES / "texts.json").read_text(encoding="utf-8"))
    for name, of in described.items():
        texts = {int(channel): text for channel, text in of["channels"].items()}
        yield Spoken("samples", SAMPLES / "audio" / name, texts)


def public(clones: Path, scratch: Path) -> Iterator[Spoken]:
    """`clones` holds each repository, bare or not, as `owner/name`. Raises `CalledProcessError`
    where one lacks its commit."""
    for repository in tomllib.loads(LIST.read_text(encoding="utf-8"))["repository"]:
        for number, one in enumerate(repository["recordings"]):
            place = f"{repository['commit']}:{one['path']}"
            command = ["git", "-C", str(clones / repository["name"]), "show", place]
            name = f"{repository['name'].replace('/', '-')}-{number}-{Path(one['path']).name}"
            (scratch / name).write_bytes(subprocess.check_output(command))
            yield Spoken(one["kind"], scratch / name, {0: one["text"]})


def scored(one: Spoken, heard: Heard) -> Iterator[Score]:
    for channel, text in one.texts.items():
        said = " ".join(part.text for part in heard.phrases if part.channel == channel)
        spoken = normalised(text)
        compared = jiwer.process_words(spoken, normalised(said))
        wrong = compared.substitutions + compared.deletions + compared.insertions
        yield Score(one.kind, spoken, len(spoken.split()), wrong)


def figures(scores: Sequence[Score]) -> dict[str, float]:
    """Equal texts of a folder are formats of one recording; elsewhere they are other voices."""
    grouped: dict[object, list[Score]] = defaultdict(list)
    for number, score in enumerate(scores):
        grouped[score.text if score.kind in OWN else number].append(score)
    words = sum(group[0].words for group in grouped.values())
    errors = sum(fmean(score.errors for score in group) for group in grouped.values())
    return {
        "recordings": len(scores),
        "words": words,
        "errors": round(errors, 1),
        "rate": round(errors / words, 3) if words else 0.0,
    }


def normalised(text: str) -> str:
    """Digits stand alone, so that "nine oh two" is "902"; a lone "one" is one, too."""
    plain = re.sub(r"(\d) ?([ap]) ?m\b", r"\1 \2m", str(_normaliser()(text)))
    return " ".join(re.sub(r"\bone\b", "1", re.sub(r"\d", r" \g<0> ", plain)).split())


@cache
def _normaliser() -> Any:
    from whisper_normalizer.english import EnglishTextNormalizer

    return EnglishTextNormalizer()
