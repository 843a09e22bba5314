"""Our kinds of personal data by the service's names.

Those of countries are taken together, for what somebody says may be of any. What it names and no
kind of ours stands for is not asked for; a kind that is not here is one that it does not find.
https://learn.microsoft.com/azure/ai-services/language-service/personally-identifiable-information/concepts/entity-categories
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shared.model.redaction.kinds import UNNAMED

CATEGORIES: Mapping[str, tuple[str, ...]] = {
    "person_name": ("Person",),
    "location": ("Address", "Location", "City", "State", "ZipCode"),
    "organization": ("Organization",),
    "date": ("Date",),
    "date_of_birth": ("DateOfBirth",),
    "person_age": ("Age",),
    "phone_number": ("PhoneNumber",),
    "email_address": ("Email",),
    "url": ("URL",),
    "ip_address": ("IPAddress",),
    "credit_card_number": ("CreditCardNumber", "EUDebitCardNumber"),
    "credit_card_cvv": ("CVV",),
    "credit_card_expiration": ("ExpirationDate",),
    "account_number": (
        "BankAccountNumber",
        "AUBankAccountNumber",
        "CABankAccountNumber",
        "ILBankAccountNumber",
        "JPBankAccountNumber",
        "NZBankAccountNumber",
        "USBankAccountNumber",
    ),
    "banking_information": (
        "InternationalBankingAccountNumber",
        "SWIFTCode",
        "ABARoutingNumber",
        "SortCode",
        "BankAccountNumber",
    ),
    "us_social_security_number": ("USSocialSecurityNumber",),
    "drivers_license": (
        "DriversLicenseNumber",
        "AUDriversLicenseNumber",
        "CADriversLicenseNumber",
        "DEDriversLicenseNumber",
        "EUDriversLicenseNumber",
        "FRDriversLicenseNumber",
        "ITDriversLicenseNumber",
        "JPDriversLicenseNumber",
        "NZDriversLicenseNumber",
        "UKDriversLicenseNumber",
        "USDriversLicenseNumber",
    ),
    "passport_number": (
        "PassportNumber",
        "AUPassportNumber",
        "CAPassportNumber",
        "DEPassportNumber",
        "EUPassportNumber",
        "FRPassportNumber",
        "JPPassportNumber",
        "PLPassportNumber",
        "SEPassportNumber",
        "USUKPassportNumber",
    ),
    "vehicle_id": ("VehicleIdentificationNumber", "LicensePlate"),
    "password": ("Password", "PIN"),
}


def categories_of(kinds: Iterable[str]) -> list[str]:
    """What is to be asked for, each once."""
    return list(dict.fromkeys(name for kind in kinds for name in CATEGORIES.get(kind, ())))


def kind_of(category: str, kinds: Iterable[str]) -> str:
    """Of those that were asked for. Whatever else the service found is hidden as well."""
    name = category.lower()
    mine = (kind for kind in kinds if name in map(str.lower, CATEGORIES.get(kind, ())))
    return next(mine, UNNAMED)
