"""Every operation is tried with every role, bound and not, on what is one's own and what is not,
by the table in docs/security.md."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import timedelta
from itertools import product
from typing import Any, NamedTuple

import pytest

from shared.api.caller import Access
from shared.api.operations.all import OPERATIONS
from shared.model.access.caller import Caller
from shared.model.access.roles import ROLES, Role, grants
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from tests.fakes.api import BY_NAME, Api, Got
from tests.fakes.prompter import FakePrompter
from tests.fakes.world import OWNER_KEY, World, a_second_of_silence
from tests.rights import read_table, table_of, written

PROFILES = (
    Profile(),
    Profile(
        name="sales",
        prefixes=("sales",),
        insights=("summary",),
        options=Options(redact=("phone_number",)),
        keep_unredacted=True,
        listening="on_demand",
    ),
    Profile(name="support"),
)
URL = "https://hooks.example/in"
MANIFEST = {"profile": "sales", "recordings": [{"container": "audio", "blob": "sales/a.wav"}]}
OWNER = Caller(id="owner-key", kind="key")
OWN_KEYS = Access(by_own=True)
REFUSED = (401, 403, 404, 422)


class Bounds(NamedTuple):
    """`is_theirs`: what the test looks at lies within."""

    profiles: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()
    is_theirs: bool = True


BOUNDS = {
    "unbound": Bounds(),
    "its profile": Bounds(profiles=("sales",)),
    "another profile": Bounds(profiles=("support",), is_theirs=False),
    "its container": Bounds(containers=("audio",)),
    "another container": Bounds(containers=("uploads",), is_theirs=False),
}
NAMED_BY_BODY = ("create_batch", "estimate_manifest")
SUBSCRIBING = ("create_subscription", "create_trigger")
BODIES: Mapping[str, Any] = {
    "create_batch": MANIFEST,
    "estimate_manifest": MANIFEST,
    "create_upload": {"name": "b.wav"},
    "search_words": {"q": "said"},
    "create_revision": {"id": "revision-a", "based_on": 0},
    "create_subscription": {"url": URL},
    "create_trigger": {"url": URL},
    "change_subscription": {"title": "Mine"},
    "replay_events": {"batch_id": "api-1"},
    "change_brake": {"scope": "deployment", "action": "stop"},
    "run_sweep": {},
    "give_profiles_file": {"toml": "[default]"},
    "create_key": {"name": "New", "roles": ["Read"]},
}
QUERIES: Mapping[str, Mapping[str, str]] = {
    "estimate_lengths": {"duration_ms": "1000", "profile": "sales"},
    "list_terms": {"profile": "sales"},
    "remove_term": {"profile": "sales", "meant": "order"},
}


class Stage:
    """A batch that is over and a subscription, of one owner; and a key of somebody else."""

    def __init__(self, role: Role, bounds: Bounds, *, is_own: bool) -> None:
        self.world = World(profiles=PROFILES, prompter=FakePrompter())
        made = self.world.app.keys.make(
            "Somebody", [role], profiles=bounds.profiles, containers=bounds.containers, by=OWNER
        )
        self.caller = made.there.caller
        self.key = made.secret
        self.path = self._filled(made.there.id if is_own else "another")
        self.api = Api(lambda: self.world.app, OWN_KEYS)

    def _filled(self, owner: str) -> dict[str, str]:
        world = self.world
        world.audio.drop("sales/a.wav", a_second_of_silence(), world.clock.now())
        asker = Caller(id=owner, kind="key", grants=grants(["Submit"]))
        api = Api(lambda: world.app, OWN_KEYS)
        world.app.callers = lambda key: asker  # type: ignore[method-assign,assignment]
        headers = {"Authorization": "Bearer dsk_of_the_owner"}
        batch = api("create_batch", json_=MANIFEST, headers=headers).json["id"]
        world.run()
        there = world.app.subscriptions.create(
            URL, profiles=["sales"], owner=owner, is_bound=True
        ).subscription
        event = world.app.deliveries.send_test_event(there.id)
        world.drain()
        world.start()
        return {
            "batch_id": batch,
            "recording_id": next(iter(world.store.rows.values())).id,
            "subscription_id": there.id,
            "event_id": event,
            "trigger": "batch-completed",
            "transcript_format": "vtt",
            "report_format": "csv",
            "key_id": "key-0123456789abcdef",
        }

    def call(self, name: str) -> Got:
        path = {value: self.path[value] for value in BY_NAME[name].path_names}
        headers = {"Authorization": f"Bearer {self.key}"}
        return self.api(
            name, path, query=QUERIES.get(name), json_=BODIES.get(name), headers=headers
        )


def expected(name: str, extent: str, bounds: Bounds, *, is_own: bool) -> tuple[int, str] | None:
    """How it is refused; None: it is not."""
    if not extent:
        return 403, "role_missing"
    if extent == "deployment" and bounds != BOUNDS["unbound"]:
        return 403, "role_missing"
    names = BY_NAME[name].path_names
    is_reached = bounds.is_theirs and (is_own or extent != "own")
    if "batch_id" in names and not is_reached:
        return 404, "batch_missing"
    if "subscription_id" in names and (bounds.containers or not is_reached):
        return 404, "subscription_missing"
    if name in SUBSCRIBING and bounds.containers:
        return 403, "out_of_reach"
    return _of_what_is_named(name, bounds)


def _of_what_is_named(name: str, bounds: Bounds) -> tuple[int, str] | None:
    if name in NAMED_BY_BODY and not bounds.is_theirs:
        return 422, "manifest_refused"
    if name == "estimate_lengths" and bounds.profiles == ("support",):
        return 422, "unknown_profile"
    if name == "create_upload" and bounds.containers == ("audio",):
        return 403, "out_of_reach"
    if name in ("list_terms", "remove_term") and (bounds.containers or not bounds.is_theirs):
        return 404, "profile_missing"
    return (404, "key_missing") if name == "revoke_key" else None


def test_the_table_in_the_docs_is_that_of_the_operations() -> None:
    """Where it is meant to change: `python -m tests.rights` writes it anew."""
    assert written() == table_of(OPERATIONS)


@pytest.mark.long
@pytest.mark.parametrize("is_own", [True, False], ids=["own", "of another"])
@pytest.mark.parametrize("told", BOUNDS)
@pytest.mark.parametrize("role", ROLES)
def test_each_operation_lets_in_whom_the_table_names(role: Role, told: str, is_own: bool) -> None:
    bounds, table = BOUNDS[told], read_table()
    stage = Stage(role, bounds, is_own=is_own)
    for operation in (op for op in OPERATIONS if not op.is_open):
        extent = table[operation.name][role]
        refusal = expected(operation.name, extent, bounds, is_own=is_own)
        got = stage.call(operation.name)
        case = f"{operation.name}: {got.status} {got.json}"
        if refusal is not None:
            assert (got.status, got.json["code"]) == refusal, case
            continue
        assert got.status not in REFUSED, case
        if operation.method != "GET":  # what it changed is put back
            stage = Stage(role, bounds, is_own=is_own)


@pytest.mark.long
@pytest.mark.parametrize("access", [OWN_KEYS, Access(by_entra=True, is_checked=True), Access()])
@pytest.mark.parametrize("name", [op.name for op in OPERATIONS if not op.is_open])
def test_a_key_that_is_over_opens_nothing(name: str, access: Access) -> None:
    world = World()
    api = Api(lambda: world.app, access)
    path = dict.fromkeys(BY_NAME[name].path_names, "x")
    ended = world.app.keys.make(
        "Ended", ROLES, ends_at=world.clock.now() + timedelta(hours=1), by=OWNER
    )
    gone = world.app.keys.make("Revoked", ROLES, by=OWNER)
    assert api(name, path, headers=bearer(ended.secret)).status != 401
    world.app.keys.revoke(gone.there.id, OWNER)
    world.clock.advance(3600)
    for key in (ended.secret, gone.secret, "dsk_" + "A" * 43, "dsk_", OWNER_KEY[:-1]):
        for headers in (bearer(key), {"x-functions-key": key}):
            assert api(name, path, headers=headers).status == 401


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"bearer {key}"}


@pytest.mark.parametrize("access", [OWN_KEYS, Access(by_entra=True, is_checked=True)])
@pytest.mark.parametrize("name", [op.name for op in OPERATIONS if not op.is_open])
def test_where_the_host_checks_nothing_its_keys_mean_nothing(name: str, access: Access) -> None:
    world = World()
    api = Api(lambda: world.app, access)
    path = dict.fromkeys(BY_NAME[name].path_names, "x")
    for headers in ({}, {"x-functions-key": "a-key-of-the-host"}, {"Authorization": "Bearer no"}):
        assert api(name, path, headers=headers).status == 401
    assert api(name, path, query={"code": OWNER_KEY}).status == 401  # no key of ours in a query


@pytest.mark.parametrize("name", [op.name for op in OPERATIONS if not op.is_open])
def test_a_key_of_the_host_submits_reads_and_operates_and_never_owns(name: str) -> None:
    extents = read_table()[name]
    world = World(profiles=PROFILES)
    api = Api(lambda: world.app)
    path = dict.fromkeys(BY_NAME[name].path_names, "x")
    got = api(name, path, headers={"x-functions-key": "a-key-of-the-host"})
    is_let_in = any(extents[role] for role in ("Submit", "Read", "Operate"))
    assert (got.status != 403) == is_let_in


def test_a_key_of_ours_says_who_it_is_beside_one_of_the_host() -> None:
    world = World()
    api = Api(lambda: world.app)
    headers = {"x-functions-key": "a-key-of-the-host", "Authorization": f"Bearer {OWNER_KEY}"}
    assert api("get_caller", headers=headers).json["id"] == "owner-key"
    host = api("get_caller", headers={"x-functions-key": "a-key-of-the-host"}).json
    assert (host["kind"], host["roles"]) == ("host", ["Submit", "Read", "Operate"])
    assert host["id"].startswith("host-")
    assert "a-key" not in host["id"]


@pytest.mark.parametrize("role", ROLES)
def test_an_app_role_of_entra_may_what_a_key_of_it_may(role: Role) -> None:
    world = World(profiles=PROFILES)
    entra = Api(lambda: world.app, Access(by_entra=True, is_checked=True))
    own = Api(lambda: world.app, OWN_KEYS)
    for bounds in BOUNDS.values():
        tail = "".join(f"/profile/{name}" for name in bounds.profiles)
        tail += "".join(f"/container/{name}" for name in bounds.containers)
        key = world.app.keys.make(
            "One", [role], profiles=bounds.profiles, containers=bounds.containers, by=OWNER
        )
        by_token = entra("get_caller", headers=principal(f"Dropscribe.{role}{tail}")).json
        by_key = own("get_caller", headers=bearer(key.secret)).json
        assert by_token["grants"] == by_key["grants"]
    assert by_token["id"] == "somebody"


@pytest.mark.parametrize(
    "value",
    (
        "Read",
        "Own",
        "Dropscribe.",
        "dropscribe.Read",
        "XDropscribe.Read",
        "Dropscribe.Read/sales",
        "Dropscribe.Read/profile",
        "Dropscribe.Read/profile/",
        "Dropscribe.Read/folder/sales",
    ),
)
def test_what_is_no_role_of_ours_grants_nothing(value: str) -> None:
    world = World()
    api = Api(lambda: world.app, Access(by_entra=True, is_checked=True))
    assert api("get_caller", headers=principal(value)).status == 403


def principal(*roles: str) -> dict[str, str]:
    claims = [{"typ": "roles", "val": role} for role in roles]
    told = base64.b64encode(json.dumps({"claims": claims}).encode()).decode()
    return {"X-MS-CLIENT-PRINCIPAL": told, "X-MS-CLIENT-PRINCIPAL-ID": "somebody"}


@pytest.mark.long
def test_nobody_sees_more_in_a_list_than_one_by_one() -> None:
    for role, bounds, is_own in product(("Submit", "Read", "Operate"), BOUNDS.values(), (0, 1)):
        stage = Stage(role, bounds, is_own=bool(is_own))  # type: ignore[arg-type]
        for name, one in (("list_batches", "get_batch"), ("list_subscriptions", None)):
            one = one or "get_subscription"
            got, seen = stage.call(name), stage.call(one)
            listed = [] if got.status == 403 else got.json["value"]
            assert bool(listed) == (seen.status == 200), (role, bounds, is_own, name)


def test_a_list_of_which_little_is_seen_goes_on_page_by_page() -> None:
    world = World(profiles=PROFILES)
    key = world.app.keys.make("S", ["Submit"], by=OWNER)
    api = Api(lambda: world.app, OWN_KEYS)
    mine = []
    for number in range(12):
        by = bearer(key.secret) if number % 3 == 0 else bearer(OWNER_KEY)
        body = {"recordings": [{"blob": f"{number}.wav"}]}
        made = api("create_batch", json_=body, headers=by).json["id"]
        mine += [made] if number % 3 == 0 else []
        world.clock.advance(60)
    world.run()
    found, link = [], "https://app.example/api/batches?limit=1"
    while link:
        page = api.follow(link, headers=bearer(key.secret)).json
        found += [batch["id"] for batch in page["value"]]
        link = page["nextLink"]
    assert found == mine[::-1]
    assert all(b["owner"] for b in page["value"])


def test_a_bound_role_gets_no_link_past_its_bounds() -> None:
    """A link of the page leads to what has the name by now, which may be another department's."""
    for name, has_links in (("unbound", True), ("its profile", False), ("its container", False)):
        stage = Stage("Read", BOUNDS[name], is_own=True)
        stage.path["report_format"] = "html"
        page = stage.call("get_report_file").body.decode()
        assert ('<a href="https://' in page) is has_links
        assert '<a href="../' not in page
