"""Personal data leaves a transcript in every form, whoever said it, however it was said."""

from __future__ import annotations

import random
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import RedactionFailed
from shared.model.redaction.gate import check
from shared.model.redaction.kinds import NET, PRESETS, Mask, found_by_nobody, kinds_of
from shared.model.redaction.numbers import numbers
from shared.model.redaction.redact import BY_PROVIDER, Redacted, redact
from shared.model.redaction.repeats import Known, plain
from shared.model.transcript import transcript as t
from shared.model.transcript.normalise import text_of
from shared.outputs.formats import FORMATS, render_all

EVERYTHING = tuple(sorted(NET))
Turn = tuple[int, str] | tuple[int, str, str]
"""Channel, what is displayed, and what was spoken where that is another text."""


def said(*turns: Turn, tag: str = "en-US") -> t.Transcript:
    utterances, at = [], 0
    for number, turn in enumerate(turns):
        channel, text, spoken = (*turn, turn[1].lower())[:3]
        words = []
        for n, word in enumerate(text.split()):
            words.append(t.Word(word, at + n * 250, at + n * 250 + 200, 0.9))
        end = at + len(words) * 250
        utterances.append(
            t.Utterance(
                id=number,
                turn=number,
                start_ms=at,
                end_ms=end,
                channel=channel,
                speaker=f"S{channel + 1}",
                text=text,
                text_itn=text,
                text_lexical=spoken,
                words=tuple(words),
                alternatives=(t.Alternative(text=f"{text} or so", confidence=0.2),),
            )
        )
        at = end + 100
    return t.Transcript(
        job=t.Job(id="j", batch_id="b", recording_id="r", attempt=1, profile="p"),
        source=t.Source(uri="u", container="c", name="n", etag="e", bytes=1),
        provider=t.Provider(name="p", endpoint="e", api_version="v", transcription_id="i"),
        language=t.Language(code=tag),
        text=text_of(utterances),
        utterances=tuple(utterances),
    )


def hidden(
    *turns: Turn, kinds: Sequence[str] = EVERYTHING, mask: Mask = "kind", tag: str = "en-US"
) -> Redacted:
    found = redact(said(*turns, tag=tag), kinds, mask)
    check(found, kinds, render_all(found.transcript, list(FORMATS)))
    return found


def texts(found: Redacted) -> list[str]:
    return [one.text for one in found.transcript.utterances]


CASES: list[tuple[str, list[Turn], list[str]]] = [
    (
        "a card as it was spoken, displayed in digits",
        [(0, "Your card?"), (1, "5500 0000 0000 0004", "five five " + "oh " * 13 + "four")],
        ["Your card?", "[CREDIT_CARD_NUMBER]"],
    ),
    (
        "a card over two utterances, somebody else in between",
        [
            (1, "It is five five zero zero triple zero zero"),
            (0, "Mm, go on."),
            (1, "double zero double zero one two three four please."),
        ],
        ["It is [CREDIT_CARD_NUMBER]", "Mm, go on.", "[CREDIT_CARD_NUMBER] please."],
    ),
    (
        "a card that runs into its date, which no checksum fits",
        [(0, "5500 0000 0000 0005 11 28 that's it")],
        ["[CREDIT_CARD_NUMBER] that's it"],
    ),
    (
        "a phone, said by one and repeated by the other",
        [(0, "Call three one oh five five five oh one double two."), (1, "310-555-0122, thanks.")],
        ["Call [PHONE_NUMBER].", "[PHONE_NUMBER], thanks."],
    ),
    (
        "a phone repeated in parts",
        [(0, "My phone is 310 555 0122"), (1, "So the end of it is 0122?")],
        ["My phone is [PHONE_NUMBER]", "So the end of it is [PHONE_NUMBER]?"],
    ),
    (
        "a mail address with words for its marks",
        [(0, "Write to jane underscore roe at mail dot example dot org today.")],
        ["Write to [EMAIL_ADDRESS] today."],
    ),
    (
        "a mail address letter by letter",
        [(0, "That is r o e at example dot org.")],
        ["That is [EMAIL_ADDRESS]."],
    ),
    (
        "a mail address as it is written",
        [(0, "Write to jane.roe@example.org.", "write to jane dot roe at example dot org")],
        ["Write to [EMAIL_ADDRESS]."],
    ),
    (
        "a security code after the question for it",
        [(0, "The three digits on the back of your card?"), (1, "Nine one seven.")],
        ["The three digits on the back of your card?", "[CREDIT_CARD_CVV]."],
    ),
    (
        "a pin after the question for it",
        [(0, "And the pin?"), (1, "Eight two oh six, I think.")],
        ["And the pin?", "[PASSWORD], I think."],
    ),
    (
        "a password that is a word",
        [(0, "My password is tortoise and the password is not accepted.")],
        ["My password is [PASSWORD] and the password is not accepted."],
    ),
    (
        "a date of birth in words, and one in digits",
        [(0, "Your date of birth?"), (1, "May the ninth nineteen seventy two.")],
        ["Your date of birth?", "[DATE_OF_BIRTH]."],
    ),
    (
        "an account of a bank, written",
        [(0, "Transfer it to GB33 BUKB 2020 1555 5555 55 now")],
        ["Transfer it to [BANKING_INFORMATION] now"],
    ),
    (
        "what is nobody's",
        [(0, "Two cars, three dogs, 1,400,000 dollars, $19.99 at 10:45, and that one is fine.")],
        ["Two cars, three dogs, 1,400,000 dollars, $19.99 at 10:45, and that one is fine."],
    ),
    (
        "somebody at a place",
        [(0, "I was at home at five and saw him at the station.")],
        ["I was at home at five and saw him at the station."],
    ),
]


