"""What was said, as each provider's API gives it, read by its own adapter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from shared.model.transcript.recognition import Recognition
from shared.providers.assemblyai.results import read_result as read_assemblyai
from shared.providers.azure_speech.fast.answer import read_answer
from shared.providers.azure_speech.results import read_result as read_azure
from shared.providers.soferai.results import Reading
from shared.providers.soferai.results import read_result as read_soferai

Said = tuple[int, str, str]
"""Channel, as it is displayed, as it was spoken."""
AUDIO = "https://acct.blob.core.windows.net/audio/a.wav"
EACH_MS, WORD_MS = 5_000, 200
_LABEL = "mark-0of1"


def azure_batch(said: Sequence[Said]) -> Recognition:
    """Version 2025-10-15: times in milliseconds, words as they are displayed, other readings."""
    return read_azure(_azure(said, has_display=True, in_ticks=False))


def azure_of_old(said: Sequence[Said]) -> Recognition:
    """Version 3.2 without displayed words: times in ticks alone."""
    return read_azure(_azure(said, has_display=False, in_ticks=True))


def azure_fast(said: Sequence[Said]) -> Recognition:
    """The answer of fast transcription: one form, channel by channel."""
    phrases = [
        {
            "channel": channel,
            "offsetMilliseconds": n * EACH_MS,
            "durationMilliseconds": EACH_MS,
            "text": text,
            "words": [
                {"text": word, "offsetMilliseconds": at, "durationMilliseconds": WORD_MS}
                for word, at in _timed(text, n)
            ],
            "locale": "en-us",
            "confidence": 0.9,
        }
        for n, (channel, text, _) in enumerate(said)
    ]
    phrases.sort(key=lambda phrase: phrase["channel"])
    body = {"durationMilliseconds": len(said) * EACH_MS, "combinedPhrases": [], "phrases": phrases}
    return read_answer(msgspec.json.encode(body))


def assemblyai(said: Sequence[Said]) -> Recognition:
    """Utterances and words of several channels."""
    utterances: list[dict[str, Any]] = []
    for n, (channel, text, _) in enumerate(said):
        of_channel = {"channel": str(channel + 1), "speaker": str(channel + 1), "confidence": 0.9}
        words = [
            {"text": word, "start": at, "end": at + WORD_MS, **of_channel}
            for word, at in _timed(text, n)
        ]
        times = {"start": n * EACH_MS, "end": n * EACH_MS + EACH_MS}
        utterances.append({"text": text, "words": words, **times, **of_channel})
    body = {
        "status": "completed",
        "audio_url": AUDIO,
        "audio_duration": len(said) * EACH_MS / 1000,
        "multichannel": True,
        "language_code": "en",
        "text": " ".join(text for _, text, _ in said),
        "utterances": utterances,
        "words": [word for one in utterances for word in one["words"]],
    }
    return read_assemblyai(msgspec.json.encode(body))


def soferai(said: Sequence[Said]) -> Recognition:
    """One text, and stamps of its words with who spoke."""
    stamps = [
        {"word": word, "start": at / 1000, "end": (at + WORD_MS) / 1000, "speaker": str(channel)}
        for n, (channel, text, _) in enumerate(said)
        for word, at in _timed(text, n)
    ]
    info = {"status": "COMPLETED", "title": f"a.wav [{_LABEL}]", "client_item_id": _LABEL}
    body = {
        "text": "\n\n".join(text for _, text, _ in said),
        "timestamps": stamps,
        "info": {**info, "duration": len(said) * EACH_MS / 1000},
    }
    return read_soferai(msgspec.json.encode(body), Reading("en", _LABEL))


FORMS: Mapping[str, Callable[[Sequence[Said]], Recognition]] = {
    "azure batch": azure_batch,
    "azure of old": azure_of_old,
    "azure fast": azure_fast,
    "assemblyai": assemblyai,
    "soferai": soferai,
}


def _azure(said: Sequence[Said], *, has_display: bool, in_ticks: bool) -> bytes:
    phrases = []
    for n, (channel, text, spoken) in enumerate(said):
        best: dict[str, Any] = {
            "confidence": 0.9,
            "lexical": spoken,
            "itn": text.lower().rstrip("."),
            "maskedITN": text.lower().rstrip("."),
            "display": text,
            "words": [
                {"word": word, **_span(at, WORD_MS, in_ticks), "confidence": 0.9}
                for word, at in _timed(spoken, n)
            ],
        }
        if has_display:
            best["displayWords"] = [
                {"displayText": word, **_span(at, WORD_MS, in_ticks)}
                for word, at in _timed(text, n)
            ]
        other = {"confidence": 0.4, "lexical": f"{spoken} so", "display": f"{text} So."}
        phrases.append(
            {
                "recognitionStatus": "Success",
                "channel": channel,
                **_span(n * EACH_MS, EACH_MS, in_ticks),
                "nBest": [best, {**other, "itn": other["display"], "maskedITN": other["display"]}],
            }
        )
    whole = _span(0, len(said) * EACH_MS, in_ticks)
    del whole["offsetInTicks" if in_ticks else "offsetMilliseconds"]
    body = {"source": AUDIO, **whole, "combinedRecognizedPhrases": [], "recognizedPhrases": phrases}
    return msgspec.json.encode(body)


def _span(start_ms: int, length_ms: int, in_ticks: bool) -> dict[str, Any]:
    if in_ticks:
        return {"offsetInTicks": start_ms * 10_000, "durationInTicks": length_ms * 10_000}
    return {"offsetMilliseconds": start_ms, "durationMilliseconds": length_ms}


def _timed(text: str, n: int) -> list[tuple[str, int]]:
    return [(word, n * EACH_MS + WORD_MS * place) for place, word in enumerate(text.split())]
