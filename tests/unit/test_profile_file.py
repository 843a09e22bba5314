"""The file of profiles: inheritance, and every problem told at once."""

# ruff: noqa: E501
# Problems are written out whole, each beside the text that causes it.

from __future__ import annotations

import re
from pathlib import Path

import pytest

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
        ("[default]\nprefixes = ['x']", "[default] prefixes: there is no such key"),
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