@pytest.mark.long
@pytest.mark.parametrize(("turns", "wanted"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_case_is_as_it_should_be(turns: list[Turn], wanted: list[str]) -> None:
    kinds = [kind for kind in EVERYTHING if kind != "number_sequence"]
    assert texts(hidden(*turns, kinds=kinds)) == wanted


SPOKEN = [
    ("de-DE", "Meine Nummer ist null eins fünf eins einundzwanzig zweiundvierzig sieben acht"),
    ("de-DE", "schreiben Sie an petra punkt muster ät beispiel punkt de"),
    ("fr-FR", "mon numéro est zéro six douze trente quatre cinquante six soixante"),
    ("fr-FR", "l'adresse est jeanne point martin arobase exemple point fr"),
    ("es-ES", "mi teléfono es seis uno dos tres cuatro cinco seis siete ocho"),
    ("it-IT", "il numero è tre tre otto uno due tre quattro cinque sei"),
    ("nl-NL", "mijn nummer is nul zes eenentwintig tweeënveertig drie vier vijf"),
    ("pt-BR", "meu telefone é onze nove oito sete seis cinco quatro três dois"),
]


@pytest.mark.parametrize(("tag", "text"), SPOKEN)
def test_numbers_are_known_in_other_languages(tag: str, text: str) -> None:
    found = hidden((0, text), kinds=["phone_number", "email_address"], tag=tag)
    (shown,) = texts(found)
    assert shown.endswith(("[PHONE_NUMBER]", "[EMAIL_ADDRESS]"))
    assert not any(word in numbers(tag).digits for word in shown.lower().split()[3:])


def test_every_form_is_hidden_and_words_keep_their_time() -> None:
    found = hidden(
        (0, "Call 310 555 0122 now", "call three one oh five five five oh one two two now")
    )
    (one,) = found.transcript.utterances
    assert (one.text, one.text_itn) == ("Call [PHONE_NUMBER] now",) * 2
    assert one.text_lexical == "call [PHONE_NUMBER] now"
    assert [(w.text, w.start_ms, w.end_ms) for w in one.words] == [
        ("Call", 0, 200),
        ("[PHONE_NUMBER]", 250, 950),
        ("now", 1000, 1200),
    ]
    assert one.alternatives == ()
    assert found.transcript.text == one.text
    assert found.transcript.redaction is not None
    assert found.transcript.redaction.counts == {"phone_number": 1}


def test_masks() -> None:
    turn = (0, "Call 310 555 0122, I said 310 555 0122, or 310 555 0199")
    kinds = ["phone_number"]
    assert texts(hidden(turn, kinds=kinds, mask="hash")) == [
        "Call ### ### ####, I said ### ### ####, or ### ### ####"
    ]
    assert texts(hidden(turn, kinds=kinds, mask="pseudonym")) == [
        "Call [PHONE_NUMBER_1], I said [PHONE_NUMBER_1], or [PHONE_NUMBER_2]"
    ]


def test_only_what_was_asked_for_is_hidden() -> None:
    turns: list[Turn] = [(0, "Call 310 555 0122 or write to roe@example.org")]
    assert texts(hidden(*turns, kinds=["email_address"])) == [
        "Call 310 555 0122 or write to [EMAIL_ADDRESS]"
    ]
    found = hidden(*turns, kinds=["credit_card_number"])
    assert found.transcript.utterances == said(*turns).utterances
    assert found.transcript.redaction is not None and found.transcript.redaction.counts == {}


def test_twice_is_once() -> None:
    once = hidden((0, "Call 310 555 0122, my pin is 4471"), mask="pseudonym").transcript
    again = redact(once, EVERYTHING, "pseudonym")
    assert again.transcript == once and not again.hidden


# --- what cannot be done


def test_a_language_whose_numbers_nobody_knows_stores_nothing() -> None:
    with pytest.raises(RedactionFailed) as raised:
        redact(said((0, "numeri mi on 123"), tag="fi-FI"), ["phone_number"], "hash")
    assert raised.value.why == "language"
    redact(said((0, "numeri mi on 123"), tag="fi-FI"), ["phone_number"], "hash", BY_PROVIDER)


def test_what_the_net_cannot_find_is_named() -> None:
    assert found_by_nobody(["phone_number", "person_name"], ["en-US"]) == ("person_name",)
    assert found_by_nobody(["phone_number"], ["en-US", "fi-FI"]) == ("phone_number",)
    assert found_by_nobody(["pci"], ["de-DE"]) == ()
    assert set(kinds_of(["pci", "pci", "url"])) == {*PRESETS["pci"], "url"}


# --- the gate


def leaked(found: Redacted, **changes: object) -> Redacted:
    (one,) = found.transcript.utterances
    utterance = msgspec.structs.replace(one, **changes)
    return found._replace(
        transcript=msgspec.structs.replace(found.transcript, utterances=(utterance,))
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "Call 310 555 0122"},
        {"text_lexical": "three one oh five five five oh one two two"},
        {"words": (t.Word("3105550122", 0, 1),)},
        {"alternatives": (t.Alternative(text="Call 310 555 0122"),)},
    ],
)
def test_whatever_form_is_forgotten_the_gate_holds(changes: dict[str, object]) -> None:
    found = hidden((0, "Call 310 555 0122"), kinds=["phone_number"])
    check(found, ["phone_number"], {})
    with pytest.raises(RedactionFailed) as raised:
        check(leaked(found, **changes), ["phone_number"], {})
    assert raised.value.why == "leak" and "310" not in str(raised.value)


