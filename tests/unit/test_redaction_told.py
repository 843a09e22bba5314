"""How people tell numbers and addresses: digits that are repeated, and parts with something else
between them."""

from __future__ import annotations

import pytest

from shared.model.redaction.kinds import NET
from shared.model.redaction.net import Passage, find, is_card

FORMED = NET - {"number_sequence"}
Said = list[tuple[int, str]]


def values(said: Said, tag: str) -> dict[str, str]:
    """kind -> value."""
    passages = [Passage(text, (who, "text"), at, tag) for at, (who, text) in enumerate(said)]
    return {hit.kind: hit.value for hit in find(passages, FORMED)}


@pytest.mark.parametrize(
    ("tag", "text", "number"),
    [
        ("de", "null eins sieben eins zweimal die vier dreimal die neun eins", "0171449991"),
        ("en", "oh two oh seven three times five four times the two", "02075552222"),
        ("pt", "onze nove três vezes sete dois duas vezes o oito um", "1197772881"),
        ("nl", "nul zes drie keer vijf dubbel een dubbel twee acht", "0655511228"),
        ("es", "seis uno tres veces cuatro dos veces el nueve cero", "61444990"),
        ("fr", "zéro six trois fois cinq deux fois le huit un", "06555881"),
    ],
)
def test_a_digit_that_is_told_several_times_is_so_many(tag: str, text: str, number: str) -> None:
    assert values([(0, text)], tag) == {"phone_number": number}


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        (
            "en",
            [
                (0, "four one one one one one one one"),
                (0, "and the last bit now one one one one"),
                (1, "Go on."),
                (0, "finally one one one one"),
            ],
        ),
        (
            "nl",
            [
                (0, "vier een een een een een een een een een een een"),
                (0, "wacht even kijken"),
                (0, "een een een een"),
            ],
        ),
    ],
)
def test_the_checksum_tells_that_parts_belong_together(tag: str, said: Said) -> None:
    found = values(said, tag)
    assert found.get("credit_card_number") == "4111111111111111"


def test_a_number_of_its_own_stays_one() -> None:
    said: Said = [(0, "my card is 4111 1111 1111 1111"), (0, "and my order is 42 18")]
    assert values(said, "en")["credit_card_number"] == "4111111111111111"
    assert not is_card("0000000000000000")


@pytest.mark.parametrize(
    ("tag", "said", "address"),
    [
        (
            "en",
            [(0, "Text me at 312 885."), (0, "A underscore Miller at blue lake dash shop dot com")],
            "amiller bluelakeshop com",
        ),
        (
            "pt",
            [(0, "ana underline maria setenta e sete arroba exemplo ponto com")],
            "anamaria 7 exemplocom",
        ),
    ],
)
def test_an_address_is_that_of_the_last_at_before_its_host(
    tag: str, said: Said, address: str
) -> None:
    value = values(said, tag)["email_address"]
    assert all(part in value for part in address.split())
