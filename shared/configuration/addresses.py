"""The settings that say where things are: the storage account and the providers' endpoints.

Each takes several settings together, in one of two forms. Problems are added to a list, one line
each; addresses and keys are not repeated in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from shared.model.setting import DataStorage, Endpoint, Invalid, Secret, base_url, shortened
from shared.providers.offer import EndpointForm, Offer

STORAGE_FORMS = (
    "DATA_STORAGE",
    "DATA_STORAGE__blobServiceUri",
    "DATA_STORAGE__queueServiceUri",
    "DATA_STORAGE__tableServiceUri",
    "DATA_STORAGE__clientId",
    "DATA_STORAGE__credential",
)
_PART = "DATA_STORAGE__"
_ENDPOINT_NAME = re.compile(r"[a-z0-9](-?[a-z0-9])*")


def data_storage(
    given: Mapping[str, str], allow_http: bool, problems: list[str]
) -> DataStorage | None:
    """The storage account in either of its forms; problems are added to `problems`."""
    parts = {k.removeprefix(_PART): v for k, v in given.items() if k.startswith(_PART)}
    connection = given.get("DATA_STORAGE")
    if connection and parts:
        problems.append(
            "DATA_STORAGE: is set beside DATA_STORAGE__..., expected only one of the two forms"
        )
    elif connection:
        return _from_connection_string(connection, problems)
    elif not parts:
        problems.append(
            "DATA_STORAGE__blobServiceUri: is not set, expected the address of the blob service, "
            "with DATA_STORAGE__queueServiceUri and DATA_STORAGE__tableServiceUri beside it"
        )
    else:
        return _from_addresses(parts, allow_http, problems)
    return None


def _from_connection_string(value: str, problems: list[str]) -> DataStorage | None:
    if "UseDevelopmentStorage=true" not in value and "AccountName=" not in value:
        problems.append(
            "DATA_STORAGE: is not a connection string, "
            "expected UseDevelopmentStorage=true or one with AccountName="
        )
    return DataStorage(connection_string=Secret(value))


def _from_addresses(
    parts: Mapping[str, str], allow_http: bool, problems: list[str]
) -> DataStorage | None:
    addresses: dict[str, str | None] = {}
    for service in ("blob", "queue", "table"):
        name = f"{service}ServiceUri"
        if name in parts:
            addresses[service] = _encrypted(_PART + name, parts[name], allow_http, problems)
        else:
            problems.append(
                f"{_PART}{name}: is not set, expected https://<account>.{service}.core.windows.net"
            )
    if parts.get("credential", "managedidentity") != "managedidentity":
        problems.append(
            f"{_PART}credential: {shortened(parts['credential'])} is not known, "
            "expected managedidentity or nothing"
        )
    return DataStorage(
        blob_service_uri=addresses.get("blob"),
        queue_service_uri=addresses.get("queue"),
        table_service_uri=addresses.get("table"),
    )


def endpoints(
    given: Mapping[str, str], offers: Mapping[str, Offer], allow_http: bool, problems: list[str]
) -> tuple[Endpoint, ...]:
    """The endpoints of all providers, with their keys; problems are added to `problems`."""
    found = [
        endpoint
        for name, offer in offers.items()
        if any(map(offer.form.reads, given))
        for endpoint in _Reader(name, offer.form, given, allow_http, problems).endpoints()
    ]
    if not found and not any(line.startswith(form_prefixes(offers)) for line in problems):
        form = next(iter(offers.values())).form
        others = " or ".join(f"{o.form.prefix}_KEY" for o in offers.values() if o.form.regions)
        problems.append(
            f"{form.prefix}_ENDPOINT: is not set, expected {form.address}"
            + (f"; or {others} for another provider" if others else "")
        )
    names = [endpoint.name for endpoint in found]
    for name in sorted({name for name in names if names.count(name) > 1}):
        providers = [offers[e.provider].form.prefix for e in found if e.name == name]
        problems.append(
            f"{providers[-1]}_ENDPOINTS: names the endpoint {name} twice, expected a name of its "
            "own for each, over all providers"
        )
    return tuple(found)


def form_prefixes(offers: Mapping[str, Offer]) -> tuple[str, ...]:
    return tuple(f"{offer.form.prefix}_" for offer in offers.values())


class _Reader:
    """Reads the endpoints of one provider."""

    def __init__(
        self,
        provider: str,
        form: EndpointForm,
        given: Mapping[str, str],
        allow_http: bool,
        problems: list[str],
    ) -> None:
        self._provider, self._form, self._given = provider, form, given
        self._allow_http, self._problems = allow_http, problems

    def endpoints(self) -> list[Endpoint]:
        entries, setting = self._entries()
        found = []
        for name, address in entries:
            if not _ENDPOINT_NAME.fullmatch(name):
                self._report_name(setting)
                continue
            url = _encrypted(setting, address, self._allow_http, self._problems)
            key = self._given.get(self._key_name(name)) or self._given.get(self._name("KEY"))
            if key is None and self._form.needs_key:
                self._report("KEY", "is not set, expected the key of the account")
            found.append(
                Endpoint(
                    provider=self._provider, name=name, url=url, key=Secret(key) if key else None
                )
            )
        self._check_key_names([endpoint.name for endpoint in found])
        return found

    def _entries(self) -> tuple[list[tuple[str, str]], str]:
        """(name, address) of each endpoint, and the setting that says so."""
        many, one = (
            self._given.get(self._name("ENDPOINTS")),
            self._given.get(self._name("ENDPOINT")),
        )
        region = self._given.get(self._name("REGION"), self._form.usual_name)
        if many and one:
            self._report(
                "ENDPOINT",
                f"is set beside {self._name('ENDPOINTS')}, expected only one of them",
            )
        elif many:
            pairs = (entry.partition("=") for entry in many.split())
            return [(name, url) for name, _, url in pairs], self._name("ENDPOINTS")
        elif one or region in self._form.regions:
            return [(region, one or self._form.regions[region])], self._name("ENDPOINT")
        elif self._form.regions:
            known = ", ".join(self._form.regions)
            self._report("REGION", f"{shortened(region)} is not known, expected one of {known}")
        else:
            self._report("ENDPOINT", f"is not set, expected {self._form.address}")
        return [], self._name("ENDPOINT")

    def _check_key_names(self, names: list[str]) -> None:
        known = [self._key_name(name) for name in names]
        for setting in sorted(self._given) if known else ():
            if setting.startswith(self._name("KEY_")) and setting not in known:
                self._problems.append(
                    f"{setting}: there is no endpoint of that name, expected one of "
                    f"{', '.join(known)}"
                )

    def _report_name(self, setting: str) -> None:
        is_alone = setting == self._name("ENDPOINT")
        self._problems.append(
            f"{self._name('REGION') if is_alone else setting}: has an entry without a usable name, "
            "expected lower-case letters, digits and hyphens"
            + ("" if is_alone else " before the =, as in name=https://host")
        )

    def _report(self, name: str, text: str) -> None:
        self._problems.append(f"{self._name(name)}: {text}")

    def _key_name(self, endpoint: str) -> str:
        return self._name("KEY_") + endpoint.upper().replace("-", "_")

    def _name(self, name: str) -> str:
        return f"{self._form.prefix}_{name}"


def _encrypted(setting: str, value: str, allow_http: bool, problems: list[str]) -> str:
    try:
        url = base_url(value)
    except Invalid as error:
        problems.append(f"{setting}: {error}")
        return value
    if url.startswith("http://") and not allow_http:
        problems.append(f"{setting}: is not encrypted, expected an https:// address")
    return url
