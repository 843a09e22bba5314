"""Whose fault a failure is that shows once a recording was sent: the profile's, or that of whoever
asked for something else."""

from __future__ import annotations

import pytest

from shared.model.failure import blamed
from shared.model.failure_texts import LOCALE_WRONG, TEXTS, THROTTLED
from shared.model.failures_from import OPTIONS_OF
from shared.model.profile.keys import OPTION_NAMES


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ((), "configuration"),
        (("channels",), "configuration"),
        (("locale",), "input"),
        (("candidate_locales", "channels"), "input"),
    ],
)
def test_what_comes_of_an_option_is_the_fault_of_whoever_set_it(
    said: tuple[str, ...], kind: str
) -> None:
    failure = LOCALE_WRONG.failure(provider="one", said="no")
    assert blamed(failure, OPTIONS_OF[failure.code], said).kind == kind


def test_what_comes_of_no_option_stays_as_it_is() -> None:
    failure = THROTTLED.failure(provider="one", said="later")
    assert blamed(failure, (), ("locale",)) == failure


def test_only_options_and_codes_that_there_are_are_blamed() -> None:
    codes = {text.code for text in TEXTS.values()}
    assert set(OPTIONS_OF) <= codes
    assert {key for keys in OPTIONS_OF.values() for key in keys} <= OPTION_NAMES
