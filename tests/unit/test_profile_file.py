"""The file of profiles: inheritance, and every problem told at once."""

# ruff: noqa: E501
# Problems are written out whole, each beside the text that causes it.

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shared.configuration.cautions import cautions
from shared.configuration.offered import at_best
from shared.configuration.profiles import parse_profiles, read_file
from shared.errors import ConfigurationError
from shared.model.profile.fit import check_request
from shared.model.profile.keys import LABEL_KEYS, PROFILE_KEYS, RECORDING_KEYS
from shared.model.profile.profile import Profile
from shared.providers.registry import OFFERS

ROOT = Path(__file__).parents[2]
PROVIDERS = ("azure-speech", "other")


def parse(text: str) -> tuple[Profile, ...]:
    return parse_profiles(text, file="profiles.toml", providers=PROVIDERS, sas_hours=48)


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        parse(text)
    return list(caught.value.problems)


def test_the_file_that_we_ship_holds_the_default_profile() -> None:
    path = ROOT / "profiles.toml"
    text = read_file(path)
    assert parse_profiles(text, file="p", providers=["azure-speech"], sas_hours=48) == (Profile(),)


def test_the_examples_in_the_file_that_we_ship_are_right() -> None:
    lines = (ROOT / "profiles.toml").read_text(encoding="utf-8").splitlines()
    example = re.compile(r"# (\[profile|[a-z_]+ = )")
    text = "\n".join(x[2:] if example.match(x) else x for x in lines)
    profiles = parse_profiles(text, file="profiles.toml", providers=OFFERS)
    names = [p.name for p in profiles]
    assert names == ["default", "calls", "meetings", "shiurim", "interviews"]
    assert not any(check_request(p, OFFERS[p.provider].limits) for p in profiles)


def test_an_empty_file_means_the_default_profile() -> None:
    assert parse("") == (Profile(),)


def test_a_profile_starts_from_the_default_table() -> None:
    default, calls = parse(
        """
        [default]
        locale = "de-DE"
        profanity = "none"
        max_speakers = 4
        formats = ["srt"]
        [profile.calls]
        prefixes = ["/calls/", "old/calls"]
        profanity = "tags"
        max_speakers = "none"
        channels = [0, 1]
        roles = { 0 = "Agent", 1 = "Customer" }
        container_jobs = true
        coalesce_seconds = 300
        """
    )
    assert default.options.locale == calls.options.locale == "de-DE"
    assert (default.options.profanity, calls.options.profanity) == ("none", "tags")
    assert (default.options.max_speakers, calls.options.max_speakers) == (4, None)
    assert (default.prefixes, calls.prefixes) == (("",), ("calls", "old/calls"))
    assert calls.roles == {0: "Agent", 1: "Customer"}
    assert calls.formats == ("srt",)
    assert (calls.container_jobs, calls.coalesce_seconds) == (True, 300)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[default]\nlocale = false", '[default] locale: false is not usable, expected a locale such as "en-US"; write it in quotes, Norwegian for example as "nb-NO"'),
        ("[default]\nlocal = 'en-US'", "[default] local: there is no such key, did you mean locale?"),
        ("[defaults]\nlocale = 'en-US'", "[defaults] there is no such table, did you mean default?"),
        ("[default]\nprefixes = ['x']", "[default] prefixes: belongs to a [profile.NAME]; [default] holds elsewhere"),
        ("[default]\nprovider = 'azure-spech'", "[default] provider: 'azure-spech' is not known, did you mean azure-speech?"),
        ("[default]\nprovider = 'x'", "[default] provider: 'x' is not known, expected one of azure-speech, other"),
        ("[default]\nformats = 'vtt'", "[default] formats: 'vtt' is not usable, expected a list of \"vtt\", \"srt\", \"ttml\", \"txt\", \"docx\", \"csv\", \"words\"; write it as a list: [\"vtt\"]"),
        ("[default]\nreview_below = 60", "[default] review_below: 60 is not usable, expected a number from 0 to 1, or \"none\""),
        ("[default]\ntime_to_live_hours = 72", "[default] time_to_live_hours: 72 is longer than the links to the audio live, expected at most 48 (the setting SAS_HOURS)"),
        ("default = 3", "[default] is a value, expected a table"),
        ("[[profile]]\nname = 'x'", "[[profile]] is a list, expected a table per profile: [profile.NAME]"),
        ("[profile.calls]\nlocale = 'en-US'", "[profile.calls] prefixes: is missing; [] makes a profile used only by its name"),
        ("[profile.calls]\nprefixes = ['/']", "[profile.calls] prefixes: an empty one is what [default] is for"),
        ("[profile.Calls]\nprefixes = []", "[profile.Calls] is no usable name, expected up to 40 lower-case letters, digits, hyphens"),
        ("[profile.a]\nprefixes = ['x']\n[profile.b]\nprefixes = ['x/']", "[profile.b] prefixes: 'x' belongs to [profile.a] already"),
        ("[profile.a]\nprefixes = ['x']\nmax_speakers = 2\nchannels = [0, 1]", "[profile.a] max_speakers: cannot go with several channels; the channels separate the speakers"),
    ],
)  # fmt: skip
def test_a_problem_names_file_table_key_and_what_is_expected(text: str, problem: str) -> None:
    assert problems(text) == [f"profiles.toml: {problem}"]


