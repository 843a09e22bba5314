"""Seals: what they hide, for what they open, and which key is asked."""

from __future__ import annotations

import base64
import json

import httpx
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import SealBroken, StoreUnavailable
from shared.stores.sealing.keys import LocalKey, VaultKey
from shared.stores.sealing.ranges import open_range, seal_all
from shared.stores.sealing.seal import EnvelopeSealer, NoSealer, Wrapper

URL = "https://kv-test.vault.azure.net/keys/seal"
SECRET = b'{"url": "https://hooks.example/in?sig=a-secret", "secrets": []}'
OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)


class Vault:
    """Keys of a vault, a version after the other, as the service answers for them."""

    def __init__(self) -> None:
        self.versions = [rsa.generate_private_key(65537, 2048)]
        self.calls: list[str] = []
        self.status = 200

    def handle(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["Authorization"] == "Bearer a-token"
        assert request.url.params["api-version"]
        self.calls.append(request.url.path)
        if self.status != 200:
            return httpx.Response(self.status, json={"error": {"code": "x"}})
        asked = json.loads(request.content)
        assert asked["alg"] == "RSA-OAEP-256"
        value = base64.urlsafe_b64decode(asked["value"] + "==")
        *_, version, action = request.url.path.split("/")
        if action == "wrapkey":
            number = len(self.versions) - 1
            found = self.versions[number].public_key().encrypt(value, OAEP)
        else:
            number = int(version.removeprefix("v"))
            found = self.versions[number].decrypt(value, OAEP)
        text = base64.urlsafe_b64encode(found).rstrip(b"=").decode()
        return httpx.Response(200, json={"kid": f"{URL}/v{number}", "value": text})

    def key(self) -> VaultKey:
        return VaultKey(
            URL, lambda: "a-token", httpx.Client(transport=httpx.MockTransport(self.handle))
        )


@pytest.fixture(params=["vault", "local"])
def wrapper(request: pytest.FixtureRequest) -> Wrapper:
    return Vault().key() if request.param == "vault" else LocalKey(bytes(32))


def test_what_is_sealed_shows_nothing_and_opens_for_what_it_is_about_alone(
    wrapper: Wrapper,
) -> None:
    sealed = EnvelopeSealer(wrapper).seal(SECRET, "sub-1")
    assert b"a-secret" not in sealed
    assert b"hooks.example" not in sealed
    assert EnvelopeSealer(wrapper).open(sealed, "sub-1") == SECRET
    with pytest.raises(SealBroken):
        EnvelopeSealer(wrapper).open(sealed, "sub-2")


def test_the_same_is_sealed_otherwise_each_time(wrapper: Wrapper) -> None:
    sealer = EnvelopeSealer(wrapper)
    assert sealer.seal(SECRET, "sub-1") != sealer.seal(SECRET, "sub-1")


@given(st.integers(0, 2_000), st.integers(1, 255))
def test_what_was_changed_is_not_opened(place: int, change: int) -> None:
    sealer = EnvelopeSealer(LocalKey(bytes(32)))
    sealed = bytearray(sealer.seal(SECRET, "sub-1"))
    place = len(b'{"sealed":') + place % (len(sealed) - len(b'{"sealed":'))
    sealed[place] ^= change
    try:
        found = EnvelopeSealer(LocalKey(bytes(32))).open(bytes(sealed), "sub-1")
    except (SealBroken, UnicodeDecodeError):
        return
    assert found == SECRET  # a space, or a name of a version that nobody reads


def test_another_key_opens_nothing() -> None:
    sealed = EnvelopeSealer(LocalKey(bytes(32))).seal(SECRET, "sub-1")
    for other in (EnvelopeSealer(LocalKey(b"x" * 32)), EnvelopeSealer(Vault().key()), NoSealer()):
        with pytest.raises(SealBroken):
            other.open(sealed, "sub-1")


def test_what_was_never_sealed_is_read_as_it_is(wrapper: Wrapper) -> None:
    for sealer in (EnvelopeSealer(wrapper), NoSealer()):
        assert sealer.open(SECRET, "sub-1") == SECRET
    assert NoSealer().seal(SECRET, "sub-1") == SECRET


def test_a_new_version_of_the_key_seals_and_the_old_one_opens_what_it_sealed() -> None:
    vault = Vault()
    old = EnvelopeSealer(vault.key()).seal(SECRET, "sub-1")
    vault.versions.append(rsa.generate_private_key(65537, 2048))
    new = EnvelopeSealer(vault.key()).seal(SECRET, "sub-1")
    fresh = EnvelopeSealer(vault.key())
    assert fresh.open(old, "sub-1") == fresh.open(new, "sub-1") == SECRET
    assert [path.split("/")[-2] for path in vault.calls[-2:]] == ["v0", "v1"]


def test_the_vault_is_asked_once_for_what_is_opened_again_and_again() -> None:
    vault = Vault()
    sealed = EnvelopeSealer(vault.key()).seal(SECRET, "sub-1")
    sealer = EnvelopeSealer(vault.key())
    for _ in range(5):
        sealer.open(sealed, "sub-1")
    assert len(vault.calls) == 2


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_while_the_vault_does_not_answer_it_is_tried_again(status: int) -> None:
    vault = Vault()
    sealed = EnvelopeSealer(vault.key()).seal(SECRET, "sub-1")
    vault.status = status
    for step in (lambda s: s.seal(SECRET, "sub-1"), lambda s: s.open(sealed, "sub-1")):
        with pytest.raises(StoreUnavailable) as caught:
            step(EnvelopeSealer(vault.key()))
        assert caught.value.transient


def test_the_token_goes_to_that_key_alone() -> None:
    vault = Vault()
    sealed = EnvelopeSealer(vault.key()).seal(SECRET, "sub-1")
    moved = sealed.replace(b"https://kv-test.vault", b"https://evil.vault")
    assert moved != sealed
    count = len(vault.calls)
    with pytest.raises(SealBroken):
        EnvelopeSealer(vault.key()).open(moved, "sub-1")
    assert len(vault.calls) == count


@given(st.binary(max_size=200), st.integers(0, 200), st.integers(0, 200))
def test_any_range_of_what_is_sealed_as_a_whole_opens(content: bytes, start: int, end: int) -> None:
    sealer = EnvelopeSealer(LocalKey(bytes(32)))
    sealed, key = seal_all(sealer, content, "api-1")
    assert len(sealed) == len(content)
    assert key is not None
    assert open_range(sealer, sealed[start:end], start, key, "api-1") == content[start:end]
    with pytest.raises(SealBroken):
        open_range(sealer, sealed, 0, key, "api-2")


def test_a_content_costs_the_vault_one_call_to_seal_and_one_to_open() -> None:
    vault = Vault()
    sealed, key = seal_all(EnvelopeSealer(vault.key()), SECRET * 1000, "api-1")
    assert (len(vault.calls), SECRET in sealed) == (1, False)
    other = EnvelopeSealer(vault.key())
    for start in range(0, 5000, 100):
        whole = SECRET * 1000
        found = open_range(other, sealed[start : start + 50], start, key, "api-1")
        assert found == whole[start : start + 50]
    assert len(vault.calls) == 2


def test_where_nothing_is_sealed_the_content_stays_as_it_is() -> None:
    assert seal_all(NoSealer(), SECRET, "api-1") == (SECRET, None)
    assert open_range(NoSealer(), SECRET, 0, None, "api-1") == SECRET
