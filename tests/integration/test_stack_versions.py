"""The whole stack in every API version of the provider, with names of every kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shared.providers.azure_speech.versions import OFFERED
from tests.stack import Site, quick_stack, site_on, sound, states

NAMES = [
    "+15551234.wav",
    "a b/ü #1 100%.wav",
    "deep/er/and/deeper/%41 & so on.wav",
    "שלום/עולם.wav",
    "stereo.wav",
]


@pytest.fixture(scope="module", params=OFFERED)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    logs = tmp_path_factory.mktemp("logs")
    with quick_stack(logs, SPEECH_API_VERSION=request.param) as stack, site_on(stack) as site:
        yield site


def test_every_name_comes_home_in_every_version(site: Site) -> None:
    contents = {name: sound(channels=2 if name == "stereo.wav" else 1) for name in NAMES}
    rows = site.end(site.put(contents))

    assert states(rows) == dict.fromkeys(NAMES, "transcribed")
    written = {f"{name}.{form}" for name in NAMES for form in ("json", "vtt")}
    assert site.names("transcripts") == written
    assert site.names("errors") == set()
    assert site.paid == dict.fromkeys(NAMES, 1)
    for name in NAMES:
        transcript = site.transcript(name)
        assert transcript["source"]["name"] == f"{site.folder}/{name}"
        assert transcript["source"]["channels"] == (2 if name == "stereo.wav" else 1)
        assert transcript["provider"]["api_version"] == site.stack.environment["SPEECH_API_VERSION"]
        assert transcript["text"]

    ledger = site.ledger()
    assert sum(create["inputs"] for create in ledger["creates"]) == len(NAMES)
    assert len(ledger["creates"]) == len(ledger["deletes"]) < len(NAMES)
