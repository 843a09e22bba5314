"""Phrases that say what a text is about: runs of words between small ones, and of these the ones
whose words come often and in company (RAKE, in small)."""

from __future__ import annotations

import re
from collections import Counter

MOST = 20
_RUN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SMALL = frozenset(
    """
    a about after again all also am an and any are as ask at back be because been before being but
    by call came can can't come could course day did didn't do does doesn't doing don't done down
    for from get give go going good got had has have haven't he hello help her here hi him his how i
    i'd i'll i'm i've if in into is isn't it it's its just know let like look make many may me mean
    more much my name need no not now of off oh ok okay on one only or other our out over please
    really right said same say see she should so some sorry speak speaking sure take tell than thank
    thanks that that's the their them then there there's these they thing think this those time to
    too up us use very want was wasn't way we we'll we're we've well were what what's when where
    which while who why will with won't would yeah yes yet you you'd you'll you're you've your
    """.split()
)


def phrases(text: str) -> list[str]:
    """The best first, each once, as it stands in the text."""
    runs = [run for line in text.splitlines() for run in _runs(line)]
    words = [[word.casefold() for word in _RUN.findall(run)] for run in runs]
    counts = Counter(word for run in words for word in run)
    degrees: Counter[str] = Counter()
    for run in words:
        for word in run:
            degrees[word] += len(run)
    scores: dict[str, float] = {}
    shown: dict[str, str] = {}
    for run, own in zip(runs, words, strict=True):
        key = " ".join(own)
        scores[key] = sum(degrees[word] / counts[word] for word in own) + counts[own[0]] / 10
        shown.setdefault(key, run)
    ranked = sorted(scores, key=lambda key: -scores[key])
    return [shown[key] for key in ranked[:MOST]]


def _runs(line: str) -> list[str]:
    """Stretches of up to four words that are not small, with nothing but a space between them."""
    found: list[tuple[int, int, int]] = []
    for word in _RUN.finditer(line):
        if word[0].casefold().replace("’", "'") in _SMALL or len(word[0]) < 3:
            continue
        start, end, length = found[-1] if found else (0, -2, 0)
        if found and line[end : word.start()] == " " and length < 4:
            found[-1] = (start, word.end(), length + 1)
        else:
            found.append((word.start(), word.end(), 1))
    return [line[start:end] for start, end, _ in found]
