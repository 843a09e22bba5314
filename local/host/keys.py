"""Access keys of the HTTP surface, by the levels anonymous, function and admin."""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

MASTER = "LOCAL_HOST_MASTER_KEY"
FUNCTION = "LOCAL_HOST_FUNCTION_KEY"  # with __<function name> behind it: for that function only
BLOBS = "LOCAL_HOST_BLOBS_EXTENSION_KEY"


@dataclass(frozen=True)
class Keys:
    """The keys of one host. The master key opens everything."""

    master: str = field(repr=False)
    function: str = field(repr=False)
    blobs_extension: str = field(repr=False)
    by_function: Mapping[str, str] = field(default_factory=dict, repr=False)

    def opens_function(self, level: str, function: str, given: str) -> bool:
        """Whether a key is good enough for a function of this authLevel."""
        if level == "anonymous":
            return True
        if level == "admin":
            return self.opens_admin(given)
        own = self.by_function.get(function.lower(), "")
        return self.opens_admin(given) or _equal(given, self.function) or _equal(given, own)

    def opens_admin(self, given: str) -> bool:
        """Whether it is the master key."""
        return _equal(given, self.master)

    def opens_blob_webhook(self, given: str) -> bool:
        """Whether it may post blob events."""
        return self.opens_admin(given) or _equal(given, self.blobs_extension)


def read_keys(environ: Mapping[str, str]) -> tuple[Keys, dict[str, str]]:
    """Keys from the settings; also those that were not set and had to be made up."""
    made = {name: secrets.token_urlsafe(24) for name in (MASTER, FUNCTION, BLOBS)}
    made = {name: key for name, key in made.items() if not environ.get(name)}
    values = {**environ, **made}
    prefix = f"{FUNCTION}__"
    own = {
        name.removeprefix(prefix).lower(): key
        for name, key in environ.items()
        if name.startswith(prefix)
    }
    return Keys(values[MASTER], values[FUNCTION], values[BLOBS], own), made


def _equal(given: str, key: str) -> bool:
    return bool(given) and bool(key) and hmac.compare_digest(given.encode(), key.encode())
