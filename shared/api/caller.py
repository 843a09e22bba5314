"""Who calls, where App Service has checked a token of Entra ID.

It sets the headers itself, and takes away those of the same names that come from outside; but only
while its authentication is switched on, which it tells the app in `WEBSITE_AUTH_ENABLED`. Sources:
"Work with user identities in Azure App Service authentication", Microsoft Learn.
"""

from __future__ import annotations

import base64
import binascii

import msgspec

from shared.api.http import Request
from shared.api.problems import Refused

_ROLE_CLAIMS = ("roles", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role")


class _Claim(msgspec.Struct, frozen=True):
    typ: str = ""
    val: str = ""


class _Principal(msgspec.Struct, frozen=True):
    claims: tuple[_Claim, ...] = ()
    role_typ: str = "roles"


_decoder = msgspec.json.Decoder(_Principal)


def caller_of(request: Request, *, is_checked: bool, role: str) -> str:
    """The object id of the caller. `is_checked` tells that App Service checks tokens, `role` is
    the app role that is needed, "" for none. Raises `Refused`."""
    if not is_checked:
        text = "This deployment expects Entra ID, but App Service authentication is switched off."
        raise Refused(503, "authentication_off", text)
    principal = request.header("x-ms-client-principal")
    caller = request.header("x-ms-client-principal-id")
    if not principal or not caller:
        raise Refused(401, "unauthorised", "Send a token of Entra ID for this app.")
    if role and role not in _roles(principal):
        raise Refused(403, "role_missing", f"The app role {role} is not assigned to you.")
    return caller


def _roles(principal: str) -> set[str]:
    try:
        found = _decoder.decode(base64.b64decode(principal, validate=True))
    except (binascii.Error, msgspec.DecodeError, UnicodeDecodeError):
        raise Refused(401, "unauthorised", "The token of Entra ID cannot be read.") from None
    kinds = {*_ROLE_CLAIMS, found.role_typ}
    return {claim.val for claim in found.claims if claim.typ in kinds}
