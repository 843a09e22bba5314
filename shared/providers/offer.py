"""What a provider's folder offers to the rest of the application, which knows no more of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import httpx

from shared.model.money.price import Rate
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.options import Mode
from shared.model.setting import Setting
from shared.ports.answers import Answers
from shared.ports.provider import SpeechProvider
from shared.providers.known import Known


class EndpointForm(NamedTuple):
    """How the settings that begin with `prefix` say where a provider's endpoints are.

    `address` says what is expected of `<prefix>_ENDPOINT`. A provider that has the same
    addresses for everybody lists them by name in `regions`, the usual one first: there a key is
    enough. Of a provider without, an endpoint that is alone is called `alone`.
    """

    prefix: str
    address: str
    regions: Mapping[str, str] = {}
    alone: str = ""
    needs_key: bool = True

    @property
    def settings(self) -> tuple[str, ...]:
        """Those that say where the endpoints are, beside those of `named_key`."""
        return tuple(f"{self.prefix}_{name}" for name in ("ENDPOINTS", "ENDPOINT", "REGION", "KEY"))

    @property
    def named_key(self) -> str:
        """What the settings begin with that hold the key of one endpoint; its name follows."""
        return f"{self.prefix}_KEY_"

    def reads(self, setting: str) -> bool:
        return setting in self.settings or setting.startswith(self.named_key)

    @property
    def usual_name(self) -> str:
        return next(iter(self.regions), self.alone)


class Connection(NamedTuple):
    """What an endpoint is made of.

    `credential` makes the app's identity, a credential of azure-identity, for where there is no
    `key`. `settings` are the values of the provider's own settings, named without their prefix
    and in lower case. A create call without an answer for `create_seconds` counts as one of
    unknown outcome, and none may start later than `prepare_seconds` after `submit` was called.
    `webhook_url` is where this endpoint may call us, None where it may not.
    """

    url: str
    key: str | None
    http: httpx.Client
    credential: Callable[[], Any]
    settings: Mapping[str, Any]
    create_seconds: float = 60.0
    prepare_seconds: float = 60.0
    webhook_url: str | None = None
    webhook_secret: str = ""


ConnectLane = Callable[[Connection, Answers], SpeechProvider]


class Offer(NamedTuple):
    """A provider. `settings` are its own, beside those that say where its endpoints are; one of
    them is `<prefix>_MAX_ACTIVE_JOBS`. `rates` are its list prices. `limits_by` makes the limits
    of an account from the values of its settings, where they differ from account to account.
    `lanes` connect to the same endpoint in modes that have an API of their own; where there are
    such, `<prefix>_MAX_ACTIVE_<MODE>` is another setting. `known` is what may have changed there
    since it was read: its locales, models and limits."""

    name: str
    limits: Capabilities
    form: EndpointForm
    connect: Callable[[Connection], SpeechProvider]
    settings: tuple[Setting, ...]
    rates: Mapping[Mode, Rate] = {}
    limits_by: Callable[[Mapping[str, Any]], Capabilities] | None = None
    lanes: Mapping[Mode, ConnectLane] = {}
    known: tuple[Known, ...] = ()

    def limits_with(self, settings: Mapping[str, Any]) -> Capabilities:
        return self.limits if self.limits_by is None else self.limits_by(settings)
