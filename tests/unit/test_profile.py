"""Profiles: which one holds for a blob, and what metadata and manifest entries change."""

from __future__ import annotations

import msgspec
import pytest

from shared.errors import InputError
from shared.model.profile.asked import chosen, with_fields, with_metadata
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.fit import unsupported
from shared.model.profile.options import Options
from shared.model.profile.profile import (
    Labels,
    Profile,
    choose,
    contradictions,
    labels,
)
from shared.providers.azure_speech.capabilities import BATCH

PROFILES = (
    Profile(),
    Profile(name="calls", prefixes=("calls", "archive/2023")),
    Profile(name="vip", prefixes=("calls/vip",)),
    Profile(name="manual", prefixes=()),
)


@pytest.mark.parametrize(
    ("name", "profile"),
    [
        ("a.wav", "default"),
        ("calls/a.wav", "calls"),
        ("calls/vip/a.wav", "vip"),
        ("calls/vip2/a.wav", "calls"),
        ("archive/2023/05/a.wav", "calls"),
        ("archive/a.wav", "default"),
        ("callsign.wav", "default"),
        ("calls", "default"),
        ("manual/a.wav", "default"),
    ],
)
def test_the_longest_folder_that_holds_the_blob_wins(name: str, profile: str) -> None:
    assert choose(PROFILES, name).name == profile


def test_metadata_may_ask_for_a_profile_by_name() -> None:
    assert choose(PROFILES, "calls/a.wav", {"Dropscribe_Profile": "manual"}).name == "manual"
    assert choose(PROFILES, "calls/a.wav", {"dropscribe_profile": "default"}).name == "default"


def test_an_unknown_profile_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError) as caught:
        choose(PROFILES, "a.wav", {"dropscribe_profile": "call"})
    assert caught.value.code == "unknown_profile"
    assert "did you mean calls?" in caught.value.reason
    assert caught.value.advice == "Use one of: default, calls, vip, manual."


def test_metadata_goes_over_the_profile_and_leaves_the_rest() -> None:
    profile = Profile(name="calls", options=Options(profanity="tags"), formats=("srt",))
    found = with_metadata(
        profile,
        {
            "dropscribe_locale": "de-DE",
            "Dropscribe_Candidate_Locales": "de-DE, en-GB",
            "dropscribe_channels": "0,1",
            "dropscribe_roles": "0=Agent, 1=Customer",
            "dropscribe_review_below": "none",
            "dropscribe_accept_truncated": "True",
            "dropscribe_title": "Quarterly call",
            "dropscribe_profile": "calls",
            "department": "sales",
        },
        {},
    )
    assert found == Profile(
        name="calls",
        options=Options(
            locale="de-DE",
            candidate_locales=("de-DE", "en-GB"),
            channels=(0, 1),
            profanity="tags",
        ),
        formats=("srt",),
        roles={0: "Agent", 1: "Customer"},
        review_below=None,
        accept_truncated=True,
    )


def test_metadata_without_entries_of_ours_changes_nothing() -> None:
    profile = Profile(name="calls")
    assert with_metadata(profile, {"department": "sales", "locale": "xx"}, {}) == profile


