"""Who is let in, what becomes of errors, and that nothing secret is told."""

from __future__ import annotations

import base64
import json
import logging

import pytest

from shared.api.caller import Access
from shared.api.describe.openapi import document
from shared.api.http import Request
from shared.api.operations.all import OPERATIONS
from shared.api.serve import serve
from shared.errors import StoreConflict, StoreUnavailable
from shared.model.profile.profile import Profile, choose
from tests.fakes.api import BASE, BY_NAME, Api
from tests.fakes.world import World, a_second_of_silence

ROLES = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"
MANIFEST = {"recordings": [{"blob": "a.wav"}]}


@pytest.fixture
def world() -> World:
    return World()


def principal(*roles: str, kind: str = "roles") -> dict[str, str]:
    claims = [{"typ": kind, "val": role} for role in roles]
    told = json.dumps({"auth_typ": "aad", "claims": claims, "role_typ": kind})
    return {
        "X-MS-CLIENT-PRINCIPAL": base64.b64encode(told.encode()).decode(),
        "X-MS-CLIENT-PRINCIPAL-ID": "5d1c0b1e-0000-4000-8000-000000000001",
    }


@pytest.mark.parametrize(
    ("site", "token", "status"),
    [
        ("cross-site", "", 403),
        ("same-site", "", 403),
        ("same-origin", "", 404),
        ("none", "", 404),
        ("", "", 404),
        ("cross-site", "Bearer x", 404),
    ],
)
def test_a_page_of_others_changes_nothing_for_who_is_signed_in(
    world: World, site: str, token: str, status: int
) -> None:
    api = Api(lambda: world.app, Access(by_entra=True, is_checked=True))
    sent = {**principal("Dropscribe.Operate"), "sec-fetch-site": site, "authorization": token}
    got = api("cancel_batch", {"batch_id": "none"}, headers=sent)
    assert (got.status, got.json["code"] == "foreign_page") == (status, status == 403)
    assert api("list_batches", headers=sent).status == 200


def test_with_entra_everybody_needs_what_app_service_vouches_for(world: World) -> None:
    api = Api(lambda: world.app, Access(by_entra=True, is_checked=True))
    assert api("list_batches").status == 401
    assert api("list_batches", headers={"x-functions-key": "any"}).status == 401
    assert api("list_batches", headers=principal("Transcribe")).status == 200
    assert api("get_health").status == 200


def test_without_app_service_authentication_nobodys_headers_are_believed(world: World) -> None:
    api = Api(lambda: world.app, Access(by_entra=True, is_checked=False))
    got = api("list_batches", headers=principal("Transcribe"))
    assert (got.status, got.json["code"]) == (503, "authentication_off")


@pytest.mark.parametrize("kind", ["roles", ROLES])
@pytest.mark.parametrize("role", ["Transcribe", "Dropscribe.Read", "Dropscribe.Operate"])
def test_an_app_role_is_needed(world: World, kind: str, role: str) -> None:
    api = Api(lambda: world.app, Access(by_entra=True, is_checked=True))
    got = api("list_batches", headers=principal(kind=kind))
    assert (got.status, got.json["code"]) == (403, "role_missing")
    assert api("list_batches", headers=principal("Read", kind=kind)).status == 403
    assert api("list_batches", headers=principal("Read", role, kind=kind)).status == 200


def test_the_app_role_of_everyday_can_have_another_name(world: World) -> None:
    api = Api(lambda: world.app, Access(by_entra=True, is_checked=True, role="Scribe"))
    assert api("list_batches", headers=principal("Transcribe")).status == 403
    assert api("list_batches", headers=principal("Scribe")).status == 200


@pytest.mark.parametrize("told", ["", "not base64!", base64.b64encode(b"[").decode()])
def test_a_principal_that_cannot_be_read_lets_nobody_in(world: World, told: str) -> None:
    api = Api(lambda: world.app, Access(by_entra=True, is_checked=True))
    headers = {**principal(), "X-MS-CLIENT-PRINCIPAL": told}
    assert api("list_batches", headers=headers).status == 401


def test_idempotency_keys_of_two_callers_are_two_keys(world: World) -> None:
    api = Api(lambda: world.app, Access(by_entra=True, is_checked=True))
    ids = {
        api(
            "create_batch",
            json_=MANIFEST,
            headers={
                **principal("Transcribe"),
                "X-MS-CLIENT-PRINCIPAL-ID": who,
                "Idempotency-Key": "1",
            },
        ).json["id"]
        for who in ("one", "other")
    }
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("error", "status", "retries"),
    [
        (StoreUnavailable("list: sig=abc"), 503, True),
        (StoreConflict("list"), 409, True),
        (ValueError("sig=abc and what was said"), 500, False),
    ],
)
def test_whatever_goes_wrong_is_told_without_its_text(
    world: World, caplog: pytest.LogCaptureFixture, error: Exception, status: int, retries: bool
) -> None:
    class Broken:
        public_url = None
        trail = world.app.trail

        def cancel(self, *_: object) -> None:
            raise error

    api = Api(lambda: Broken())  # type: ignore[arg-type,return-value]
    with caplog.at_level(logging.INFO, logger="dropscribe"):
        got = api("cancel_batch", {"batch_id": "api-1"})
    assert got.status == status
    assert ("Retry-After" in got.headers) == retries
    assert "sig=abc" not in got.body.decode() + caplog.text
    if status >= 500:
        assert '"operation":"cancel_batch"' in caplog.text


