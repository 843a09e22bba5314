"""From what a provider heard to the transcript that we write. Pure, and linear in its input.

The order of work: clean every utterance; decide when each was said, and how long the recording is
(`spans.py`, `words.py`); see that no voice overlaps itself (`voices.py`); cut what is too long to
read (`paragraphs.py`); then tell speakers, turns, overlaps and doubts. What a provider does not say
stays null; what it says badly (an end before its start, a confidence of NaN) is mended here, so
that nobody downstream has to look twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TypeVar

from msgspec.structs import replace

from shared.model.language.languages import language as language_of
from shared.model.language.scripts import joint
from shared.model.profile.options import Options
from shared.model.transcript.insights import Chapter, Entity, Insights, Sentiment, Span
from shared.model.transcript.masking import hides_words, shown_only
from shared.model.transcript.mend import mend_utterance
from shared.model.transcript.paragraphs import PARAGRAPH_MS, paragraphs
from shared.model.transcript.recognition import RecognisedUtterance, Recognition
from shared.model.transcript.review import needs_review, review
from shared.model.transcript.spans import Placed, place
from shared.model.transcript.transcript import (
    Job,
    Language,
    Provider,
    Source,
    Speaker,
    Transcript,
    Utterance,
)
from shared.model.transcript.voices import apart, in_order, overlapping, without_doubles
from shared.model.transcript.words import mean_confidence

_Timed = TypeVar("_Timed", Span, Entity, Chapter, Sentiment)

# Providers and probes round differently; only more than both of these is worth a word.
_TOLERATED_DIFFERENCE_MS = 2_000
_TOLERATED_DIFFERENCE = 0.05


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
    placed = _heard(recognition, source, options)
    duration_ms = placed.duration_ms
    heard, units = _cut(placed.utterances, options)
    channels = {*range(source.channels or 1), *options.channels, *(u.channel for u in heard)}
    speakers = _Speakers(heard, channels=channels, are_apart=not recognition.is_mixed, roles=roles)
    language = _language(heard, options)
    utterances = _utterances(heard, units, speakers, review_below)
    doubts = review(utterances, review_below, language.code)
    return Transcript(
        job=job,
        source=replace(source, duration_ms=duration_ms),
        provider=replace(
            provider, warnings=_warnings(recognition, source, provider, placed.warnings)
        ),
        language=language,
        text=text_of(utterances),
        confidence=mean_confidence(utterances),
        needs_review=needs_review(doubts, sum(u.end_ms - u.start_ms for u in utterances)),
        speakers=speakers.all(),
        utterances=utterances,
        insights=_insights(recognition.insights, options, duration_ms),
        review=doubts,
    )


def _heard(recognition: Recognition, source: Source, options: Options) -> Placed:
    """The utterances as they are believed: in order, no voice over itself."""
    said = recognition.utterances
    if hides_words(options):
        said = tuple(map(shown_only, said))
    cleaned = [one for one in map(mend_utterance, said) if one.text]
    once, told = without_doubles(cleaned)
    placed = place(once, recognition.duration_ms, source.duration_ms)
    ordered = apart(in_order(placed.utterances))
    return Placed(ordered, placed.duration_ms, [*told, *placed.warnings])


def _cut(
    heard: Sequence[RecognisedUtterance], options: Options
) -> tuple[list[RecognisedUtterance], list[int]]:
    """Without long monologues; with each, the number of the unit that it is a part of."""
    if all(one.end_ms - one.start_ms <= PARAGRAPH_MS for one in heard):
        return list(heard), list(range(len(heard)))
    parts = [
        (part, unit)
        for unit, one in enumerate(heard)
        for part in paragraphs(one, language_of(one.language or options.locale))
    ]
    parts.sort(key=lambda part: part[0].start_ms)
    return [part for part, _ in parts], [unit for _, unit in parts]


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


# -- utterances ------------------------------------------------------------------------------


def _utterances(
    heard: Sequence[RecognisedUtterance],
    units: Sequence[int],
    speakers: _Speakers,
    review_below: float | None,
) -> tuple[Utterance, ...]:
    at_once = overlapping(heard)
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
                overlaps=index in at_once,
                text=u.text,
                text_itn=u.text_itn,
                text_lexical=u.text_lexical,
                words=u.words,
                alternatives=u.alternatives,
                unit=units[index],
                timing=u.timing,
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


def text_of(utterances: Sequence[Utterance]) -> str:
    """The display text of a conversation, one turn a line."""
    if not utterances:
        return ""
    parts = [utterances[0].text]
    for before, utterance in pairwise(utterances):
        same = utterance.turn == before.turn
        parts += [joint(before.text, utterance.text) if same else "\n", utterance.text]
    return "".join(parts)


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


def _warnings(
    recognition: Recognition, source: Source, provider: Provider, told: Sequence[str]
) -> tuple[str, ...]:
    warnings = [*provider.warnings, *recognition.warnings, *told]
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