def test_all_problems_are_told_at_once_and_inherited_ones_only_once() -> None:
    found = problems(
        """
        [default]
        provider = "nobody"
        mode = "fast"
        [profile.a]
        prefixes = ["a"]
        candidate_locales = ["en-US"]
        [profile.b]
        prefixes = "b"
        """
    )
    assert [line.split(": ")[1] for line in found] == [
        "[default] mode",
        "[default] provider",
        "[profile.a] candidate_locales",
        "[profile.b] prefixes",
    ]


def test_what_is_not_toml_is_told_with_its_line() -> None:
    [problem] = problems("[default]\nlocale = no")
    assert "line 2" in problem and "in quotes" in problem
    assert "quotes" not in problems("[default")[0]


def test_a_file_that_is_not_there_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"profiles\.toml: cannot be read"):
        read_file(tmp_path / "profiles.toml")


def documented(section: str) -> set[str]:
    """The keys in the first column of the tables below a heading of docs/profiles.md."""
    text = (ROOT / "docs" / "profiles.md").read_text(encoding="utf-8")
    body = text.split(f"## {section}\n", 1)[1].split("\n## ", 1)[0]
    return set(re.findall(r"^\| `([a-z_]+)` \|", body, re.MULTILINE))


def test_each_key_of_a_profile_is_documented_and_none_is_invented() -> None:
    assert documented("Keys") == set(PROFILE_KEYS)


def test_each_metadata_entry_is_documented_and_none_is_invented() -> None:
    names = {f"dropscribe_{key}" for key in {*RECORDING_KEYS, *LABEL_KEYS}}
    assert documented("Blob metadata") == names


def test_the_examples_in_the_documentation_are_right() -> None:
    text = (ROOT / "docs" / "profiles.md").read_text(encoding="utf-8")
    examples = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert len(examples) >= 2
    for example in examples:
        assert parse(example)


@pytest.mark.parametrize(
    "prefix",
    ["up/*", "*.wav", "u?", "..", ".", "a/../b", "./x", " calls", "calls ", "a//b", "a\\\\b"],
)
def test_a_folder_that_no_blob_can_lie_in_is_refused(prefix: str) -> None:
    [problem] = problems(f'[profile.a]\nprefixes = ["{prefix}"]')
    assert 'expected a list of folders such as "sales/inbound"' in problem


@pytest.mark.parametrize("prefix", ["up", "a.b/c d", "...", ".hidden", "Größe/1", "a/"])
def test_any_other_folder_is_taken(prefix: str) -> None:
    assert parse(f'[profile.a]\nprefixes = ["{prefix}"]')[1].prefixes == (prefix.strip("/"),)


def test_a_file_that_begins_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    file = tmp_path / "profiles.toml"
    file.write_text("[default]\nlocale = 'de-DE'\n", encoding="utf-8-sig")
    assert parse(read_file(file))[0].options.locale == "de-DE"