def test_the_public_address_comes_before_the_one_that_was_called(world: World) -> None:
    request = Request("GET", "http://10.0.0.4/api/batches", {}, {}, {})
    assert world.app.public_url is None
    own = json.loads(
        serve(BY_NAME["get_openapi"], request, lambda: world.app, Access(), OPERATIONS).body
    )
    assert own["servers"] == [{"url": "http://10.0.0.4/api"}]


def test_every_operation_is_described_and_only_health_is_open() -> None:
    paths = document(OPERATIONS, BASE)["paths"]
    described = {(m.upper(), path[1:]) for path, ms in paths.items() for m in ms}
    assert described == {(op.method, op.path) for op in OPERATIONS}
    assert [op.name for op in OPERATIONS if op.is_open] == ["get_health"]
    for methods in paths.values():
        for operation in methods.values():
            assert operation["description"].endswith(".")
            assert operation["summary"] != operation["description"]


def test_health_tells_of_storage_endpoints_and_backlog(world: World) -> None:
    api = Api(lambda: world.app)
    world.drop("a.wav")
    world.clock.advance(90)
    told = api("get_health").json
    assert (told["status"], told["open_batches"], told["oldest_seconds"]) == ("ok", 1, 90)
    [endpoint] = told["endpoints"]
    assert endpoint["status"] == "ok"


def test_health_is_measured_at_most_every_ten_seconds(world: World) -> None:
    api = Api(lambda: world.app)
    before = api("get_health").json
    world.drop("a.wav")
    world.clock.advance(9)
    assert api("get_health").json == before
    world.clock.advance(1)
    assert api("get_health").json["open_batches"] == 1


def test_without_storage_the_health_is_503(world: World) -> None:
    api = Api(lambda: world.app)

    def broken() -> None:
        raise StoreUnavailable("list")

    world.active.all = broken  # type: ignore[assignment]
    got = api("get_health")
    assert (got.status, got.json["status"], got.json["storage"]) == (503, "down", "unavailable")


def test_an_upload_link_is_for_one_new_blob(world: World) -> None:
    api = Api(lambda: world.app)
    first, second = (api("create_upload", json_={"name": "Ämter 1.wav"}).json for _ in range(2))
    assert first["blob"] != second["blob"]
    assert first["blob"].endswith("/Ämter 1.wav")
    assert first["container"] == "uploads"


def test_an_upload_of_a_folder_is_of_the_profile_of_that_folder(world: World) -> None:
    api = Api(lambda: world.app)
    blob = api("create_upload", json_={"name": "1.wav", "folder": "sales/in bound"}).json["blob"]
    assert blob.startswith("sales/in bound/") and blob.endswith("/1.wav") and blob.count("/") == 3
    profiles = (Profile(), Profile(name="sales", prefixes=("sales",)))
    assert choose(profiles, blob).name == "sales"


@pytest.mark.parametrize("folder", ["/a", "a/", "a//b", "..", "a/../b", "a\\b", "a./b", "x" * 401])
def test_a_folder_that_leads_elsewhere_gets_no_upload_link(world: World, folder: str) -> None:
    got = Api(lambda: world.app)("create_upload", json_={"name": "1.wav", "folder": folder})
    assert (got.status, got.json["faults"][0]["at"]) == (400, "folder")


@pytest.mark.parametrize(
    "name", ["", "a/b.wav", "..", "a\\b.wav", "a\n.wav", "a\u202eb.wav", "a.wav.", "x" * 201]
)
def test_a_name_with_a_folder_gets_no_upload_link(world: World, name: str) -> None:
    got = Api(lambda: world.app)("create_upload", json_={"name": name})
    assert (got.status, got.json["faults"][0]["at"]) == (400, "name")


def test_what_there_is_to_choose_from_is_listed(world: World) -> None:
    api = Api(lambda: world.app)
    assert [c["value"] for c in api("list_profiles").json["value"]] == ["default"]
    formats = [c["value"] for c in api("list_formats").json["value"]]
    assert formats == ["json", "vtt", "srt", "ttml", "txt", "docx", "csv", "words"]
    assert "en-US" in [c["value"] for c in api("list_locales").json["value"]]


def test_an_estimate_costs_nothing_and_stores_nothing(world: World) -> None:
    api = Api(lambda: world.app)
    query = {"recordings": "100", "duration_ms": "3600000"}
    told = api("estimate_lengths", query=query).json
    assert (told["recordings"], told["audio_ms"]) == (100, 360_000_000)
    assert told["cost"]["amount"] > 0
    assert api("estimate_lengths").json["code"] == "nothing_to_estimate"
    assert api("estimate_lengths", query={**query, "profile": "none"}).status == 422
    world.audio.drop("a.wav", a_second_of_silence(), world.clock.now(), container="uploads")
    assert api("estimate_manifest", json_=MANIFEST).json["recordings"] == 1
    assert api("estimate_manifest", json_={"recordings": [{}]}).status == 422
    assert not world.store.headers
    assert not world.provider.transcriptions
