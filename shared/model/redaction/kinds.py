"""Kinds of personal data, by the names that profiles use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from shared.model.redaction.numbers import is_spoken

Mask = Literal["hash", "kind", "pseudonym"]
"""What stands in place of a value: hash signs, the name of its kind, or a name that stays the same
for the same value within a recording."""

PRESETS: Mapping[str, tuple[str, ...]] = {
    "pci": (
        "credit_card_number",
        "credit_card_cvv",
        "credit_card_expiration",
        "account_number",
        "banking_information",
    ),
    "hipaa": (
        "person_name",
        "location",
        "date",
        "date_of_birth",
        "person_age",
        "phone_number",
        "email_address",
        "us_social_security_number",
        "healthcare_number",
        "account_number",
        "drivers_license",
        "vehicle_id",
        "url",
        "ip_address",
        "number_sequence",
    ),
    "gdpr": (
        "person_name",
        "location",
        "date_of_birth",
        "phone_number",
        "email_address",
        "banking_information",
        "account_number",
        "credit_card_number",
        "passport_number",
        "drivers_license",
        "ip_address",
        "username",
        "religion",
        "political_affiliation",
        "medical_condition",
        "gender_sexuality",
    ),
}
"""What a law or a standard names, as far as it can be told from a text: no certificate."""

NET = frozenset(
    {
        "email_address",
        "url",
        "ip_address",
        "banking_information",
        "credit_card_number",
        "credit_card_cvv",
        "credit_card_expiration",
        "account_number",
        "phone_number",
        "us_social_security_number",
        "number_sequence",
        "password",
        "date_of_birth",
    }
)
"""What the net finds, in languages whose numbers it knows."""


def kinds_of(asked: Iterable[str]) -> tuple[str, ...]:
    """Presets by what they stand for; each kind once, in order."""
    return tuple(dict.fromkeys(kind for name in asked for kind in PRESETS.get(name, (name,))))


def beyond_the_net(asked: Iterable[str], locales: Sequence[str]) -> tuple[str, ...]:
    """The kinds that the net cannot find in one of these languages; somebody else has to."""
    known = NET if all(map(is_spoken, locales)) else frozenset[str]()
    return tuple(kind for kind in kinds_of(asked) if kind not in known)
