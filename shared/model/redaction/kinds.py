"""Kinds of personal data, by the names that profiles use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal, NamedTuple

from shared.model.redaction.numbers import is_spoken

Mask = Literal["hash", "kind", "pseudonym"]
"""What stands in place of a value: hash signs, the name of its kind, or a name that stays the same
for the same value within a recording."""
Unsupported = Literal["fail", "net"]
"""What becomes of a recording in whose language nobody finds what is to be hidden: it fails, or is
kept to what is found."""

InSound = Literal["keep", "mute", "beep"]
"""What is heard in place of a value: itself, nothing, or a tone."""

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

KINDS = frozenset(
    """
    account_number banking_information blood_type credit_card_cvv credit_card_expiration
    credit_card_number date date_interval date_of_birth drivers_license drug duration email_address
    event filename gender_sexuality healthcare_number injury ip_address language location
    marital_status medical_condition medical_process money_amount nationality number_sequence
    occupation organization passport_number password person_age person_name phone_number
    physical_attribute political_affiliation religion statistics time url us_social_security_number
    username vehicle_id zodiac_sign
    """.split()
)
"""All that anybody finds; the names are those of the service that finds most."""

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

UNNAMED = "personal_data"
"""The kind of what a finder found and calls by a name that nobody asked for: it may be anything."""


def kinds_of(asked: Iterable[str]) -> tuple[str, ...]:
    """Presets by what they stand for; each kind once, in order."""
    return tuple(dict.fromkeys(kind for name in asked for kind in PRESETS.get(name, (name,))))


class Finds(NamedTuple):
    """What a finder finds: kinds, in languages, those as the first part of a locale has them.
    `until` is the last day on which it does, None: no end is known."""

    kinds: frozenset[str]
    languages: frozenset[str]
    until: date | None = None

    def knows(self, tag: str | None) -> bool:
        """Whether it reads the language of a BCP-47 tag."""
        return language_of(tag) in self.languages


def language_of(tag: str | None) -> str:
    """The first part of a BCP-47 tag, "" where there is none."""
    return (tag or "").replace("_", "-").partition("-")[0].lower()


def found_by_nobody(
    asked: Iterable[str], locales: Sequence[str], finds: Finds | None = None
) -> tuple[str, ...]:
    """The kinds that neither the net nor the finder, if there is one, finds in one of these
    languages; somebody else has to."""
    return tuple(
        kind
        for kind in kinds_of(asked)
        if not all(_is_found(kind, locale, finds) for locale in locales)
    )


def _is_found(kind: str, locale: str, finds: Finds | None) -> bool:
    if kind in NET and is_spoken(locale):
        return True
    return finds is not None and kind in finds.kinds and finds.knows(locale)
