"""One recording is deleted, and another one held, on the real stack, by the API."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from azure.storage.blob import BlobServiceClient

from local.stack.stack import Stack
from shared.model.keeping.removal import DELETED_NAME
from tests.stack import Site, quick_stack, site_on, until


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with quick_stack(tmp_path_factory.mktemp("logs")) as stack:
        yield stack


@pytest.fixture
def site(stack: Stack) -> Iterator[Site]:
    with site_on(stack) as site:
        yield site


@pytest.fixture
def api(stack: Stack) -> Iterator[httpx.Client]:
    headers = {"x-functions-key": stack.api_key}
    with httpx.Client(base_url=f"{stack.app_url}/api", headers=headers, timeout=60) as api:
        yield api


def test_a_recording_goes_with_all_of_it_and_what_is_held_stays(
    stack: Stack, site: Site, api: httpx.Client
) -> None:
    rows = site.transcribe("gone.wav", "held.wav")
    gone, held = rows["gone.wav"], rows["held.wav"]
    own = f"/batches/{gone.batch_id}/items/{gone.id}"
    others = f"/batches/{held.batch_id}/items/{held.id}"
    assert api.post(f"{others}/hold", json={"reason": "case 7"}).json()["reason"] == "case 7"
    refused = api.delete(others, params={"audio": True})
    assert (refused.status_code, refused.json()["code"]) == (409, "on_hold")
    assert api.delete(f"/batches/{held.batch_id}").json()["code"] == "on_hold"
    assert api.delete(own, params={"audio": True}).status_code == 204
    until(lambda: (api.get(own).json()["removal"] or {}).get("is_done"))
    assert api.get(own).json()["name"] == DELETED_NAME
    with BlobServiceClient.from_connection_string(stack.azurite.connection_string) as blobs:
        audio = blobs.get_container_client("audio").list_blob_names(name_starts_with=site.folder)
        assert list(audio) == [f"{site.folder}/held.wav"]
        page = blobs.get_blob_client("reports", f"{gone.batch_id}.html")
        until(lambda: b"gone.wav" not in page.download_blob().readall())
    assert {name.removesuffix(".json") for name in site.names("transcripts")} == {
        "held.wav",
        "held.wav.vtt",
    }
    until(lambda: api.get(f"/batches/{gone.batch_id}").json()["status"] == "completed")
    together = [row for row in rows.values() if row.batch_id == gone.batch_id]
    assert api.get(f"/batches/{gone.batch_id}").json()["counts"]["accepted"] == len(together)
    assert api.delete(f"{others}/hold").status_code == 204
    assert api.delete(f"/batches/{held.batch_id}", params={"outputs": True}).status_code == 204
    until(lambda: api.get(f"/batches/{held.batch_id}").status_code == 404)
    assert not site.names("transcripts")
