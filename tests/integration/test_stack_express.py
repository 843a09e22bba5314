"""Express at Azure Speech on the whole stack: the call's answer is the result, it is paid once
whatever becomes of it, and what does not fit goes the usual way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from azure.storage.blob import BlobServiceClient

from local.stack.stack import Stack
from tests.stack import Site, quick_stack, site_on, sound, states

PROFILES = """
[default]
mode = "express"
key_terms = ["Dropscribe"]

[profile.sealed]
prefixes = ["sealed"]
redact = ["number_sequence"]
"""
FAST = {"call": r"transcriptions\.transcribe"}
NAMES = ["a.wav", "b.wav", "c.wav"]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("express")
    profiles = folder / "profiles.toml"
    profiles.write_text(PROFILES, encoding="utf-8")
    with quick_stack(folder / "logs", PROFILES_FILE=str(profiles)) as stack:
        yield stack


@pytest.fixture
def site(stack: Stack) -> Iterator[Site]:
    with site_on(stack) as site:
        yield site


def paid(site: Site) -> list[str]:
    """The digest of each sound that was transcribed at once."""
    return [one["digest"] for one in site.ledger()["answered"]]


def kept(stack: Stack) -> list[str]:
    with BlobServiceClient.from_connection_string(stack.azurite.connection_string) as blobs:
        return list(blobs.get_container_client("answers").list_blob_names())


def test_each_is_heard_at_once_and_paid_once(site: Site, stack: Stack) -> None:
    rows = site.transcribe(*NAMES)
    assert states(rows) == dict.fromkeys(NAMES, "transcribed")
    assert {row.profile.mode for row in rows.values()} == {"express"}
    assert len(paid(site)) == len(set(paid(site))) == 3
    assert site.ledger()["creates"] == []
    assert not any(one["unknownFields"] for one in site.ledger()["answered"])
    assert kept(stack) == []
    transcript = site.transcript("a.wav")
    assert transcript["provider"]["name"] == "azure-speech"
    assert transcript["utterances"][0]["words"][0]["start_ms"] >= 0


def test_an_answer_that_is_sealed_is_opened_for_its_transcript(site: Site, stack: Stack) -> None:
    name = f"sealed/{site.folder}.wav"
    with BlobServiceClient.from_connection_string(stack.azurite.connection_string) as blobs:
        audio = blobs.get_container_client("audio")
        answer = audio.upload_blob(name, sound())
        etag = answer.get_blob_properties().etag.strip('"')
    (row,) = site.await_end({(name, etag)}).rows.values()
    assert (row.state, row.profile.mode, row.profile.name) == ("transcribed", "express", "sealed")
    assert kept(stack) == []


def test_a_provider_that_throttles_is_waited_for_and_paid_once(site: Site) -> None:
    site.order("refuse", match=FAST, status=429, retryAfter=1, times=2)
    rows = site.transcribe(*NAMES)
    assert states(rows) == dict.fromkeys(NAMES, "transcribed")
    assert site.struck("refuse") == 2
    assert len(paid(site)) == len(set(paid(site))) == 3
    assert {row.attempt for row in rows.values()} == {1}


def test_both_channels_are_asked_for_apart(site: Site) -> None:
    rows = site.end(site.put({"stereo.wav": sound(channels=2)}))
    assert rows["stereo.wav"].state == "transcribed"
    assert rows["stereo.wav"].profile.options.channels == (0, 1)
