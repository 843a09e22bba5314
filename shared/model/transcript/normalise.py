"""From what a provider heard to the transcript that we write. Pure, and linear in its input.

The order of work: clean every utterance, put all channels into one time order, mend the times
inside each channel, then tell speakers, turns and overlaps. What a provider does not say stays
null; what it says badly (an end before its start, a confidence of NaN) is mended here, so that
nobody downstream has to look twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from heapq import heappop, heappush
from itertools import pairwise
from typing import TypeVar

from msgspec.structs import replace

from shared.model.profile.options import Options
from shared.model.transcript.insights import Chapter, Entity, Insights, Sentiment, Span
from shared.model.transcript.masking import hides_words, shown_only
from shared.model.transcript.mend import mend_utterance, mend_words
from shared.model.transcript.recognition import RecognisedUtterance, Recognition
from shared.model.transcript.transcript import (
    Job,
    Language,
    Provider,
    Source,
    Speaker,
    Transcript,
    Utterance,
)

_Timed = TypeVar("_Timed", Span, Entity, Chapter, Sentiment)

# Providers and probes round differently; only more than both of these is worth a word.
_TOLERATED_DIFFERENCE_MS = 2_000
_TOLERATED_DIFFERENCE = 0.05

# Written without spaces between sentences.
_UNSPACED_LANGUAGES = ("ja", "yue", "wuu", "zh")


def build_transcript(
    recognition: Recognition,
    *,
    job: Job,
    source: Source,
    provider: Provider,
    options: Options,
    roles: Mapping[int, str],
    review_below: float | None,
) -> Transcript:
    """The transcript of one recording.

    `roles` are the profile's names for channels ({0: "Agent"}), `review_below` its confidence
    threshold, None for no marks. `source.duration_ms` is what our probe says; in the transcript
    it is what the provider heard, if the provider tells.
    """
    duration_ms = _duration_ms(recognition, source)
    said = recognition.utterances
    if hides_words(options):
        said = tuple(map(shown_only, said))
    # In order before times are clamped, which may make them equal, and again afterwards.
    heard = [mend_utterance(utterance, duration_ms) for utterance in sorted(said, key=_time_order)]
    heard = _mend_overlaps(sorted((u for u in heard if u.text), key=_time_order))
    channels = {*range(source.channels or 1), *options.channels, *(u.channel for u in heard)}
    speakers = _Speakers(heard, channels=channels, are_apart=not recognition.is_mixed, roles=roles)
    language = _language(heard, options)
    utterances = _utterances(heard, speakers, review_below)
    confidence = _mean_confidence(utterances)
    return Transcript(
        job=job,
        source=replace(source, duration_ms=duration_ms),
        provider=replace(provider, warnings=_warnings(recognition, source, provider)),
        language=language,
        text=_text(utterances, language),
        confidence=confidence,
        needs_review=_is_low(confidence, review_below),
        speakers=speakers.all(),
        utterances=utterances,
        insights=_insights(recognition.insights, options, duration_ms),
    )


def _duration_ms(recognition: Recognition, source: Source) -> int | None:
    """A duration of nothing, with utterances in it, is a provider that does not know."""
    if recognition.duration_ms is None or (recognition.duration_ms <= 0 and recognition.utterances):
        return source.duration_ms
    return max(recognition.duration_ms, 0)


def _insights(found: Insights, options: Options, duration_ms: int | None) -> Insights | None:
    """What was asked for, in time order and inside the recording. What is to be redacted could be
    told by names, titles and phrases, whatever the provider says of them."""
    if not (options.sentiments or options.entities or options.chapters or options.highlights):
        return None
    is_open = not options.redact
    return Insights(
        entities=_in_time(found.entities if options.entities and is_open else (), duration_ms),
        chapters=_in_time(found.chapters if options.chapters and is_open else (), duration_ms),
        highlights=tuple(
            replace(each, spans=_in_time(each.spans, duration_ms))
            for each in (found.highlights if options.highlights and is_open else ())
        ),
        sentiments=_in_time(found.sentiments if options.sentiments else (), duration_ms),
    )


def _in_time(found: Iterable[_Timed], duration_ms: int | None) -> tuple[_Timed, ...]:
    clamped = []
    for each in found:
        start_ms = _clamped(each.start_ms, 0, duration_ms)
        end_ms = _clamped(each.end_ms, start_ms, duration_ms)
        clamped.append(replace(each, start_ms=start_ms, end_ms=end_ms))
    return tuple(sorted(clamped, key=lambda each: (each.start_ms, each.end_ms)))


def _clamped(moment_ms: int, least_ms: int, most_ms: int | None) -> int:
    return max(least_ms, moment_ms if most_ms is None else min(moment_ms, most_ms))


# -- utterances among each other --------------------------------------------------------------


def _time_order(utterance: RecognisedUtterance) -> tuple[int, int, int]:
    return utterance.start_ms, utterance.channel, utterance.end_ms


def _mend_overlaps(ordered: list[RecognisedUtterance]) -> list[RecognisedUtterance]:
    """Nobody overlaps inside a channel: the earlier utterance ends where the next one starts."""
    mended = list(ordered)
    last_of: dict[int, int] = {}
    for index, utterance in enumerate(ordered):
        last = last_of.get(utterance.channel)
        if last is not None and mended[last].end_ms > utterance.start_ms:
            mended[last] = replace(mended[last], end_ms=utterance.start_ms)
        last_of[utterance.channel] = index
    return mended


def _overlapping(ordered: Sequence[RecognisedUtterance]) -> set[int]:
    """Indexes of the utterances that share time with one of another channel.

    As channels hold no overlaps inside, whoever still speaks when another begins is on another
    channel; and of several who speak already, all are known to overlap.
    """
    overlapping: set[int] = set()
    speaking: list[tuple[int, int]] = []  # until when, and who; the first to end comes first
    for index, utterance in enumerate(ordered):
        while speaking and speaking[0][0] <= utterance.start_ms:
            heappop(speaking)
        if utterance.end_ms <= utterance.start_ms:
            continue
        if speaking:
            overlapping |= {index, speaking[0][1]}
        heappush(speaking, (utterance.end_ms, index))
    return overlapping


def _utterances(
    heard: Sequence[RecognisedUtterance], speakers: _Speakers, review_below: float | None
) -> tuple[Utterance, ...]:
    overlapping = _overlapping(heard)
    utterances: list[Utterance] = []
    turn, turn_of = -1, None
    for index, u in enumerate(heard):
        speaker, role = speakers.of(u)
        if turn_of != (u.channel, speaker):
            turn, turn_of = turn + 1, (u.channel, speaker)
        utterances.append(
            Utterance(
                id=index,
                turn=turn,
                start_ms=u.start_ms,
                end_ms=u.end_ms,
                channel=u.channel,
                speaker=speaker,
                role=role,
                language=u.language,
                confidence=u.confidence,
                needs_review=_is_low(u.confidence, review_below),
                overlaps=index in overlapping,
                text=u.text,
                text_itn=u.text_itn,
                text_lexical=u.text_lexical,
                words=mend_words(u.words, u.start_ms, u.end_ms),
                alternatives=u.alternatives,
            )
        )
    return tuple(utterances)


# -- who speaks -------------------------------------------------------------------------------


class _Speakers:
    """Tells speakers apart by channel and provider's label, in order of first appearance.

    Without a label the channel tells who speaks, but only if it can: the audio has several, or
    the profile names the only one, and nobody on the channel is labelled. Otherwise nothing is
    known, and the speaker is null.
    """

    def __init__(
        self,
        heard: Collection[RecognisedUtterance],
        *,
        channels: Collection[int],
        are_apart: bool,
        roles: Mapping[int, str],
    ) -> None:
        channel_tells = are_apart if len(channels) > 1 else set(roles) == set(channels)
        self._labelled = {u.channel for u in heard if u.speaker}
        self._unlabelled_can_speak = channel_tells
        self._roles = roles if channel_tells else {}
        self._found: dict[tuple[int, str], Speaker] = {}
        for utterance in heard:
            self._appear(utterance)

    def of(self, utterance: RecognisedUtterance) -> tuple[str | None, str | None]:
        """The speaker's id and role, None for what is not known."""
        speaker = self._found.get((utterance.channel, utterance.speaker))
        return (speaker.id if speaker else None), self._roles.get(utterance.channel)

    def all(self) -> tuple[Speaker, ...]:
        return tuple(self._found.values())

    def _appear(self, utterance: RecognisedUtterance) -> None:
        key = utterance.channel, utterance.speaker
        if not utterance.speaker and not self._channel_is_a_speaker(utterance.channel):
            return
        known = self._found.get(key) or Speaker(
            id=f"S{len(self._found) + 1}",
            channel=utterance.channel,
            role=self._roles.get(utterance.channel),
            provider_label=utterance.speaker or None,
        )
        talk_ms = known.talk_ms + utterance.end_ms - utterance.start_ms
        self._found[key] = replace(known, talk_ms=talk_ms)

    def _channel_is_a_speaker(self, channel: int) -> bool:
        return self._unlabelled_can_speak and channel not in self._labelled


