"""Names on the whole stack: found by the emulator of Azure AI Language, hidden in all that lies in
storage, and waited for while nobody finds them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import httpx
import pytest
from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient

from local.emulators.azure_language.server import running
from local.emulators.azure_language.settings import Settings
from local.recogniser.scripted import Script, script_for
from local.stack.stack import Stack
from tests.stack import Site, quick_stack, site_on, sound, states

PROFILES = """
[default]
redact = ["person_name"]
redact_with = "kind"
formats = ["vtt", "txt", "csv"]

[profile.open]
prefixes = ["open"]
redact = []
"""
KEY = "a key of the finder"
CALLED = frozenset({"garden", "market", "winter", "river", "yellow", "summer", "mother", "kitchen"})
"""Words of the scripted recogniser that are names here."""


@pytest.fixture(scope="module")
def finder() -> Iterator[str]:
    with running(Settings(key=KEY, names=CALLED)) as url:
        yield url


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, finder: str) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("finder")
    profiles = folder / "profiles.toml"
    profiles.write_text(PROFILES, encoding="utf-8")
    with quick_stack(
        folder / "logs",
        PROFILES_FILE=str(profiles),
        LANGUAGE_ENDPOINT=finder,
        LANGUAGE_KEY=KEY,
        ENDPOINT_PAUSE_SECONDS="1",
    ) as stack:
        yield stack


@pytest.fixture
def site(stack: Stack) -> Iterator[Site]:
    with site_on(stack) as site:
        yield site


def order(finder: str, kind: str, **options: Any) -> None:
    asked = {"kind": kind, **options}
    assert httpx.post(f"{finder}/_emulator/faults", json=asked).status_code == 201


def struck(finder: str) -> int:
    faults = httpx.get(f"{finder}/_emulator/faults").json()["faults"]
    httpx.delete(f"{finder}/_emulator/faults")
    return sum(fault["struck"] for fault in faults)


def said(contents: Iterable[bytes]) -> set[str]:
    """The names that are heard in them."""
    heard = (script_for(content, Script()) for content in contents)
    words = {word.text.lower() for one in heard for phrase in one.phrases for word in phrase.words}
    return words & CALLED


def in_storage(stack: Stack, but: str = "open/") -> str:
    """Every byte in blobs, queues and tables, but for the audio and what is not to be hidden."""
    connection, found = stack.azurite.connection_string, []
    with BlobServiceClient.from_connection_string(connection) as blobs:
        for container in blobs.list_containers():
            with blobs.get_container_client(container.name) as there:
                for name in there.list_blob_names():
                    if container.name != "audio" and but not in name:
                        found.append(there.download_blob(name).readall().decode(errors="replace"))
    with QueueServiceClient.from_connection_string(connection) as queues:
        for queue in queues.list_queues():
            with queues.get_queue_client(queue.name) as client:
                found += [str(message.content) for message in client.peek_messages(32)]
    with TableServiceClient.from_connection_string(connection) as tables:
        for table in tables.list_tables():
            with tables.get_table_client(table.name) as client:
                found += map(str, client.list_entities())
    return "\n".join(found).lower()


def test_names_are_in_no_byte_of_storage(site: Site, stack: Stack) -> None:
    contents = {f"{n}.wav": sound() for n in range(6)}
    assert len(said(contents.values())) > 3
    rows = site.end(site.put(contents))
    assert states(rows) == dict.fromkeys(contents, "transcribed")
    there = in_storage(stack)
    assert "[person_name]" in there
    for word in sorted(CALLED):
        assert not re.search(rf"(?<!\w){word}(?!\w)", there), word


def test_a_finder_in_trouble_is_waited_for(site: Site, stack: Stack, finder: str) -> None:
    order(finder, "throttle", times=2)
    order(finder, "refuse", times=2)
    order(finder, "leak", status=500, code="InternalServerError", times=1)
    order(finder, "garble", times=1)
    rows = site.transcribe("a.wav", "b.wav")
    assert states(rows) == {"a.wav": "transcribed", "b.wav": "transcribed"}
    assert {row.attempt for row in rows.values()} == {1} and struck(finder) >= 2
    log = "\n".join(path.read_text(errors="replace") for path in stack.logs.glob("functions*.log"))
    for word in sorted(CALLED):
        assert not re.search(rf"(?<!\w){word}(?!\w)", log.lower()), word
