"""Providers in order of preference, as profiles and manifests write them."""

from __future__ import annotations

import json

import msgspec
import pytest

from shared.configuration.profiles import parse_profiles
from shared.errors import ConfigurationError, ManifestRefused
from shared.model.manifest.files import read_manifest
from shared.model.manifest.known import Known
from shared.model.manifest.manifest import Manifest, effective_profile
from shared.model.profile.fit import check_request
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from shared.providers.azure_speech.capabilities import LIMITS

NAMES = ("azure-speech", "other")
ENGLISH = msgspec.structs.replace(
    LIMITS, locales=frozenset({"en"}), identified_locales=frozenset({"en"})
)
KNOWN = Known((Profile(),), {"azure-speech": LIMITS, "other": ENGLISH}, ("audio",))


def parse(text: str) -> tuple[Profile, ...]:
    return parse_profiles(text, file="profiles.toml", providers=NAMES)


def read(**head: object) -> Manifest:
    content = json.dumps({**head, "recordings": [{"blob": "a.wav"}]}).encode()
    return read_manifest(content, "json", KNOWN)


def faults(**head: object) -> list[tuple[str, str]]:
    with pytest.raises(ManifestRefused) as refused:
        read(**head)
    return [(fault.code, fault.at) for fault in refused.value.faults]


def test_a_profile_may_name_providers_in_order() -> None:
    [profile] = parse('[default]\nproviders = ["other", "azure-speech"]')
    assert (profile.provider, profile.next_providers) == ("other", ("azure-speech",))


def test_a_single_provider_has_no_other_after_it_whatever_the_default_says() -> None:
    text = """
    [default]
    providers = ["other", "azure-speech"]
    [profile.calls]
    prefixes = ["calls"]
    provider = "azure-speech"
    [profile.rest]
    prefixes = ["rest"]
    """
    _, calls, rest = parse(text)
    assert (calls.provider, calls.next_providers) == ("azure-speech", ())
    assert (rest.provider, rest.next_providers) == ("other", ("azure-speech",))


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("providers = []", "expected a list of names of providers, the first choice first"),
        ('providers = "other"', 'write it as a list: ["other"]'),
        ('providers = ["other", "othr"]', "providers: 'othr' is not known, did you mean other?"),
        ('providers = ["other", "other"]', "providers: names other twice"),
        ('provider = "other"\nproviders = ["other"]', "cannot go with provider"),
    ],
)
def test_an_order_that_cannot_be_is_told(line: str, problem: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse(f"[default]\n{line}")
    assert problem in caught.value.problems[0]


def test_the_order_of_a_manifest_replaces_that_of_the_profile() -> None:
    manifest = read(providers=["other", "azure-speech"])
    mine = (Profile(provider="azure-speech", next_providers=("other",)),)
    profile = effective_profile(manifest.head, manifest.items[0], mine, "a.wav", {}, {})
    assert (profile.provider, profile.next_providers) == ("other", ("azure-speech",))
    alone = read(provider="other")
    profile = effective_profile(alone.head, alone.items[0], mine, "a.wav", {}, {})
    assert (profile.provider, profile.next_providers) == ("other", ())


def test_a_table_writes_the_order_with_commas() -> None:
    content = b"# providers: other, azure-speech\nblob\na.wav\n"
    head = read_manifest(content, "csv", KNOWN).head
    assert (head.provider, head.next_providers) == ("other", ("azure-speech",))


def test_a_manifest_with_an_order_that_cannot_be_is_refused() -> None:
    assert faults(providers=["other", "nobody"]) == [("unknown_provider", "providers")]
    assert faults(providers=["other"], provider="other") == [("contradiction", "providers")]
    assert faults(providers=["other", "other"]) == [("bad_value", "providers")]
    assert faults(providers=[]) == [("bad_value", "providers")]
    assert faults(providers=[1]) == [("wrong_type", "providers")]
    assert faults(providers="other") == [("wrong_type", "providers")]


def test_what_only_a_later_provider_can_do_is_no_fault() -> None:
    assert faults(provider="other", locale="de-DE") == [("not_supported", "locale")]
    assert read(providers=["other", "azure-speech"], locale="de-DE").items


def test_candidates_are_no_fault_where_the_provider_leaves_them_out_anyway() -> None:
    deaf = msgspec.structs.replace(ENGLISH, identifies_languages=False)
    profile = Profile(options=Options(candidate_locales=("en-US", "de-DE")))
    assert not check_request(profile, deaf)
    assert [key for key, _ in check_request(profile, ENGLISH)] == ["candidate_locales"]
