"""Azure AI Language as a `Finder`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict, Unpack

import httpx

from shared.errors import ChoiceRefused, ProviderRefused
from shared.finders.azure_language import wire
from shared.finders.azure_language.analyses import ANALYSES, body_of, read_answer
from shared.finders.azure_language.answers import NAME, error_of
from shared.finders.azure_language.categories import CATEGORIES
from shared.finders.azure_language.languages import LANGUAGES
from shared.model.redaction.kinds import Finds
from shared.model.redaction.windows import Found, Window
from shared.providers.transport import Auth, Transport

_SECONDS = 30.0


class ResourceSettings(TypedDict):
    """`http` is shared by all that call."""

    http: httpx.Client
    endpoint: str
    auth: Auth
    api_version: str
    calls_per_minute: int


class _Resource:
    """What is called in the same way whatever is to be found."""

    def __init__(self, **own: Unpack[ResourceSettings]) -> None:
        self._transport = Transport(
            own["http"],
            own["endpoint"],
            own["auth"],
            service=NAME,
            error_of=error_of,
            create_seconds=_SECONDS,
        )
        self._path = wire.path_of(own["api_version"])
        self.calls_per_minute = own["calls_per_minute"]

    def _called(self, body: bytes, what: str) -> httpx.Response | None:
        """None: it blames a document."""
        try:
            return self._transport.call("POST", self._path, what, body=body, missing=ChoiceRefused)
        except ProviderRefused as error:
            if not error.names_an_input:
                raise
            return None


class AzureLanguage(_Resource):
    """Personal data at one resource. Implements `ports.finder.Finder`."""

    name = "azure-language"
    finds = Finds(frozenset(CATEGORIES), LANGUAGES)
    most_windows = wire.MOST_WINDOWS
    most_characters = wire.MOST_CHARACTERS

    def find(
        self, windows: Sequence[Window], kinds: Sequence[str]
    ) -> Sequence[Sequence[Found] | None]:
        """One call. Where it blames a document, nobody knows which."""
        answer = self._called(wire.body_of(windows, kinds), "find personal data")
        if answer is None:
            return [None] * len(windows)
        return self._transport.understood(
            lambda text: wire.read_answer(text, windows, kinds), answer
        )


class AzureAnalyst(_Resource):
    """One kind of analysis at one resource, for one insight. Implements `ports.finder.Finder`."""

    name = AzureLanguage.name
    most_characters = wire.MOST_CHARACTERS

    def __init__(self, insight: str, **resource: Unpack[ResourceSettings]) -> None:
        super().__init__(**resource)
        self._analysis = analysis = ANALYSES[insight]
        self.finds, self.most_windows = analysis.finds, analysis.most_windows
        self._what = f"find {insight.replace('_', ' ')}"

    def find(
        self, windows: Sequence[Window], kinds: Sequence[str]
    ) -> Sequence[Sequence[Found] | None]:
        """One call. Where it blames a document, nobody knows which."""
        analysis = self._analysis
        answer = self._called(body_of(analysis, windows), self._what)
        if answer is None:
            return [None] * len(windows)
        return self._transport.understood(lambda text: read_answer(analysis, text, windows), answer)
