"""The containers of the ingestion client in a storage account, by their addresses."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from azure.storage.blob import (
    BlobServiceClient,
    ContainerClient,
    ContainerSasPermissions,
    generate_container_sas,
)

from local.archive.places import Place, PlaceTrouble, place_at, whole
from local.archive.take_over import Wish, take_over
from local.stack.azurite import Azurite
from tests.unit.test_archive import of_the_ingestion_client

RESULT = of_the_ingestion_client("result_v3.0_speakers.json")
NAMES = ("sub/+1555 a#1?.wav.json", "b//c.wav.json", "a:b %41.wav.json")


@pytest.fixture
def account(azurite: Azurite) -> Iterator[dict[str, ContainerClient]]:
    with BlobServiceClient.from_connection_string(azurite.connection_string) as blobs:
        names = ("json-result-output", "audio-input", "taken", "dropped")
        made = {name: blobs.create_container(f"{name}-{id(blobs):x}") for name in names}
        yield made
        for container in made.values():
            container.delete_container()


def address(container: ContainerClient, **may: bool) -> str:
    until = datetime.now(UTC) + timedelta(hours=1)
    sas = generate_container_sas(
        container.account_name or "",
        container.container_name,
        account_key=container.credential.account_key,
        permission=ContainerSasPermissions(read=True, list=True, **may),
        expiry=until,
    )
    return f"{container.url}?{sas}"


def test_names_of_all_kinds_are_taken_over_once(account: dict[str, ContainerClient]) -> None:
    for name in NAMES:
        account["json-result-output"].upload_blob(name, RESULT)
    account["audio-input"].upload_blob("left.wav", b"RIFF")
    places: dict[str, Place] = {
        "results": place_at(address(account["json-result-output"])),
        "audio": place_at(address(account["audio-input"])),
        "to": place_at(address(account["taken"], create=True, write=True)),
        "audio_to": place_at(address(account["dropped"], create=True, write=True)),
    }
    wish = Wish(**places, formats=("vtt",))  # type: ignore[arg-type]
    pool = ThreadPoolExecutor(2)
    first = {one.name: one.state for one in take_over(wish, pool)}
    assert first == {**dict.fromkeys(NAMES, "taken over"), "left.wav": "sent on"}
    written = {blob.name: blob.etag for blob in account["taken"].list_blobs()}
    assert set(written) == {
        f"audio/{name.removesuffix('.json')}.{ending}"
        for name in NAMES
        for ending in ("json", "vtt")
    }
    assert whole(places["audio_to"], "left.wav") == b"RIFF"
    again = {one.name: one.state for one in take_over(wish, pool)}
    assert set(again.values()) == {"there already"}
    assert {blob.name: blob.etag for blob in account["taken"].list_blobs()} == written
    assert not places["to"].put_new(f"audio/{NAMES[0]}", [b"another"], "application/json")


def test_an_address_that_opens_nothing_is_not_repeated(account: dict[str, ContainerClient]) -> None:
    reads_only = place_at(address(account["taken"]))
    with pytest.raises(PlaceTrouble) as caught:
        reads_only.put_new("a.json", [b"1"], "application/json")
    assert "sig" not in str(caught.value)
    with pytest.raises(PlaceTrouble):
        place_at(f"{account['taken'].url}-none?sig=hush").listing()