def test_metadata_none_undoes_what_the_profile_sets() -> None:
    options = Options(max_speakers=4, channels=(0,), candidate_locales=("en-US", "de-DE"))
    keys = ("max_speakers", "channels", "roles", "candidate_locales", "formats")
    profile = Profile(options=options, roles={0: "Agent"})
    found = with_metadata(profile, {f"dropscribe_{key}": "none" for key in keys}, {})
    assert found == Profile(formats=())


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("dropscribe_local", "de-DE", "there is no such key, did you mean dropscribe_locale?"),
        (
            "dropscribe_max_speaker",
            "2",
            "there is no such key, did you mean dropscribe_max_speakers?",
        ),
        ("dropscribe_provider", "other", "there is no such key"),
        ("dropscribe_locale", "German!", "expected a locale such as"),
        ("dropscribe_max_speakers", "many", "expected a number from 2 to 35"),
        ("dropscribe_max_speakers", "1", "expected a number from 2 to 35"),
        ("dropscribe_channels", "left", "expected a list of channel numbers"),
        ("dropscribe_channels", "-1", "expected a list of channel numbers"),
        ("dropscribe_roles", "Agent", "expected name=value,name=value"),
        ("dropscribe_roles", "left=Agent", "expected a table of channel number"),
        ("dropscribe_formats", "pdf", 'expected a list of "vtt", "srt", "ttml", "txt"'),
        ("dropscribe_review_below", "60", "expected a number from 0 to 1"),
        ("dropscribe_word_times", "perhaps", "expected true or false"),
        ("dropscribe_model", "https://host/m?sig=secret", "expected the URL of a model"),
        ("dropscribe_candidate_locales", "en-US", "needs at least 2 locales"),
    ],
)
def test_metadata_that_cannot_be_used_is_refused_with_what_is_expected(
    key: str, value: str, complaint: str
) -> None:
    with pytest.raises(InputError) as caught:
        with_metadata(Profile(), {key: value}, {})
    assert caught.value.code == "bad_metadata"
    assert caught.value.reason.startswith(key + ": ")
    assert complaint in caught.value.reason
    lists = "dropscribe_locale, dropscribe_candidate_locales" in caught.value.advice
    assert lists == caught.value.reason.endswith("there is no such key.")


def test_a_refused_address_is_not_repeated() -> None:
    with pytest.raises(InputError) as caught:
        with_metadata(Profile(), {"dropscribe_model": "https://host/m?sig=secret"}, {})
    assert "sig" not in str(caught.value)


def test_all_problems_of_a_blob_are_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        with_metadata(Profile(), {"dropscribe_locale": "?", "dropscribe_channels": "x"}, {})
    assert caught.value.reason.count("is not usable") == 2


def test_manifest_fields_are_checked_by_their_json_types() -> None:
    found = with_fields(Profile(), {"channels": [1], "roles": {"1": "Guest"}, "review_below": None})
    assert found.options.channels == (1,)
    assert found.roles == {1: "Guest"}
    assert found.review_below is None
    with pytest.raises(InputError) as caught:
        with_fields(Profile(), {"max_speakers": "3", "locale": False, "chanels": [0]})
    assert caught.value.code == "bad_options"
    assert "max_speakers: '3' is not usable" in caught.value.reason
    assert "locale: false is not usable" in caught.value.reason
    assert "did you mean channels?" in caught.value.reason


def test_labels_hold_the_title_the_item_id_and_foreign_metadata() -> None:
    found = labels(
        {"dropscribe_Title": "Call", "dropscribe_client_item_id": "77", "a": "b", "CaseId": "9"}
    )
    assert found == Labels(title="Call", client_item_id="77", metadata={"a": "b", "CaseId": "9"})


def test_a_profile_survives_the_table_row() -> None:
    profile = Profile(name="calls", roles={0: "Agent"}, options=Options(max_speakers=3))
    assert msgspec.json.decode(msgspec.json.encode(profile), type=Profile) == profile


@pytest.mark.parametrize(
    ("profile", "key"),
    [
        (Profile(options=Options(candidate_locales=("en-US",))), "candidate_locales"),
        (
            Profile(options=Options(candidate_locales=("en-US", *(f"aa-A{n}" for n in range(10))))),
            "candidate_locales",
        ),
        (Profile(options=Options(candidate_locales=("de-DE", "fr-FR"))), "locale"),
        (Profile(options=Options(model_by_locale={"de-DE": "https://m"})), "model_by_locale"),
        (Profile(options=Options(max_speakers=2, channels=(0, 1))), "max_speakers"),
        (Profile(options=Options(channels=(1, 1))), "channels"),
        (Profile(options=Options(channels=(1,)), roles={0: "Agent"}), "roles"),
        (Profile(formats=("vtt", "vtt")), "formats"),
    ],
)
def test_values_that_contradict_each_other_are_found(profile: Profile, key: str) -> None:
    assert [found for found, _ in contradictions(profile)] == [key]


