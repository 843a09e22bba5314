"""Whatever a finder does, nothing that was planted in a conversation is in any stored byte.

The finder is ours, with the emulator's analysis behind it: names that it is told of are found, and
it errs as it is ordered to. What has a form is found by the net, whatever the finder does.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from unittest.mock import patch

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.emulators.azure_language.documents import answered, read
from local.emulators.azure_language.faults import KINDS
from local.emulators.common.faults import Faults
from shared.finders.azure_language.client import AzureLanguage
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from shared.model.redaction.kinds import Mask
from shared.model.transcript.recognition import RecognisedUtterance, Recognition
from shared.model.transcript.transcript import Alternative, Word
from shared.providers.identity import by_key
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.world import World
from tests.unit.probing_audio import wav

KINDS_ASKED = ("person_name", "phone_number", "credit_card_number", "email_address")
ONES = "zero one two three four five six seven eight nine".split()
NAMES = ("Maria Gonzalez", "Walter Novak", "Priya Ramirez", "Yusuf Murphy", "Zoe O'Sullivan")
FILLERS = ("Yes.", "Go on.", "Mm hm.", "I see, wait.", "One moment \U0001f469\u200d\U0001f467.")
MISHEARD = "qvorbanna"
Said = tuple[int, str, str]
"""Channel, as it is displayed, as it was spoken."""


class Conversation(NamedTuple):
    """`names` are the words that only a finder can know, `formed` what the net finds, as texts
    that must stand nowhere."""

    said: tuple[Said, ...]
    names: frozenset[str]
    formed: frozenset[str]


class Lying:
    """Our finder in front of the emulator's analysis. `refusals` calls are refused before."""

    def __init__(self, kind: str, options: dict[str, Any], refusals: int = 0) -> None:
        self._faults, self._refusals = Faults(KINDS), refusals
        if kind:
            self._faults.order({"kind": kind, "times": None, **options})
        http = httpx.Client(transport=httpx.MockTransport(self._respond))
        self.finder = AzureLanguage(
            http=http,
            endpoint="https://lang.example",
            auth=by_key("k"),
            api_version="2026-05-01",
            calls_per_minute=100_000,
        )

    def _respond(self, request: httpx.Request) -> httpx.Response:
        if self._refusals:
            self._refusals -= 1
            return httpx.Response(503, content=request.content)  # an error that quotes the text
        return httpx.Response(200, json=answered(read(request.content), self._faults))


def spoken(text: str) -> str:
    """As it was said: no capitals, no marks, numbers in words."""
    said = re.sub(r"\d", lambda found: f" {ONES[int(found[0])]} ", text)
    said = said.replace("@", " at ").replace("-", " ")
    said = re.sub(r"\.(?=\w)", " dot ", said)
    return " ".join(re.sub(r"[.,?!]", " ", said).lower().split())


@st.composite
def conversations(draw: st.DrawFn) -> Conversation:
    said: list[Said] = []
    names: set[str] = set()
    formed: set[str] = set()
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True)):
        _name(draw, said, name)
        names.update(part.lower() for part in name.split())
    names.add(MISHEARD)  # where the other form has a name
    for _ in range(draw(st.integers(1, 2))):
        formed |= _number(draw, said)
    if draw(st.booleans()):
        said.append((1, "Write to qux.vreeland@example.org now.", ""))
        formed |= {"vreeland", "qux dot"}
    shown = [(c, text, other or spoken(text)) for c, text, other in said]
    return Conversation(tuple(shown), frozenset(names), frozenset(formed))


def _name(draw: st.DrawFn, said: list[Said], name: str) -> None:
    """Told once as a whole, and then in any way, by anybody."""
    first, last = name.split()
    told = draw(st.sampled_from(["My name is {}.", "Hello, this is {} speaking.", "I am {}."]))
    misheard = draw(st.sampled_from(["", f"my name is {MISHEARD}"]))
    said.append((1, told.format(name), misheard))
    mentions = [
        f"Thank you {first}.",
        f"Is it {last.upper()} with a z?",
        f"So {last}'s account, then.",
        f"{first}, {last}, I have you here.",
        name.lower(),
    ]
    for mention in draw(st.lists(st.sampled_from(mentions), max_size=3)):
        channel = draw(st.integers(0, 1))
        at = draw(st.integers(0, len(said)))
        other = draw(st.sampled_from(["", "something else was heard"]))
        said.insert(at, (channel, mention, other))


def _number(draw: st.DrawFn, said: list[Said]) -> set[str]:
    """In figures, grouped somehow, or in words; over the ends of utterances, or not."""
    digits = draw(st.text("23456789", min_size=10, max_size=16))
    size = draw(st.integers(2, 5))
    groups = [digits[n : n + size] for n in range(0, len(digits), size)]
    if draw(st.booleans()):
        groups = [spoken(group) for group in groups]
    cut = draw(st.integers(0, len(groups) - 1))
    if cut:
        said.append((1, f"It is {' '.join(groups[:cut])}", ""))
        said.append((0, draw(st.sampled_from(FILLERS)), ""))
        said.append((1, f"{' '.join(groups[cut:])}, thank you.", ""))
    else:
        said.append((1, f"It is {' '.join(groups)}, thank you.", ""))
    words = spoken(digits)
    return {" ".join(groups), words, digits, " ".join(words.split()[:6])}


