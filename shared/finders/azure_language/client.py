"""Azure AI Language as a `Finder`."""

from __future__ import annotations

from collections.abc import Sequence

import httpx

from shared.errors import ChoiceRefused, ProviderRefused
from shared.finders.azure_language import wire
from shared.finders.azure_language.answers import NAME, error_of
from shared.finders.azure_language.categories import CATEGORIES
from shared.finders.azure_language.languages import LANGUAGES
from shared.model.redaction.kinds import Finds
from shared.model.redaction.windows import Found, Window
from shared.providers.transport import Auth, Transport

_SECONDS = 30.0


class AzureLanguage:
    """One resource. Implements `ports.finder.Finder`. `http` is shared by all that call."""

    name = "azure-language"
    finds = Finds(frozenset(CATEGORIES), LANGUAGES)
    most_windows = wire.MOST_WINDOWS
    most_characters = wire.MOST_CHARACTERS

    def __init__(
        self,
        *,
        http: httpx.Client,
        endpoint: str,
        auth: Auth,
        api_version: str,
        calls_per_minute: int,
    ) -> None:
        self._transport = Transport(
            http, endpoint, auth, service=NAME, error_of=error_of, create_seconds=_SECONDS
        )
        self._path, self.calls_per_minute = wire.path_of(api_version), calls_per_minute

    def find(
        self, windows: Sequence[Window], kinds: Sequence[str]
    ) -> Sequence[Sequence[Found] | None]:
        """One call. Where it blames a document, nobody knows which."""
        body = wire.body_of(windows, kinds)
        try:
            answer = self._transport.call(
                "POST", self._path, "find personal data", body=body, missing=ChoiceRefused
            )
        except ProviderRefused as error:
            if not error.names_an_input:
                raise
            return [None] * len(windows)
        return self._transport.understood(
            lambda text: wire.read_answer(text, windows, kinds), answer
        )
