"""Slips of the pen in a file of profiles, and that each is told with what is meant instead."""

# ruff: noqa: E501
# Problems are written out whole, each beside the text that causes it.

from __future__ import annotations

import pytest

from local.emulators.registry import EMULATORS
from shared.configuration.cautions import cautions
from shared.configuration.offered import at_best
from shared.configuration.profiles import parse_profiles
from shared.errors import ConfigurationError
from shared.model.profile.profile import Profile

CALLS = "[profile.calls]\nprefixes = ['calls']\n"


def parse(text: str) -> tuple[Profile, ...]:
    return parse_profiles(
        text, file="profiles.toml", providers=set(EMULATORS), capabilities=at_best()
    )


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        parse(text)
    return [line.removeprefix("profiles.toml: ") for line in caught.value.problems]


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("channels = '0,1'", "write it as a list: [0, 1]"),
        ("formats = 'vtt, srt'", 'write it as a list: ["vtt", "srt"]'),
        ("max_speakers = '2'", "write numbers, true and false without quotes"),
        ("channels = ['0']", "write numbers, true and false without quotes"),
        ("word_times = 'true'", "write numbers, true and false without quotes"),
        ("key_terms = [2024]", "write it in quotes"),
        ("priority = 'Urgent'", "write it in small letters"),
        ("redact = ['PCI']", "write it in small letters"),
        ("formats = ['vtt', 'pdf']", "formats: ['pdf'] is not usable"),
        ("send = 22:00:00", "send: 22:00:00 is not usable"),
        ("locale = 'German'", "locale: 'German' is not usable"),
        ("locale = 'en'", "did you mean en-US?"),
        ("locale = 'de'", "did you mean de-DE?"),
        ("redact = ['names']", "did you mean person_name?"),
        ("redact = ['phone']", "did you mean phone_number?"),
        ("redact = ['pii']", "expected kinds such as person_name, or presets: gdpr, hipaa, pci"),
        ("provider = 'azure'", "did you mean azure-speech?"),
        ("COALESCE_SECONDS = 5", "did you mean coalesce_seconds?"),
        ("profile = 'calls'", "each profile is a table of its own: [profile.NAME]"),
        ("name_pattern = '{agent}{customer}'", "name_pattern: has parts side by side"),
        ("name_pattern = '{agent}*.wav'", "name_pattern: has parts side by side"),
    ],
)
def test_a_wrong_value_is_told_once_with_how_it_is_written(line: str, hint: str) -> None:
    [problem] = problems(f"[default]\n{line}\n")
    assert hint in problem


def test_times_side_by_side_have_an_end_of_their_own() -> None:
    assert parse("[default]\nname_pattern = '{day:%Y%m%d}{at:%H%M}_{agent}'\n")


@pytest.mark.parametrize(
    "pattern", ["{name}", "{stem}", "{stem}.wav", "{stem}.MP3", "sound/{stem}.m4a"]
)
def test_no_recording_is_taken_for_a_companion(pattern: str) -> None:
    """Of all that would be one by its name, nothing would be transcribed."""
    [problem] = problems(f"[default]\ncompanions = ['{pattern}']\n")
    assert f"companions: ['{pattern}'] is not usable" in problem


@pytest.mark.parametrize("pattern", ["{stem}.xml", "meta/{name}", "{name}.txt", "i_{stem}"])
def test_what_lies_beside_a_recording_is_its_companion(pattern: str) -> None:
    assert parse(f"[default]\ncompanions = ['{pattern}']\n")[0].companions == (pattern,)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[profile]\nprefixes = ['a']\n", "[profile] prefixes: stands under no name; put it under a [profile.NAME]"),
        ("[profile.default]\nprefixes = ['a']\n", "[profile.default] is called [default]"),
        ("[calls]\nprefixes = ['a']\n", "[calls] there is no such table; a profile of that name is [profile.calls]"),
        (f"{CALLS}[profile.calls.vip]\nprefixes = ['vip']\n", "[profile.calls] vip: there is no such key; names of profiles have no dots, write [profile.calls-vip]"),
    ],
)  # fmt: skip
def test_a_table_in_the_wrong_place_is_one_mistake(text: str, problem: str) -> None:
    assert problems(text) == [problem]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[default]\nlocale = \u201cen-US\u201d\n", "line 2, column 10)); quotes are straight"),
        ("[default]\nreuse = True\n", "true and false have small letters"),
        ("[default]\nlocale = en-US\n", "texts stand in quotes"),
        ("[default]\nlocale: 'en-US'\n", "have = between them, not a colon"),
        ("// mine\n[default]\n", "a comment begins with #"),
        ("[default]\nreuse = true\nreuse = true\n", "this key is there twice"),
        (f"{CALLS}{CALLS}", "[profile.calls] is there twice (at line 3"),
        ("[default]\nformats = ['vtt'\nreuse = true\n", "a list has commas between its values"),
        ("[default]\nformats = ['vtt',\n", "its [ is in line 2"),
        ("[default]\nroles = { 0 = 'A',\n 1 = 'B' }\n", "a table in braces stands on one line"),
        ('[profile.a]\nprefixes = ["C:\\calls"]\n', "folders are parted by /"),
    ],
)
def test_what_is_not_toml_is_told_with_what_is_meant(text: str, says: str) -> None:
    [problem] = problems(text)
    assert problem.startswith("is not TOML (") and says in problem


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[profile.a]\nprefixes = ['audio/calls']\n", "the name of the container is no part of it"),
        ("[profile.a]\nprefixes = ['calls/a.WAV']\n", "calls/a.WAV is a folder"),
        ("[default]\nignore = ['*']\n", "[default] ignore: leaves nothing that is taken"),
    ],
)
def test_what_is_hardly_meant_is_told_and_taken(text: str, says: str) -> None:
    [told] = cautions(parse(text), {})
    assert says in told
    assert cautions(parse(CALLS), {}) == []
