"""The promises of `AudioBlobs`, kept by the stand-in and by Blob Storage alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import md5
from typing import Protocol
from xml.etree import ElementTree

import httpx
import pytest
from azure.storage.blob import BlobBlock, BlobServiceClient, ContentSettings

from local.stack.azurite import Azurite
from shared.errors import StoreConflict
from shared.model.recording.places import places
from shared.ports.blobs import AudioBlobs
from shared.stores.blob.audio import HEAD_BYTES, BlobAudio
from shared.stores.clients import SasSigner
from tests.contract.stores import NOW, fresh
from tests.fakes.blobs import FakeAudio

NAMES = [
    "call.wav",
    "+15551234.wav",
    "two words.wav",
    "100%.wav",
    "100%25.wav",
    "a#1.wav",
    "what?&=.wav",
    "grüße-日本語-🎙.wav",
    "deep/er/and/deeper/call.wav",
    "a'b\"c.wav",
    "[x]{y}~!$(),;:@.wav",
]


class Drop(Protocol):
    def __call__(
        self, name: str, data: bytes, metadata: dict[str, str] | None = None, /
    ) -> None: ...


class Intake:
    """An audio container with its adapter; `drop` is what a person does."""

    def __init__(self, audio: AudioBlobs, container: str, drop: Drop) -> None:
        self.audio, self.container, self.drop = audio, container, drop


@pytest.fixture
def service(azurite: Azurite) -> Iterator[BlobServiceClient]:
    with BlobServiceClient.from_connection_string(azurite.connection_string) as service:
        yield service


@pytest.fixture
def real(service: BlobServiceClient) -> Intake:
    container = fresh("audio")
    client = service.create_container(container)

    def drop(name: str, data: bytes, metadata: dict[str, str] | None = None, /) -> None:
        settings = ContentSettings(content_type="audio/wav")
        client.upload_blob(name, data, overwrite=True, metadata=metadata, content_settings=settings)

    return Intake(BlobAudio(service, SasSigner(service, hours=1)), container, drop)


@pytest.fixture(params=["stand-in", "blobs"])
def intake(request: pytest.FixtureRequest) -> Intake:
    if request.param == "blobs":
        real: Intake = request.getfixturevalue("real")
        return real
    fake = FakeAudio()

    def drop(name: str, data: bytes, metadata: dict[str, str] | None = None, /) -> None:
        fake.drop(name, data, NOW, metadata=metadata)

    return Intake(fake, "audio", drop)


@pytest.mark.parametrize("length", [1, HEAD_BYTES - 1, HEAD_BYTES, HEAD_BYTES + 1, 300_000])
def test_the_head_holds_the_first_64_kib_and_the_true_size(intake: Intake, length: int) -> None:
    data = bytes(i % 251 for i in range(length))
    intake.drop("a.wav", data)
    head = intake.audio.head(intake.container, "a.wav")
    assert head is not None
    assert head.data == data[:HEAD_BYTES]
    assert (head.bytes, head.media_type) == (length, "audio/wav")
    assert head.etag and '"' not in head.etag
    assert head.last_modified_at.utcoffset() is not None


def test_an_empty_blob_has_an_empty_head(intake: Intake) -> None:
    intake.drop("a.wav", b"", {"ticket": "4711"})
    head = intake.audio.head(intake.container, "a.wav")
    assert head is not None
    assert (head.data, head.bytes, head.metadata) == (b"", 0, {"ticket": "4711"})
    assert head.etag and '"' not in head.etag


def test_a_blob_that_is_not_there_has_no_head(intake: Intake) -> None:
    assert intake.audio.head(intake.container, "gone.wav") is None
    assert intake.audio.head("no-such-container", "gone.wav") is None


def test_metadata_comes_with_the_head(intake: Intake) -> None:
    metadata = {"dropscribe_locale": "de-DE", "Ticket": "4711"}
    intake.drop("a.wav", b"x", metadata)
    head = intake.audio.head(intake.container, "a.wav")
    assert head is not None and head.metadata == metadata


def test_further_ranges_are_of_the_version_that_was_asked_for(intake: Intake) -> None:
    data = bytes(i % 251 for i in range(200_000))
    intake.drop("a.wav", data)
    head = intake.audio.head(intake.container, "a.wav")
    assert head is not None

    def read(offset: int, length: int) -> bytes:
        return intake.audio.read(intake.container, "a.wav", head.etag, offset, length)

    assert read(100_000, 50) == data[100_000:100_050]
    assert read(199_990, 100) == data[199_990:]
    intake.drop("a.wav", data[::-1])
    with pytest.raises(StoreConflict):
        read(0, 10)


def test_reading_on_in_a_blob_that_was_deleted_is_a_conflict(intake: Intake) -> None:
    with pytest.raises(StoreConflict):
        intake.audio.read(intake.container, "gone.wav", "0x8DC3A1", 0, 10)


def test_a_version_is_removed_and_no_other_and_twice_does_no_harm(intake: Intake) -> None:
    intake.drop("a.wav", b"first")
    first = intake.audio.entry(intake.container, "a.wav")
    intake.drop("a.wav", b"second")
    second = intake.audio.entry(intake.container, "a.wav")
    assert first is not None and second is not None
    assert intake.audio.remove(intake.container, "a.wav", first.etag)
    assert intake.audio.entry(intake.container, "a.wav") == second
    for _ in range(2):
        assert intake.audio.remove(intake.container, "a.wav", second.etag)
        assert intake.audio.entry(intake.container, "a.wav") is None
    assert intake.audio.remove(intake.container, "never there.wav", first.etag)


def test_audio_that_somebody_has_a_lease_on_stays(real: Intake, service: BlobServiceClient) -> None:
    real.drop("a.wav", b"held")
    lease = service.get_blob_client(real.container, "a.wav").acquire_lease(lease_duration=15)
    there = real.audio.entry(real.container, "a.wav")
    assert there is not None
    assert not real.audio.remove(real.container, "a.wav", there.etag)
    lease.release()
    assert real.audio.remove(real.container, "a.wav", there.etag)


def test_the_listing_has_every_blob_with_what_its_head_would_say(intake: Intake) -> None:
    for name in NAMES:
        intake.drop(name, b"x" * 10, {"n": "1"})
    entries = {entry.name: entry for entry in intake.audio.list(intake.container)}
    assert set(entries) == set(NAMES)
    for name, entry in entries.items():
        head = intake.audio.head(intake.container, name)
        assert head is not None
        assert (entry.etag, entry.last_modified_at) == (head.etag, head.last_modified_at)
        assert entry.metadata == head.metadata == {"n": "1"}


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_asked_for_by_the_beginning_of_any_name(intake: Intake, name: str) -> None:
    for each in NAMES:
        intake.drop(each, b"x")
    entries, _ = intake.audio.page(intake.container, name, "", 10)
    assert name in {entry.name for entry in entries}
    assert all(entry.name.startswith(name) for entry in entries)


@pytest.mark.parametrize("name", NAMES)
def test_a_url_names_its_blob_and_holds_no_secret(intake: Intake, name: str) -> None:
    url = intake.audio.url(intake.container, name)
    assert "?" not in url and "#" not in url and " " not in url
    assert url.isascii()
    assert (intake.container, name) in places(url)
    assert intake.audio.readable_url(intake.container, name).startswith(f"{url}?")


@pytest.mark.parametrize("name", NAMES)
def test_any_client_can_read_the_blob_by_its_link(real: Intake, name: str) -> None:
    real.drop(name, name.encode())
    answer = httpx.get(real.audio.readable_url(real.container, name))
    assert (answer.status_code, answer.content) == (200, name.encode())


def test_a_link_opens_one_blob_for_reading_and_nothing_else(real: Intake) -> None:
    real.drop("a.wav", b"mine")
    real.drop("b.wav", b"not mine")
    link = real.audio.readable_url(real.container, "a.wav")
    assert httpx.get(link.replace("a.wav", "b.wav")).status_code == 403
    assert httpx.put(link, content=b"", headers={"x-ms-blob-type": "BlockBlob"}).status_code == 403
    assert httpx.delete(link).status_code == 403


def test_a_link_to_the_container_lists_and_reads_it_and_nothing_else(real: Intake) -> None:
    for name in NAMES:
        real.drop(name, name.encode())
    address, _, query = real.audio.readable_url(real.container, None).partition("?")
    listing = httpx.get(f"{address}?restype=container&comp=list&{query}")
    assert listing.status_code == 200
    found = [node.text for node in ElementTree.fromstring(listing.content).iter("Name")]
    assert set(found) == set(NAMES)
    assert httpx.get(f"{address}/call.wav?{query}").content == b"call.wav"
    assert httpx.delete(f"{address}/call.wav?{query}").status_code == 403


def test_where_the_provider_reads_as_itself_the_link_holds_no_query(
    service: BlobServiceClient,
) -> None:
    audio = BlobAudio(service, lambda container, name: "")
    assert "?" not in audio.readable_url("audio", "a.wav")
    assert audio.readable_url("audio", "a.wav") == audio.url("audio", "a.wav")
    assert audio.readable_url("audio", None).endswith("/audio")


@pytest.mark.parametrize("length", [0, 1, 300_000])
def test_the_digest_is_that_of_all_the_bytes(intake: Intake, length: int) -> None:
    data = bytes(i % 251 for i in range(length))
    intake.drop("a.wav", data)
    assert intake.audio.digest(intake.container, "a.wav", etag_of(intake)) == md5_of(data)


def test_a_blob_of_several_parts_is_read_through(real: Intake, service: BlobServiceClient) -> None:
    """Of which storage has no digest."""
    data = bytes(i % 251 for i in range(5_000_000))
    blob = service.get_blob_client(real.container, "a.wav")
    parts = [("AAAA", data[:3_000_000]), ("BBBB", data[3_000_000:])]
    for name, part in parts:
        blob.stage_block(name, part)
    blob.commit_block_list([BlobBlock(name) for name, _ in parts])
    assert blob.get_blob_properties().content_settings.content_md5 is None
    assert real.audio.digest(real.container, "a.wav", etag_of(real)) == md5_of(data)


def test_the_digest_of_another_version_is_not_told(intake: Intake) -> None:
    intake.drop("a.wav", b"first")
    etag = etag_of(intake)
    intake.drop("a.wav", b"second")
    with pytest.raises(StoreConflict):
        intake.audio.digest(intake.container, "a.wav", etag)
    with pytest.raises(StoreConflict):
        intake.audio.digest(intake.container, "gone.wav", etag)


def etag_of(intake: Intake) -> str:
    head = intake.audio.head(intake.container, "a.wav")
    assert head is not None
    return head.etag


def md5_of(data: bytes) -> str:
    return md5(data, usedforsecurity=False).hexdigest()


def test_the_head_tells_the_md5_of_all_bytes(intake: Intake) -> None:
    data = bytes(i % 251 for i in range(200_000))
    intake.drop("a.wav", data)
    head = intake.audio.head(intake.container, "a.wav")
    assert head is not None and head.md5 == md5(data, usedforsecurity=False).hexdigest()
    listed = intake.audio.entry(intake.container, "a.wav")
    assert listed is not None and (listed.md5, listed.etag) == (head.md5, head.etag)


def test_what_touching_a_blob_changes_and_what_it_does_not(
    real: Intake, service: BlobServiceClient
) -> None:
    """What `shared/model/recording/fingerprint.py` relies on: ETag and time change, Content-MD5
    stays. That metadata keeps the time of creation and new content renews it is so here; whether
    the service does the same no document says, so nothing relies on it."""
    blob = service.get_blob_client(real.container, "a.wav")
    real.drop("a.wav", b"sound" * 1_000)
    first = blob.get_blob_properties()
    known = first.content_settings.content_md5
    assert known
    touches = [
        lambda: blob.set_blob_metadata({"processed": "yes"}),
        lambda: blob.set_http_headers(ContentSettings(content_type="x/y", content_md5=known)),
        lambda: blob.start_copy_from_url(blob.url, requires_sync=False),
    ]
    etags = {first.etag}
    for touch in touches:
        touch()
        found = blob.get_blob_properties()
        etags.add(found.etag)
        assert found.content_settings.content_md5 == known
    assert len(etags) == 1 + len(touches)
    blob.set_blob_tags({"processed": "yes"})
    assert blob.get_blob_properties().etag in etags


def test_metadata_keeps_the_time_of_creation_and_content_renews_it(
    real: Intake, service: BlobServiceClient
) -> None:
    blob = service.get_blob_client(real.container, "a.wav")
    real.drop("a.wav", b"sound")
    created = blob.get_blob_properties().creation_time
    while datetime.now(UTC) - created < timedelta(seconds=1.1):  # it is told in whole seconds
        blob.set_blob_metadata({"processed": "yes"})
    assert blob.get_blob_properties().creation_time == created
    real.drop("a.wav", b"other")
    assert blob.get_blob_properties().creation_time > created


def test_audio_that_was_uploaded_in_blocks_has_no_md5(
    real: Intake, service: BlobServiceClient
) -> None:
    blob = service.get_blob_client(real.container, "a.wav")
    blob.stage_block("b1", b"sound")
    blob.commit_block_list([BlobBlock("b1")])
    head = real.audio.head(real.container, "a.wav")
    assert head is not None and head.md5 is None


def test_who_mends_the_type_alone_may_take_the_md5_away(
    real: Intake, service: BlobServiceClient
) -> None:
    """The call replaces all properties: then the bytes have to be read through."""
    real.drop("a.wav", b"sound")
    blob = service.get_blob_client(real.container, "a.wav")
    blob.set_http_headers(ContentSettings(content_type="audio/mpeg"))
    head = real.audio.head(real.container, "a.wav")
    assert head is not None and head.md5 is None
