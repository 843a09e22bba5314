"""What a finder found leaves a transcript in every form, wherever it is said."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import pytest

from shared.errors import RedactionFailed
from shared.model.redaction.again import found_again
from shared.model.redaction.gate import check
from shared.model.redaction.kinds import Finds, Mask, Unsupported, found_by_nobody
from shared.model.redaction.net import Passage
from shared.model.redaction.redact import Looked, Redacted, passages_of, redact
from shared.model.redaction.windows import Found, hits_of, windows_of
from shared.model.transcript import transcript as t
from shared.outputs.formats import FORMATS, render_all
from tests.fakes.finder import FakeFinder
from tests.unit.test_redaction import Turn, said, texts

KINDS = ("person_name", "location", "date", "person_age", "phone_number")
ENGLISH = Finds(frozenset(KINDS), frozenset({"en"}))


def looked(
    transcript: t.Transcript, knows: Mapping[str, str], most: int = 5_120, tag: str = "en"
) -> Looked:
    finder = FakeFinder(knows, frozenset({tag}))
    windows = windows_of(transcript, finder.finds, most)
    found = [finder._found(placed.window, KINDS) or () for placed in windows]
    return Looked("azure-language", finder.finds, windows, found)


def hidden(
    *turns: Turn, knows: Mapping[str, str], mask: Mask = "kind", tag: str = "en-US"
) -> Redacted:
    transcript = said(*turns, tag=tag)
    found = redact(transcript, KINDS, mask, looked(transcript, knows, tag=tag[:2]))
    check(found, KINDS, render_all(found.transcript, list(FORMATS)))
    return found


def test_a_name_is_hidden_in_every_form_whole_and_in_parts_by_whoever_says_it() -> None:
    found = hidden(
        (0, "Am I speaking to Maria Gonzalez?"),
        (1, "Yes, Maria. Gonzalez with a z.", "yes maria gonzalez with a z"),
        (0, "MARIA, is this Gonzalez's account?", "maria is this gonzalez's account"),
        knows={"Maria Gonzalez": "person_name"},
        mask="pseudonym",
    )
    assert texts(found) == [
        "Am I speaking to [PERSON_NAME_1]?",
        "Yes, [PERSON_NAME_1] with a z.",
        "[PERSON_NAME_1], is this [PERSON_NAME_1]'s account?",
    ]
    lexical = [one.text_lexical for one in found.transcript.utterances]
    assert lexical == [
        "am i speaking to [PERSON_NAME_1]?",
        "yes [PERSON_NAME_1] with a z",
        "[PERSON_NAME_1] is this [PERSON_NAME_1]'s account",
    ]
    stored = msgspec.json.encode(found.transcript).lower()
    assert b"maria" not in stored and b"gonzalez" not in stored
    assert found.transcript.redaction is not None
    assert found.transcript.redaction.by == ("azure-language", "net")
    assert found.transcript.redaction.counts == {"person_name": 1}


def test_a_name_is_no_part_of_a_longer_word_and_takes_no_usual_words_along() -> None:
    found = hidden(
        (0, "It was Ann at the desk."),
        (1, "Ann has an annual fee at the branch."),
        knows={"Ann at the desk": "person_name"},
    )
    assert texts(found) == [
        "It was [PERSON_NAME].",
        "[PERSON_NAME] has an annual fee at the branch.",
    ]


def test_numbers_are_the_same_in_words_as_in_figures() -> None:
    found = hidden(
        (0, "I live at 12 Mill Road.", "i live at twelve mill road"),
        (1, "Twelve Mill Road?", "twelve mill road"),
        knows={"12 Mill Road": "location"},
    )
    assert texts(found) == ["I live at [LOCATION].", "[LOCATION]?"]
    assert found.transcript.utterances[0].text_lexical == "i live at [LOCATION]"


def test_a_form_in_which_it_cannot_be_found_is_left_out() -> None:
    found = hidden(
        (0, "It was on 3/12/98 then.", "it was on march twelfth ninety eight then"),
        (0, "Nothing else.", "nothing else"),
        knows={"3/12/98": "date"},
    )
    first, second = found.transcript.utterances
    assert first.text == "It was on [DATE] then." and first.text_lexical is None
    assert second.text_lexical == "nothing else"
    assert not first.alternatives


def test_words_in_which_it_cannot_be_found_are_left_out() -> None:
    transcript = said((0, "I am Ann Lee here."))
    (one,) = transcript.utterances
    words = tuple(t.Word(text, n, n + 1) for n, text in enumerate("I am Anne here .".split()))
    other = msgspec.structs.replace(one, words=words)
    transcript = msgspec.structs.replace(transcript, utterances=(other,))
    found = redact(transcript, KINDS, "kind", looked(transcript, {"Ann Lee": "person_name"}))
    assert found.transcript.utterances[0].words == ()


def test_what_is_short_is_hidden_only_where_it_was_found() -> None:
    found = hidden(
        (0, "I am 42 years old.", "i am forty two years old"),
        (1, "That is 42 dollars.", "that is forty two dollars"),
        knows={"42 years": "person_age", "42": "person_age"},
    )
    first, second = texts(found)
    assert first == "I am [PERSON_AGE] old."
    assert second == "That is [PERSON_AGE] dollars."  # the finder said so
    transcript = said((0, "I am 42."), (1, "That is 42 dollars."))
    windows = windows_of(transcript, ENGLISH, 5_120)
    at = windows[0].window.text.index("42")
    only = Looked("f", ENGLISH, windows, [[Found("person_age", at, at + 2)]])
    found = redact(transcript, KINDS, "kind", only)
    check(found, KINDS, render_all(found.transcript, list(FORMATS)))
    assert texts(found) == ["I am [PERSON_AGE].", "That is 42 dollars."]


def test_a_script_without_spaces_hides_a_name_within_other_words() -> None:
    found = hidden(
        (0, "私は田中太郎です"),
        (1, "田中太郎さんですね"),
        knows={},
        tag="ja-JP",
    )
    assert texts(found) == ["私は田中太郎です", "田中太郎さんですね"]  # nobody found it
    transcript = said((0, "私は田中太郎です"), (1, "田中太郎さんですね"), tag="ja-JP")
    finds = Finds(frozenset(KINDS), frozenset({"ja"}))
    windows = windows_of(transcript, finds, 5_120)
    at = windows[0].window.text.index("田中太郎")
    found = redact(
        transcript,
        KINDS,
        "kind",
        Looked("f", finds, windows, [[Found("person_name", at, at + 4)]]),
    )
    assert texts(found) == ["私は[PERSON_NAME]です", "[PERSON_NAME]さんですね"]


@pytest.mark.parametrize("mask", ["hash", "kind", "pseudonym"])
def test_what_stands_around_a_mask_makes_no_new_name(mask: Mask) -> None:
    found = hidden(
        (0, "I moved to New York."),
        (1, "A new Tom York song."),
        knows={"New York": "location", "Tom": "person_name"},
        mask=mask,
    )
    assert "York song" in texts(found)[1]


def test_a_name_that_a_mask_holds_is_no_leak() -> None:
    found = hidden(
        (0, "So Ann Person is here."),
        (1, "Name the Person, please."),
        knows={"Ann Person": "person_name", "Name": "person_name"},
        mask="pseudonym",
    )
    assert texts(found) == [
        "So [PERSON_NAME_1] is here.",
        "[PERSON_NAME_2] the [PERSON_NAME_1], please.",
    ]


# --- the gate


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "So Ann is here."},
        {"text_lexical": "so ann is here"},
        {"words": (t.Word("Ann", 0, 1),)},
    ],
)
def test_a_short_name_that_a_replacer_forgets_is_seen(changes: dict[str, object]) -> None:
    found = hidden((0, "So Ann is here."), knows={"Ann": "person_name"})
    (one,) = found.transcript.utterances
    forgotten = msgspec.structs.replace(
        found.transcript, utterances=(msgspec.structs.replace(one, **changes),)
    )
    with pytest.raises(RedactionFailed) as raised:
        check(found._replace(transcript=forgotten), KINDS, {})
    assert raised.value.why == "leak" and "Ann" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ttml", b'<p xml:id="Person">Hello.</p>'),
        ("words", b'{"Person":1}'),
        ("csv", "\ufeffid,Person,text\r\n1,2,Hello\r\n".encode()),
        ("txt", b"Customer: Hello."),
    ],
)
def test_words_of_a_format_and_roles_are_no_names(name: str, content: bytes) -> None:
    found = hidden(
        (0, "So Person, Customer is here."),
        knows={"Person": "person_name", "Customer": "person_name"},
    )
    speaker = t.Speaker(id="S1", channel=0, role="Customer")
    told = msgspec.structs.replace(found.transcript, speakers=(speaker,))
    check(found._replace(transcript=told), KINDS, {name: content})
    with pytest.raises(RedactionFailed, match=name):
        check(found, KINDS, {name: content + b"Person" + content})


def test_an_output_that_holds_a_long_name_is_not_stored_and_a_longer_word_is() -> None:
    found = hidden((0, "So Martin is here."), knows={"Martin": "person_name"})
    check(found, KINDS, {"vtt": b"Martinsson is another"})
    with pytest.raises(RedactionFailed, match="vtt"):
        check(found, KINDS, {"vtt": b"so said Martin."})


# --- who knows which language


@pytest.mark.parametrize(("unsupported", "fails"), [("fail", True), ("net", False)])
def test_a_language_that_the_finder_does_not_know(unsupported: Unsupported, fails: bool) -> None:
    turns: list[Turn] = [(0, "Soy Ana, 310 555 0122.")]
    transcript = said(*turns, tag="es-ES")
    none = Looked("azure-language", ENGLISH)
    if fails:
        with pytest.raises(RedactionFailed) as raised:
            redact(transcript, KINDS, "kind", none, unsupported)
        assert raised.value.why == "language" and "es-ES" in str(raised.value)
        return
    found = redact(transcript, KINDS, "kind", none, unsupported).transcript
    assert found.utterances[0].text == "Soy Ana, [PHONE_NUMBER]."
    assert found.needs_review and "person_name" in found.provider.warnings[0]
    assert found.redaction is not None and found.redaction.kinds == ("phone_number",)


def test_what_nobody_finds_is_named() -> None:
    asked = ("person_name", "religion", "credit_card_number")
    assert found_by_nobody(asked, ["en-US"], ENGLISH) == ("religion",)
    assert found_by_nobody(asked, ["en-US", "es-ES"], ENGLISH) == ("person_name", "religion")
    assert found_by_nobody(asked, ["fi-FI"], ENGLISH) == asked


# --- windows


@pytest.mark.parametrize("most", [400, 1_000, 5_120])
def test_windows_hold_all_that_was_said_and_nothing_is_cut_in_all_of_them(most: int) -> None:
    turns = [(n % 2, f"This is sentence {n} of Person{n} Sample{n} here.") for n in range(120)]
    transcript = said(*turns)
    knows = {f"Person{n} Sample{n}": "person_name" for n in range(120)}
    read = looked(transcript, knows, most)
    assert all(len(placed.window.text) <= most for placed in read.windows)
    found = redact(transcript, KINDS, "pseudonym", read)
    assert texts(found) == [
        f"This is sentence {n} of [PERSON_NAME_{n + 1}] here." for n in range(120)
    ]


def test_a_window_is_cut_where_there_is_no_blank_at_all() -> None:
    transcript = said((0, "x" * 3_000))
    placed = windows_of(transcript, ENGLISH, 400)
    assert all(len(one.window.text) <= 400 for one in placed)
    at = 0
    for one in placed:  # each begins in the one before, or right behind it
        assert -one.starts[0] <= at
        at = -one.starts[0] + len(one.window.text)
    assert at == 3_000


def test_a_name_that_two_utterances_of_a_turn_share_is_one() -> None:
    transcript = said((0, "My name is Ann"), (0, "Lee, hello."))
    same = tuple(msgspec.structs.replace(one, turn=0) for one in transcript.utterances)
    transcript = msgspec.structs.replace(transcript, utterances=same)
    read = looked(transcript, {"Ann Lee": "person_name"})
    hits = hits_of(read.windows, read.found, _passages(transcript))
    assert [len(hit.parts) for hit in hits] == [2]
    assert texts(redact(transcript, KINDS, "kind", read)) == [
        "My name is [PERSON_NAME]",
        "[PERSON_NAME], hello.",
    ]


def test_six_minutes_of_talk_are_one_window() -> None:
    words = ("word " * 14 + "yes.").split()
    turns = [(n % 2, " ".join(words)) for n in range(60)]  # 900 words
    assert len(windows_of(said(*turns), ENGLISH, 5_120)) == 1


def test_a_language_of_its_own_has_windows_of_its_own() -> None:
    transcript = said((0, "Hello there."), (1, "Hola, soy Ana."), (0, "Good bye."))
    languages = ("en-US", "es-ES", "en-US")
    utterances = tuple(
        msgspec.structs.replace(one, language=tag)
        for one, tag in zip(transcript.utterances, languages, strict=True)
    )
    transcript = msgspec.structs.replace(transcript, utterances=utterances)
    both = Finds(frozenset(KINDS), frozenset({"en", "es"}))
    read = [placed.window for placed in windows_of(transcript, both, 5_120)]
    assert [(one.language, one.text) for one in read] == [
        ("en-US", "Hello there.\nGood bye."),
        ("es-ES", "Hola, soy Ana."),
    ]
    assert len(windows_of(transcript, ENGLISH, 5_120)) == 1


def test_nothing_found_is_nothing_looked_for_again() -> None:
    again = found_again(_passages(said((0, "Hello."))), [])
    assert not (again.beside or again.elsewhere or again.lost or again.sought)


def _passages(transcript: t.Transcript) -> list[Passage]:

    return passages_of(transcript)
