"""Ten ways in which people say what is to be hidden, through what each provider gives, by the net
alone and with a finder: with `-s` it is printed what each finds and misses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple
from unittest.mock import patch

import msgspec
import pytest

from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from shared.model.redaction.redact import redact
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.result_forms import FORMS, Said
from tests.fakes.world import World
from tests.unit.test_assemblyai_results import transcript
from tests.unit.test_planted import Lying, left_of
from tests.unit.test_redaction_calls import FORMED as NET_FORMED
from tests.unit.test_redaction_calls import SURE, Call, calls, share

FORMED = (
    *("credit_card_number", "credit_card_cvv", "credit_card_expiration"),
    *("phone_number", "email_address"),
)
NAMED = "person_name"
HARDER = {("cvv", "soferai")}
"""What is asked for by another voice is not told apart where channels are not."""


class Case(NamedTuple):
    """`hidden` are kinds and texts, in small letters, that must stand nowhere; `stays` what must
    stand in the text."""

    what: str
    said: tuple[Said, ...]
    hidden: tuple[tuple[str, str], ...]
    stays: tuple[str, ...] = ()


def alike(channel: int, text: str) -> Said:
    return (
        channel,
        text,
        " ".join(text.lower().replace(",", "").replace("?", "").split()).rstrip("."),
    )


CASES = (
    Case(
        "digits that were spoken one by one",
        (
            alike(0, "The card number, please?"),
            (
                1,
                "It is 4539 1488 0343 6467.",
                "it is four five three nine one four eight eight "
                "oh three four three six four six seven",
            ),
        ),
        (("card", "4539 1488 0343 6467"), ("card", "oh three four three"), ("card", "6467")),
        ("card number",),
    ),
    Case(
        "a card over two utterances",
        (
            alike(1, "Four five three nine, one four eight eight"),
            alike(0, "Uh huh, go on."),
            alike(1, "oh three four three, six four six seven, that is all."),
        ),
        (("card", "four five three nine"), ("card", "six four six seven")),
        ("go on", "that is all"),
    ),
    Case(
        "a phone that the other repeats",
        (
            alike(1, "Call me at two oh seven, seven nine four six, oh nine double one."),
            alike(0, "Two oh seven, 7946 0911, right?"),
        ),
        (("phone", "two oh seven"), ("phone", "7946"), ("phone", "double one")),
        ("right",),
    ),
    Case(
        "a name that is told once and said again in parts",
        (
            alike(1, "Hello, my name is Maria Gonzalez."),
            alike(0, "Thank you Maria, is that Gonzalez with a z?"),
        ),
        (("name", "maria"), ("name", "gonzalez")),
        ("with a z",),
    ),
    Case(
        "a mail address with words for its marks",
        (alike(1, "Write to paula dot keane at example dot org today."),),
        (("mail", "keane"), ("mail", "paula")),
        ("today",),
    ),
    Case(
        "a mail address that is displayed as it is written",
        (
            (
                1,
                "Write to paula.keane@example.org today.",
                "write to paula dot keane at example dot org today",
            ),
        ),
        (("mail", "keane"), ("mail", "paula")),
        ("today",),
    ),
    Case(
        "words and other readings",
        (
            (
                1,
                "My number is 0207 946 0911.",
                "my number is oh two oh seven nine four six oh nine one one",
            ),
        ),
        (("phone", "0207"), ("phone", "0911"), ("phone", "oh nine one one")),
        ("number is",),
    ),
    Case(
        "a card that its date runs into, so that no checksum fits",
        (alike(1, "That is 4539 1488 0343 6467 09 27 and nothing more."),),
        (("card", "4539"), ("card", "6467"), ("card", "09 27")),
        ("nothing more",),
    ),
    Case(
        "a security code, after the question for it",
        (alike(0, "And the security code?"), alike(1, "Three one two."), alike(0, "I have three.")),
        (("cvv", "three one two"),),
        ("i have three",),
    ),
    Case(
        "numbers that are nobody's",
        (alike(1, "Two cars and three dogs, and that one for $19.99."),),
        (),
        ("two cars and three dogs", "that one"),
    ),
)


def published(said: tuple[Said, ...], form: str, *, with_finder: bool) -> str:
    """All that was said, as it is stored in any form and output, in small letters."""
    kinds = (*FORMED, NAMED) if with_finder else FORMED
    profile = Profile(
        options=Options(redact=kinds, redact_with="kind"), formats=("vtt", "txt", "words")
    )
    world = World(profiles=(profile,), finder=Lying("", {}).finder if with_finder else None)
    recognition = FORMS[form](said)
    with patch(
        "tests.fakes.provider.heard",
        lambda source: msgspec.structs.replace(recognition, source=source),
    ):
        world.drop("a.wav")
        world.run()
    assert_all_is_well(world)
    assert world.states() == {"a.wav": "transcribed"}
    return "\n".join(_texts(world)).lower()


def _texts(world: World) -> Iterator[str]:
    for path, file in world.outputs.files.items():
        if path.startswith("transcripts/") and path.endswith("wav.json"):
            stored = msgspec.json.decode(file.content)
            yield stored["text"]
            for one in stored["utterances"]:
                yield from filter(None, (one["text"], one["text_itn"], one["text_lexical"]))
                yield " ".join(word["text"] for word in one["words"] or ())
                yield from (other["text"] for other in one["alternatives"] or ())
        elif path.startswith("transcripts/"):
            yield file.content.decode()


@pytest.mark.long
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("with_finder", [False, True], ids=["net alone", "with a finder"])
def test_what_is_said_in_ten_ways_is_hidden(form: str, with_finder: bool) -> None:
    found, there = Counter[str](), Counter[str]()
    wrong = []
    for case in CASES:
        stored = published(case.said, form, with_finder=with_finder)
        for kind, text in case.hidden:
            there[kind] += 1
            is_left = bool(left_of([text], stored))
            found[kind] += not is_left
            if is_left and (kind != "name" or with_finder):
                wrong.append((case.what, text))
        wrong += [(case.what, f"not {text}") for text in case.stays if text not in stored]
    print(f"{form}, en:", ", ".join(f"{kind} {found[kind]}/{n}" for kind, n in there.items()))
    assert wrong == []
    assert with_finder or found["name"] == 0


@pytest.mark.long
@pytest.mark.parametrize("form", ["azure batch", "assemblyai", "soferai"])
def test_calls_in_many_languages_are_hidden_in_whatever_form_they_come(form: str) -> None:
    """By the net alone. Sofer.ai tells channels apart no more than voices do."""
    found, there = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for call in calls():
        left = _redacted(call, form)
        for value in call.hidden:
            key = value.kind, call.language.partition("-")[0]
            there[key] += 1
            found[key] += not any(part in left for _, part in value.parts if len(part) > 4)
    for kind in sorted(SURE):
        of_kind = {key[1]: n for key, n in sorted(there.items()) if key[0] == kind}
        told = ", ".join(f"{tag} {found[kind, tag]}/{n}" for tag, n in of_kind.items())
        print(f"{form:13} {kind:7} {share(found, there, kind):.3f}  {told}")
        assert share(found, there, kind) >= SURE[kind] or (kind, form) in HARDER


def _redacted(call: Call, form: str) -> str:
    """What is displayed, by the net alone."""
    said = [(channel, text, text.lower()) for channel, text in call.said]
    heard = FORMS[form](said)
    utterances = tuple(
        msgspec.structs.replace(one, language=call.language) for one in heard.utterances
    )
    there = transcript(msgspec.structs.replace(heard, utterances=utterances), channels=2)
    shown = redact(there, sorted(NET_FORMED), "kind", unsupported="net").transcript
    return "\n".join(one.text for one in shown.utterances)