def recognised(source: str, conversation: Conversation, *, speaks_words: bool) -> Recognition:
    utterances = []
    for n, (channel, text, lexical) in enumerate(conversation.said):
        at = 1_000 * n
        words = (lexical if speaks_words else text).split()
        utterances.append(
            RecognisedUtterance(
                start_ms=at,
                end_ms=at + 900,
                channel=channel,
                confidence=0.9,
                text=text,
                text_itn=text.lower(),
                text_lexical=lexical,
                words=tuple(Word(word, at + 9 * k, at + 9 * k + 9) for k, word in enumerate(words)),
                alternatives=(Alternative(text=f"{text} or so", confidence=0.1),),
            )
        )
    return Recognition(
        source=source, duration_ms=1_000 * len(utterances), utterances=tuple(utterances)
    )


def stored(world: World, *besides: str) -> str:
    """Every byte of every store, queue and table, in small letters, but those named `besides`."""
    elsewhere = {*besides, "finder", "endpoints", "app", "capabilities", "profiles", "last_errors"}
    there = [repr(getattr(it, "__dict__", it)) for it in _stand_ins(world, elsewhere)]
    decoded = [f.content.decode(errors="replace") for f in world.outputs.files.values()]
    return "\n".join([*there, *decoded, *map(str, world.last_errors)]).lower()


def _stand_ins(world: World, elsewhere: set[str]) -> Iterator[object]:
    for name, it in vars(world).items():
        if name not in elsewhere and not name.startswith("_"):
            yield it


def left_of(texts: Sequence[str], dump: str) -> list[str]:
    return [text for text in texts if re.search(rf"(?<!\w){re.escape(text)}(?!\w)", dump)]


ERRANT: dict[str, tuple[str, dict[str, Any], int]] = {
    "right": ("", {}, 0),
    "places shifted": ("shift_offsets", {"by": 5}, 0),
    "other units of text": ("graphemes", {}, 0),
    "wrong kinds": ("wrong_kind", {}, 0),
    "down for a while": ("", {}, 7),
}
"""What a finder may do and names are hidden all the same."""
UNHELPFUL: dict[str, tuple[str, dict[str, Any], int]] = {
    "finds nothing": ("miss", {}, 0),
    "finds no names": ("miss", {"category": "Person"}, 0),
}
WORTHLESS = ("wrong_text", "truncate", "drop_document", "double_document", "document_error")
cases = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def run(
    conversation: Conversation,
    lying: Lying,
    mask: Mask = "kind",
    *,
    speaks_words: bool = False,
    keeps: bool = False,
) -> World:
    """With listening copies in which it is hidden; `keeps`: unredacted transcripts, too."""
    wanted = {"redact": KINDS_ASKED, "redact_with": mask, "redact_audio": "mute"}
    profile = Profile(
        options=msgspec.convert(wanted, Options),
        formats=("vtt", "txt", "words"),
        listening="always",
        keep_unredacted=keeps,
    )
    world = World(profiles=(profile,), finder=lying.finder)
    hears = lambda source: recognised(source, conversation, speaks_words=speaks_words)  # noqa: E731
    with patch("tests.fakes.provider.heard", hears):
        world.drop("a.wav", wav(seconds=2))
        world.run()
    assert_all_is_well(world)
    return world


@pytest.mark.long
@cases
@given(
    errs=st.sampled_from(sorted(ERRANT)),
    conversation=conversations(),
    mask=st.sampled_from(["hash", "kind", "pseudonym"]),
    speaks_words=st.booleans(),
    keeps=st.booleans(),
)
def test_no_value_that_was_planted_is_stored(
    caplog: pytest.LogCaptureFixture,
    errs: str,
    conversation: Conversation,
    mask: Mask,
    speaks_words: bool,
    keeps: bool,
) -> None:
    caplog.clear()
    with caplog.at_level(logging.DEBUG):
        lying = Lying(*ERRANT[errs])
        world = run(conversation, lying, mask, speaks_words=speaks_words, keeps=keeps)
    assert world.states() == {"a.wav": "transcribed"}
    assert bool(world.unredacted.kept) == keeps
    assert "mp3" in str(world.redacted_audio.copies.kept)  # type: ignore[attr-defined]
    assert not world.listening.copies.kept  # type: ignore[attr-defined]
    dump = stored(world, "unredacted") + caplog.text.lower()
    assert not left_of([*conversation.names, *conversation.formed], dump)


@pytest.mark.long
@cases
@given(st.sampled_from(sorted(UNHELPFUL)), conversations())
def test_what_has_a_form_is_hidden_by_the_net_whatever_a_finder_misses(
    errs: str, conversation: Conversation
) -> None:
    world = run(conversation, Lying(*UNHELPFUL[errs]))
    assert world.states() == {"a.wav": "transcribed"}
    assert not left_of([*conversation.formed], stored(world))


@pytest.mark.long
@cases
@given(st.sampled_from(WORTHLESS), conversations())
def test_of_what_cannot_be_believed_nothing_is_stored(
    errs: str, conversation: Conversation
) -> None:
    world = run(conversation, Lying(errs, {}))
    row = world.rows()["a.wav"]
    if row.failure is not None:  # where nothing was found nothing could be wrong
        assert row.failure.code == "redaction_failed"
        assert not any(path.startswith("transcripts/") for path in world.outputs.files)
    assert not left_of([*conversation.names, *conversation.formed], stored(world))