# -- the transcript as a whole ----------------------------------------------------------------


def _text(utterances: Sequence[Utterance], language: Language) -> str:
    """One turn a line."""
    if not utterances:
        return ""
    unspaced = (language.code or "").split("-")[0] in _UNSPACED_LANGUAGES
    parts = [utterances[0].text]
    for before, utterance in pairwise(utterances):
        same_line = "" if unspaced else " "
        parts += [same_line if utterance.turn == before.turn else "\n", utterance.text]
    return "".join(parts)


def _mean_confidence(utterances: Iterable[Utterance]) -> float | None:
    """Weighted by length; what lasts no time at all still counts for a millisecond."""
    total, weight_ms = 0.0, 0
    for utterance in utterances:
        if utterance.confidence is not None:
            length_ms = max(utterance.end_ms - utterance.start_ms, 1)
            total += utterance.confidence * length_ms
            weight_ms += length_ms
    return round(total / weight_ms, 4) if weight_ms else None


def _is_low(confidence: float | None, review_below: float | None) -> bool:
    return confidence is not None and review_below is not None and confidence < review_below


def _language(heard: Iterable[RecognisedUtterance], options: Options) -> Language:
    """The language asked for; or, where candidates were, the one that was spoken longest."""
    spoken_ms: dict[str, int] = {}
    for u in heard:
        if u.language:
            spoken_ms[u.language] = spoken_ms.get(u.language, 0) + u.end_ms - u.start_ms
    detected = bool(options.candidate_locales)
    code = max(spoken_ms, key=spoken_ms.__getitem__, default=None) if detected else options.locale
    return Language(code=code, detected=detected, all=tuple(spoken_ms or ([code] if code else [])))


def _warnings(recognition: Recognition, source: Source, provider: Provider) -> tuple[str, ...]:
    warnings = [*provider.warnings, *recognition.warnings]
    if recognition.is_mixed and (source.channels or 1) > 1:
        warnings.append("The provider heard all channels as one; who is on which is not told.")
    heard_ms, probed_ms = recognition.duration_ms, source.duration_ms
    if heard_ms is not None and probed_ms is not None:
        difference_ms = abs(heard_ms - probed_ms)
        if difference_ms > max(_TOLERATED_DIFFERENCE_MS, probed_ms * _TOLERATED_DIFFERENCE):
            warnings.append(
                f"The provider heard {heard_ms / 1000:.1f} s of {probed_ms / 1000:.1f} s."
                if heard_ms < probed_ms
                else f"The provider heard {heard_ms / 1000:.1f} s in a recording that should "
                f"last {probed_ms / 1000:.1f} s."
            )
    return tuple(dict.fromkeys(warnings))
