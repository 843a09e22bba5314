"""Settings that refer to a secret elsewhere.

Azure puts the secret in the place of the reference before the app starts. Where it cannot, the app
gets the text of the reference itself, for up to a day (App Service, "Use Key Vault references").
That text is no secret, and must never be used as one.
"""

from __future__ import annotations

_BEGINS = ("@microsoft.keyvault(", "@microsoft.appconfiguration(")
NOT_RESOLVED = (
    "is a reference that was not resolved, expected the secret itself: is it in the vault, has the "
    "app's identity the role Key Vault Secrets User there, can the vault be reached? Then restart "
    "the app"
)


def is_reference(value: str) -> bool:
    return value.strip().lower().startswith(_BEGINS)