def test_single_language_mode_takes_any_number_of_candidates() -> None:
    many = ("en-US", *(f"aa-A{n}" for n in range(15)))
    options = Options(candidate_locales=many, language_mode="single")
    assert contradictions(Profile(options=options)) == []


def test_what_is_known_is_listed_only_where_nobody_can_tell_what_was_meant() -> None:
    for metadata, says, lists in (
        ({"dropscribe_formats": "xyz"}, "expected a list of", False),
        ({"dropscribe_format": "vtt"}, "did you mean dropscribe_formats?", False),
        ({"dropscribe_qqqq": "1"}, "there is no such key.", True),
    ):
        with pytest.raises(InputError) as caught:
            with_metadata(Profile(), metadata, {})
        assert says in caught.value.reason and "?." not in caught.value.reason
        assert ("Known are: " in caught.value.advice) is lists


def knowing(*locales: str) -> Capabilities:
    return msgspec.structs.replace(BATCH, locales=frozenset(locales))


LIMITS = {"azure-speech": knowing("de-AT", "de-DE", "en-US")}


def test_a_language_that_nobody_knows_is_told_beside_the_other_mistakes() -> None:
    metadata = {"dropscribe_locale": "xx-YY", "dropscribe_formts": "vtt"}
    with pytest.raises(InputError) as caught:
        with_metadata(Profile(), metadata, LIMITS)
    assert caught.value.code == "bad_metadata"
    assert "dropscribe_formts: there is no such key" in caught.value.reason
    assert "dropscribe_locale: the provider does not know xx-YY" in caught.value.reason


def test_a_language_that_another_provider_of_the_order_knows_is_no_mistake() -> None:
    limits = {**LIMITS, "other": knowing("xx-YY")}
    both = Profile(next_providers=("other",))
    with pytest.raises(InputError) as caught:
        with_metadata(both, {"dropscribe_locale": "xx-YY", "dropscribe_formts": "vtt"}, limits)
    assert "xx-YY" not in caught.value.reason


def test_a_language_that_is_wrong_alone_is_told_when_the_recording_is_fitted() -> None:
    assert (
        with_metadata(Profile(), {"dropscribe_locale": "xx-YY"}, LIMITS).options.locale == "xx-YY"
    )


def test_a_profile_that_there_is_not_hides_no_other_mistake() -> None:
    metadata = {
        "dropscribe_profile": "call",
        "dropscribe_locale": "xx-YY",
        "dropscribe_channels": "x",
    }
    with pytest.raises(InputError) as caught:
        chosen(PROFILES, "a.wav", metadata, LIMITS)
    told = caught.value.reason
    assert caught.value.code == "bad_metadata"
    assert "dropscribe_profile: there is no profile called 'call', did you mean calls?" in told
    assert "dropscribe_channels: 'x' is not usable" in told or "dropscribe_channels: ['x']" in told
    assert "dropscribe_locale: the provider does not know xx-YY" in told


def test_a_wrong_profile_alone_is_told_as_before() -> None:
    with pytest.raises(InputError) as caught:
        chosen(PROFILES, "a.wav", {"dropscribe_profile": "call"}, LIMITS)
    assert caught.value.code == "unknown_profile"


@pytest.mark.parametrize(
    ("locale", "told"),
    [
        ("de", "The provider does not know de, did you mean de-DE?"),
        ("en-UK", "The provider does not know en-UK, did you mean en-US?"),
        ("xx-YY", "The provider does not know xx-YY."),
    ],
)
def test_of_a_language_that_is_known_a_region_is_told(locale: str, told: str) -> None:
    profile = Profile(options=Options(locale=locale))
    assert unsupported(profile, LIMITS) == [("locale", told)]
