"""Which blob a provider means: every name comes back from every form in which it is named."""

from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.model.recording.places import places

NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=60).filter(
    lambda name: not name.startswith("/")
)


@given(NAMES)
@example("+15551234.wav")
@example("100%25 sure.wav")
@example("a//b/c#d?e=f&g.wav")
@example("grüße/日本語/🎙.wav")
@example("%2e%2e/%2F.wav")
@example("http://else.where/x.wav")
def test_a_name_comes_back_from_the_url_that_was_submitted(name: str) -> None:
    assert ("audio", name) in places(f"https://a.blob.core.windows.net/audio/{quote(name)}")


@given(NAMES)
def test_a_query_is_no_part_of_the_name(name: str) -> None:
    url = f"https://a.blob.core.windows.net/audio/{quote(name)}?sv=1&sr=b&sig=a%2Fb"
    assert ("audio", name) in places(url)


@given(NAMES)
def test_a_name_comes_back_from_an_emulators_url_with_the_account_in_its_path(name: str) -> None:
    assert ("audio", name) in places(f"http://127.0.0.1:10000/account/audio/{quote(name)}")


@given(NAMES.filter(lambda name: "://" not in name))
@example("10:30 call.wav")
@example("a//[half an address")
def test_a_name_comes_back_from_a_path_below_the_container_encoded_or_not(name: str) -> None:
    assert (None, name) in places(name)
    assert (None, name) in places(quote(name))


@pytest.mark.parametrize("source", ["", "https://a.example", "https://a.example/audio"])
def test_what_names_no_blob_stands_for_none(source: str) -> None:
    assert not [name for _, name in places(source) if name]


@given(st.text(max_size=40))
@example("//[half an address")
@example("https://[half an address")
@example("://")
def test_nothing_that_a_provider_says_makes_it_stumble(source: str) -> None:
    assert isinstance(places(source), tuple)


def test_a_plus_is_a_plus() -> None:
    assert places("a+b.wav") == ((None, "a+b.wav"),)
    assert places("https://a.example/audio/a+b.wav") == (("audio", "a+b.wav"),)
