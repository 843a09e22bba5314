"""The promises of the store of keys."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from shared.errors import StoreConflict
from shared.model.access.key import ApiKey, digest_of, id_of, make_key, revoked
from shared.model.access.roles import grants
from shared.ports.access import ApiKeys
from shared.stores.table.keys import TableApiKeys
from tests.contract.stores import NOW, fresh_table
from tests.fakes.access import FakeApiKeys

SECRET = make_key(b"thirty-two bytes that are random")


def a_key() -> ApiKey:
    return ApiKey(
        id=id_of(digest_of(SECRET)),
        name="Helpdesk, Köln",
        digest=digest_of(SECRET),
        grants=grants(["Submit", "Review"], profiles=["sales"], containers=["audio", "@web"]),
        created_at=NOW,
        created_by="owner-key",
        ends_at=NOW + timedelta(days=90),
    )


@pytest.fixture(params=["fake", "table"])
def keys(request: pytest.FixtureRequest) -> ApiKeys:
    if request.param == "fake":
        return FakeApiKeys()
    return TableApiKeys(fresh_table(request.getfixturevalue("azurite")))


def test_a_key_comes_back_as_it_was(keys: ApiKeys) -> None:
    keys.insert(a_key())
    there = keys.get(a_key().id)
    assert there is not None
    assert msgspec.structs.replace(there, version="") == a_key()
    assert keys.all() == [there]
    assert keys.get("key-0000000000000000") is None


def test_there_is_one_of_each_id(keys: ApiKeys) -> None:
    keys.insert(a_key())
    with pytest.raises(StoreConflict):
        keys.insert(a_key())


def test_of_two_who_change_a_key_one_loses(keys: ApiKeys) -> None:
    keys.insert(a_key())
    there = keys.get(a_key().id)
    assert there is not None
    keys.save(revoked(there, "owner-key", NOW))
    with pytest.raises(StoreConflict):
        keys.save(revoked(there, "somebody", NOW))
    after = keys.get(there.id)
    assert after is not None
    assert (after.revoked_by, after.is_valid(NOW)) == ("owner-key", False)