def test_an_output_that_holds_it_is_not_stored() -> None:
    found = hidden((0, "Call 310 555 0122"), kinds=["phone_number"])
    with pytest.raises(RedactionFailed, match="vtt"):
        check(found, ["phone_number"], {"vtt": b"WEBVTT\n\nCall 310 555 0122"})


# --- whatever is planted, and however it is cut

ONES = "zero one two three four five six seven eight nine".split()
TALK = (
    "well so I called the office yesterday because the machine was broken and nobody came".split()
)


@st.composite
def planted(draw: st.DrawFn) -> tuple[str, list[Turn]]:
    """A number somewhere in a conversation: its digits, and the turns. It is spoken or written, in
    groups, cut over turns of one voice, with the other in between."""
    chance = random.Random(draw(st.integers(0, 2**32)))
    size = draw(st.sampled_from([10, 11, 13, 16, 19]))
    digits = "".join(chance.choices("0123456789", k=size))
    is_spoken = draw(st.booleans())
    groups = [digits[i : i + 4] for i in range(0, size, 4)]
    parts = [" ".join(ONES[int(d)] for d in g) if is_spoken else g for g in groups]
    cut = draw(st.integers(1, len(parts)))
    before = " ".join(chance.choices(TALK, k=draw(st.integers(0, 9))))
    turns: list[Turn] = [(1, f"{before} {' '.join(parts[:cut])}".strip())]
    if cut < len(parts):
        turns.append((0, draw(st.sampled_from(["Yes.", "Go on.", "Mm hm.", "I see, wait."]))))
        turns.append((1, f"{' '.join(parts[cut:])} thank you"))
    return digits, turns


@pytest.mark.long
@given(planted())
def test_nothing_that_was_planted_is_in_any_output(case: tuple[str, list[Turn]]) -> None:
    digits, turns = case
    found = hidden(*turns, kinds=["credit_card_number", "phone_number"])
    names = {str(n): d for n, d in enumerate(ONES)}
    spoken = " ".join(names[d] for d in digits)
    outputs = render_all(found.transcript, ["vtt", "srt", "txt", "csv", "words", "json"])
    for name, content in outputs.items():
        text = content.decode()
        assert digits[:8] not in text and spoken[:20] not in text.lower(), name
    left = "".join(
        char for one in found.transcript.utterances for char in one.text if char.isdigit()
    )
    assert left == ""


# --- what was found once


def test_a_value_is_known_whole_in_part_and_inside_of_more() -> None:
    known = Known({"3105550122": "phone_number", "roeexampleorg": "email_address", "4471": "pin"})
    assert known.of_digits("3105550122") == known.of_digits("0122") == "3105550122"
    assert known.of_digits("99310555012288") == "3105550122"
    assert known.of_digits("0123") is known.of_digits("122") is known.of_digits("4471") is None
    text, places = plain("Write to: ROE (example) .org!")
    [(start, end, value)] = known.within(text)
    assert value == "roeexampleorg" and (places[start], places[end - 1]) == (10, 27)


@pytest.mark.long
def test_as_many_values_as_somebody_can_say_are_looked_for_in_one_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each text is gone through as often, however many values there are."""
    looked: list[int] = []
    within = Known.within
    monkeypatch.setattr(
        Known, "within", lambda self, text: looked.append(len(text)) or within(self, text)
    )
    made = []
    for turns in (50, 100):
        looked.clear()
        talk: list[Turn] = [
            (0, f"Call 31055{i:05} or write to u{i}@example.org") for i in range(turns)
        ]
        hidden(*talk, kinds=["phone_number", "email_address"])
        made.append(sum(looked) / turns)
    assert made[1] < made[0] * 1.05
