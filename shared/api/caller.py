"""Who calls: by a key of the functions host, which it has checked; by a key of ours; or by a token
of Entra ID, which App Service has checked.

App Service sets its headers itself, and takes away those of the same names that come from outside;
but only while its authentication is switched on, which it tells the app in `WEBSITE_AUTH_ENABLED`.
Source: "Work with user identities in Azure App Service authentication", Microsoft Learn.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from shared.api.http import Request
from shared.api.problems import Refused
from shared.model.access.caller import Caller, host_caller
from shared.model.access.key import PREFIX
from shared.model.access.roles import TRANSCRIBE, grants_of_claims

_ROLE_CLAIMS = ("roles", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role")
_LONGEST_NAME = 200


class Access(NamedTuple):
    """How callers show who they are. `by_entra`: by tokens, which App Service checks where
    `is_checked`, and `role` is the app role that stands for Submit, Read and Operate. `by_own`: by
    keys of ours, which are taken beside tokens, too. Neither: by keys that the host checks."""

    by_entra: bool = False
    is_checked: bool = False
    role: str = TRANSCRIBE
    by_own: bool = False

    @property
    def host_checks(self) -> bool:
        """Whether routes are of a level at which the host lets nobody in without a key of its."""
        return not (self.by_entra or self.by_own)


class _Claim(msgspec.Struct, frozen=True):
    typ: str = ""
    val: str = ""


class _Principal(msgspec.Struct, frozen=True):
    claims: tuple[_Claim, ...] = ()
    role_typ: str = "roles"


_decoder = msgspec.json.Decoder(_Principal)
_NO_SUCH_KEY = f"What was sent is no key of this deployment: those begin with {PREFIX}."
_ENDED = (
    "There is no such key, or it is not valid any more. Ask an owner for another; each `make run` "
    "makes one of its own, in .cache/api-key."
)
_NO_KEY = "Send a key of this deployment as `Authorization: Bearer` or as `x-functions-key`."


def caller_of(request: Request, access: Access, find: Callable[[str], Caller | None]) -> Caller:
    """`find` knows keys of ours. One that was brought decides, whatever came with it. Raises
    `Refused`."""
    key = _own_key(request)
    if key:
        caller = find(key)
        if caller is None:
            raise Refused(401, "key_unknown", _ENDED)
        return caller
    if access.host_checks:
        return host_caller(_fingerprint(_host_key(request)))
    if access.by_entra:
        return _of_token(request, access)
    is_sent = bool(request.header("authorization") or _functions_key(request))
    raise Refused(401, "unauthorised", f"{_NO_SUCH_KEY} {_NO_KEY}" if is_sent else _NO_KEY)


def _own_key(request: Request) -> str:
    """Never of the query, which lands in logs of others. Where App Service looks at tokens, the
    header that holds keys of the host is the safer place."""
    scheme, _, bearer = request.header("authorization").partition(" ")
    given = (bearer.strip() if scheme.lower() == "bearer" else "", _functions_key(request))
    return next((text for text in given if text.startswith(PREFIX)), "")


def _functions_key(request: Request) -> str:
    return request.header("x-functions-key").strip()


def _host_key(request: Request) -> str:
    return _functions_key(request) or request.query.get("code", "")


def _fingerprint(key: str) -> str:
    """Eight hex digits, which tell keys apart and nothing of them."""
    return hashlib.sha256(key.encode()).hexdigest()[:8] if key else ""


def _of_token(request: Request, access: Access) -> Caller:
    if not access.is_checked:
        text = "This deployment expects Entra ID, but App Service authentication is switched off."
        raise Refused(503, "authentication_off", text)
    principal = request.header("x-ms-client-principal")
    object_id = request.header("x-ms-client-principal-id")
    if not principal or not object_id:
        raise Refused(401, "unauthorised", "Send a token of Entra ID for this app, or a key of it.")
    if _is_of_another_page(request):
        text = "Pages of others cannot change anything here for somebody who is signed in."
        raise Refused(403, "foreign_page", text)
    name = request.header("x-ms-client-principal-name")[:_LONGEST_NAME]
    found = grants_of_claims(sorted(_roles(principal)), access.role)
    return Caller(id=object_id, kind="entra", name=name, grants=found)


def _is_of_another_page(request: Request) -> bool:
    """A browser that is signed in sends its cookie with whatever any page has it ask for, and says
    whose page that was (Fetch Metadata, W3C). Programs bring their token themselves."""
    if request.method == "GET" or request.header("authorization"):
        return False
    return request.header("sec-fetch-site") in ("cross-site", "same-site")


def _roles(principal: str) -> set[str]:
    try:
        found = _decoder.decode(base64.b64decode(principal, validate=True))
    except (binascii.Error, msgspec.DecodeError, UnicodeDecodeError):
        raise Refused(401, "unauthorised", "The token of Entra ID cannot be read.") from None
    kinds = {*_ROLE_CLAIMS, found.role_typ}
    return {claim.val for claim in found.claims if claim.typ in kinds}
