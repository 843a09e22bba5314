"""The whole stack: a blob that is touched, a companion, and what lies about beside recordings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.storage.blob import BlobServiceClient

from tests.stack import Site, quick_stack, site_on, sound, states

PROFILES = """
[default]
companions = ["{stem}.xml"]
companion_wait_seconds = 1
ignore = ["*.txt"]
"""
XML = "<call agent='Müller'><locale>de-DE</locale></call>".encode()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("meant")
    profiles = Path(folder, "profiles.toml")
    profiles.write_text(PROFILES, encoding="utf-8")
    with (
        quick_stack(folder / "logs", PROFILES_FILE=str(profiles)) as stack,
        site_on(stack) as site,
    ):
        yield site


def test_what_is_meant_comes_home_once(site: Site) -> None:
    service = BlobServiceClient.from_connection_string(site.stack.azurite.connection_string)
    container = service.get_container_client("audio")
    for name, content in {"call.xml": XML, ".DS_Store": b"x", "notes.txt": b"y"}.items():
        container.upload_blob(f"{site.folder}/{name}", content)
    rows = site.end(site.put({"call.wav": sound()}))
    assert states(rows) == {"call.wav": "transcribed"}
    transcript = site.transcript("call.wav")
    assert transcript["job"]["metadata"] == {"agent": "Müller"}
    assert transcript["provider"]["options"]["locale"] == "de-DE"

    blob = container.get_blob_client(f"{site.folder}/call.wav")
    etag = blob.set_blob_metadata({"processed": "yes"})["etag"].strip('"')
    again = site.end({(f"{site.folder}/call.wav", etag)})
    assert states(again) == {"call.wav": "unchanged"}
    assert site.paid == {"call.wav": 1}
    assert site.names("errors") == set()