def test_a_key_outside_of_every_table_is_told_where_it_belongs() -> None:
    assert problems("locale = 'en-US'\n[default]\n") == [
        "profiles.toml: locale stands outside of a table; put it under [default]"
    ]


def test_a_list_of_tables_does_not_hide_what_is_wrong_in_it() -> None:
    found = problems("[[profile.a]]\nprefixes = ['a']\ncolour = 'red'\n")
    assert found == [
        "profiles.toml: [profile.a] is a list, expected a table: [profile.a], in single brackets",
        "profiles.toml: [profile.a] colour: there is no such key",
    ]


@pytest.mark.parametrize(
    ("key", "hint"), [("persons", ", did you mean person_"), ("x", ""), ("gpdr", "gdpr")]
)
def test_a_kind_that_is_none_is_refused(key: str, hint: str) -> None:
    [problem] = problems(f"[default]\nredact = ['pci', '{key}']")
    assert f"redact: {key!r} is no kind of personal data" in problem and hint in problem


@pytest.mark.parametrize(
    ("locale", "provider", "says"),
    [
        ("en-UK", "azure-speech", "locale: the provider does not know en-UK"),
        ("zz-ZZ", "azure-speech", "locale: the provider does not know zz-ZZ"),
        ("de", "azure-speech", "locale: the provider does not know de"),
        ("de-DE", "soferai", "locale: the provider does not know de-DE"),
    ],
)
def test_a_language_that_the_provider_does_not_know_is_refused(
    locale: str, provider: str, says: str
) -> None:
    text = f"[profile.a]\nprefixes = ['a']\nprovider = '{provider}'\nlocale = '{locale}'"
    with pytest.raises(ConfigurationError, match=says):
        parse_profiles(text, file="p", providers=OFFERS, capabilities=at_best(), hides_all=False)
    both = text.replace(f"provider = '{provider}'", f"providers = ['{provider}', 'assemblyai']")
    if locale == "de-DE":
        assert parse_profiles(both, file="p", providers=OFFERS, capabilities=at_best())


def test_a_provider_without_an_endpoint_is_told_so() -> None:
    with pytest.raises(ConfigurationError, match="'soferai' has no endpoint here, expected one of"):
        parse_profiles(
            "[default]\nprovider = 'soferai'",
            file="p",
            providers=["azure-speech"],
            capabilities=at_best(),
        )


def test_what_a_provider_has_not_is_told_once() -> None:
    text = """
        [default]
        key_terms = ["Dropscribe"]
        [profile.a]
        prefixes = ["a"]
        sentiments = true
        redact = ["person_name", "email_address"]
        """
    found = cautions(parse(text), {name: offer.limits for name, offer in OFFERS.items()})
    assert found == [
        "[default] key_terms: azure-speech has no key terms; it will be left out, with a note",
        "[profile.a] sentiments: azure-speech has no sentiments; it will be left out, with a note",
        "[profile.a] redact: with azure-speech only a finder finds person_name (LANGUAGE_ENDPOINT)",
    ]


def test_a_list_of_profiles_hides_none_of_their_mistakes() -> None:
    found = problems(
        """
        [[profile]]
        name = "a"
        prefixes = ["a"]
        colour = "red"
        roles = { 0 = "Agent" }
        [[profile]]
        prefixes = ["b"]
        channels = "0,1"
        [profile.calls]
        prefixes = ["a"]
        formats = "srt,txt"
        """
    )
    assert [line.partition(": ")[2] for line in found] == [
        "[[profile]] is a list, expected a table per profile: [profile.NAME]",
        "[profile.a] colour: there is no such key",
        "[[profile]] channels: '0,1' is not usable, expected a list of channel numbers from 0 on, "
        "or [] for all; write it as a list: [0, 1]",
        "[profile.calls] formats: 'srt,txt' is not usable, expected a list of "
        '"vtt", "srt", "ttml", "txt", "docx", "csv", "words"; write it as a list: ["srt", "txt"]',
        "[profile.calls] prefixes: 'a' belongs to [profile.a] already",
    ]
