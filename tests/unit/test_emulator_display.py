"""How an emulator shows what its recogniser heard."""

from __future__ import annotations

import pytest

from local.emulators.common.display import display_words, joined

WORDS = ["well", "damn", "it's", "10"]
OWN = ["Well,", '"Damn', "it's\"", "10."]


def test_a_recogniser_without_forms_of_its_own_gets_a_capital_and_a_full_stop() -> None:
    assert display_words(["i", "say", "so"], "Automatic", "None") == ["I", "say", "so."]
    assert display_words(["i", "say"], "Automatic", "None", ["", ""]) == ["I", "say."]


def test_the_forms_of_the_recogniser_are_kept() -> None:
    assert display_words(WORDS, "DictatedAndAutomatic", "None", OWN) == OWN


@pytest.mark.parametrize("mode", ["None", "Dictated"])
def test_without_punctuation_its_capitals_are_kept(mode: str) -> None:
    assert display_words(WORDS, mode, "None", OWN) == ["Well", "Damn", "it's", "10"]


@pytest.mark.parametrize(
    ("profanity", "shown"), [("Masked", '"****'), ("Tags", '"<profanity>damn</profanity>')]
)
def test_what_is_masked_is_masked_in_its_form(profanity: str, shown: str) -> None:
    assert display_words(WORDS, "Automatic", profanity, OWN) == [OWN[0], shown, *OWN[2:]]


def test_what_is_removed_takes_its_punctuation_along() -> None:
    assert display_words(WORDS, "Automatic", "Removed", OWN) == [OWN[0], "", *OWN[2:]]


def test_words_of_languages_without_blanks_are_joined_without_them() -> None:
    assert joined(["客", "観", "的", "です。", "Dr.", "Ito"]) == "客観的です。 Dr. Ito"
    assert joined(["good", "", "day"]) == "good day"
