"""Manifests as files: what is taken, and what is told of those that are not."""

from __future__ import annotations

import json
from ipaddress import IPv4Network
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Fault, ManifestRefused
from shared.model.manifest import checks as manifest_checks
from shared.model.manifest.entry import MOST_FAULTS
from shared.model.manifest.files import FORMATS, kind_of, read_manifest
from shared.model.manifest.known import Known
from shared.model.manifest.manifest import Item, Manifest, effective_profile, web_name
from shared.model.manifest.refusal import summary
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from shared.providers.azure_speech.capabilities import LIMITS

CALLS = Profile(name="calls", prefixes=("calls",), options=Options(channels=(0, 1)))
NARROW = Capabilities(
    files_per_job=1,
    max_bytes=1,
    diarizes_channels=True,
    containers=frozenset(),
    codecs=frozenset(),
    calls_per_window=1,
    window_seconds=1,
    supports_delete=False,
    supports_container=False,
    modes=frozenset({"express"}),
    locales=frozenset({"en", "he", "yi"}),
)
QUICK = msgspec.structs.replace(LIMITS, modes=frozenset({"standard", "express"}))
KNOWN = Known((Profile(), CALLS), {"azure-speech": QUICK, "narrow": NARROW}, ("uploads", "audio"))


def read(text: str | bytes, kind: str = "json") -> Manifest:
    return read_manifest(text.encode() if isinstance(text, str) else text, kind, KNOWN)


def of(*recordings: object, **head: object) -> Manifest:
    return read(json.dumps({**head, "recordings": recordings}))


def faults(text: str | bytes, kind: str = "json") -> list[tuple[str, str, int | None]]:
    """(code, where, line) of everything that is wrong."""
    with pytest.raises(ManifestRefused) as refused:
        read(text, kind)
    return [(fault.code, fault.at, fault.line) for fault in refused.value.faults]


def faults_of(*recordings: object, **head: object) -> list[tuple[str, str]]:
    found = faults(json.dumps({**head, "recordings": recordings}))
    return [(code, at) for code, at, _ in found]


def fault_of(recording: object, **head: object) -> Fault:
    with pytest.raises(ManifestRefused) as refused:
        of(recording, **head)
    [fault] = refused.value.faults
    return fault


# --- the three forms


JSON = """{
  "title": "March", "profile": "calls", "metadata": {"client": "Müller"},
  "locale": "de-DE", "callback_url": "https://hooks.example/in?sig=1",
  "recordings": [
    {"blob": "calls/a.wav", "client_item_id": "a-1", "title": "First", "channels": [0],
     "metadata": {"case": "4711"}},
    {"container": "audio", "prefix": "calls/"},
    {"url": "https://files.example/b.wav?sig=2", "speakers": {"min": 2, "max": 4},
     "channels": [0]}
  ]
}"""
JSONL = """{"manifest": {"title": "March", "profile": "calls", "metadata": {"client": "Müller"}, "locale": "de-DE", "callback_url": "https://hooks.example/in?sig=1"}}
{"blob": "calls/a.wav", "client_item_id": "a-1", "title": "First", "channels": [0], "metadata": {"case": "4711"}}

{"container": "audio", "prefix": "calls/"}
{"url": "https://files.example/b.wav?sig=2", "speakers": {"min": 2, "max": 4}, "channels": [0]}
"""  # noqa: E501
CSV = """# title: March
# profile: calls
# metadata.client: Müller
# locale: de-DE
# callback_url: https://hooks.example/in?sig=1
blob,container,prefix,url,client_item_id,title,channels,speakers,metadata.case
calls/a.wav,,,,a-1,First,0,,4711
,audio,calls/,,,,,,
,,,https://files.example/b.wav?sig=2,,,0,2-4,
"""


@pytest.mark.parametrize(("text", "kind"), [(JSONL, "jsonl"), (CSV, "csv")])
def test_the_three_forms_say_the_same(text: str, kind: str) -> None:
    expected = read(JSON)
    assert read(text, kind) == expected
    assert read("\ufeff" + text, kind) == expected
    assert read(text.replace("\n", "\r\n"), kind) == expected
    first, second, third = expected.items
    assert first.place == ("uploads", "calls/a.wav") and not first.is_listing
    assert second == Item(container="audio", prefix="calls/") and second.is_listing
    assert third.place[0] == "@web" and third.fields["max_speakers"] == 4
    assert expected.head.metadata == {"client": "Müller"}


def test_a_list_alone_is_a_manifest() -> None:
    assert read('[{"blob": "a.wav"}]') == of({"blob": "a.wav"})


def test_a_table_of_a_european_spreadsheet_is_read() -> None:
    assert read("blob;channels\na.wav;0,1\n", "csv") == of({"blob": "a.wav", "channels": [0, 1]})


def test_names_with_commas_and_quotes_survive_a_table() -> None:
    text = 'blob,title\n"a, ""b"".wav","two\nlines"\n'
    assert faults(text, "csv") == [("bad_value", "recordings[0].title", 3)]
    assert read('blob\n"a, ""b"".wav"\n', "csv").items[0].blob == 'a, "b".wav'


@pytest.mark.parametrize(
    ("name", "media_type", "kind"),
    [
        ("a.json", None, "json"),
        ("deep/A.JSONL", "text/csv", "jsonl"),
        ("a.ndjson", None, "jsonl"),
        ("a.csv", None, "csv"),
        ("a", "text/csv; charset=utf-8", "csv"),
        ("a.txt", "application/json", "json"),
        ("a.xlsx", None, None),
    ],
)
def test_the_form_is_told_by_the_name_or_else_by_the_type(
    name: str, media_type: str | None, kind: str | None
) -> None:
    assert kind_of(name, media_type) == kind


# --- what is wrong is told, all of it


def test_every_fault_of_a_manifest_is_listed_with_its_place() -> None:
    assert faults_of(
        {"blob": "a.wav", "speaker": 2},
        {"blob": "a.wav", "speakers": 99},
        {"blob": "b.wav", "url": "https://x.example/b.wav"},
        {},
        {"blob": "c.wav", "locale": "german", "container": "transcripts"},
        "d.wav",
        {"url": "http://x.example/e.wav"},
        {"prefix": "x/", "client_item_id": "1"},
        {"blob": "f.wav", "client_item_id": "2", "metadata": {"case": 4711}},
        {"blob": "g.wav", "client_item_id": "2"},
        profile="cals",
        provider="azure",
        mode="fast",
        colour="blue",
    ) == [
        ("unknown_field", "colour"),
        ("unknown_profile", "profile"),
        ("unknown_provider", "provider"),
        ("bad_value", "mode"),
        ("unknown_field", "recordings[0].speaker"),
        ("bad_value", "recordings[1].speakers"),
        ("duplicate_recording", "recordings[1].blob"),
        ("several_sources", "recordings[2]"),
        ("no_source", "recordings[3]"),
        ("unknown_container", "recordings[4].container"),
        ("bad_value", "recordings[4].locale"),
        ("wrong_type", "recordings[5]"),
        ("bad_url", "recordings[6].url"),
        ("only_for_one", "recordings[7].client_item_id"),
        ("wrong_type", "recordings[8].metadata.case"),
        ("duplicate_id", "recordings[9].client_item_id"),
    ]


def test_lines_of_jsonl_and_csv_are_told() -> None:
    assert faults('{"blob": "a.wav"}\n{oops}\n\n{"blob": "b.wav", "x": 1}', "jsonl") == [
        ("malformed", "", 2),
        ("unknown_field", "recordings[1].x", 4),
    ]
    assert faults("# titel: x\nblob,colour,speakers\na.wav,red,some\nb.wav,red,3,4\n", "csv") == [
        ("unknown_field", "titel", 1),
        ("unknown_field", "colour", 2),
        ("bad_value", "recordings[0].speakers", 3),
        ("malformed", "recordings[1]", 4),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [(b'{"recordings": [\n{"blob": }]}', 2), (b"", None), (b'["\xff"]', 1), (b"[" * 5_000, None)],
)
def test_what_is_not_json_is_told_with_its_line(text: bytes, line: int | None) -> None:
    [(code, _, found)] = faults(text)
    assert code == "malformed" and (line is None or found == line)


@pytest.mark.parametrize("text", ["{}", "[]", '{"recordings": []}', '{"recordings": null}'])
def test_a_manifest_without_recordings_is_none(text: str) -> None:
    assert faults(text) == [("no_recordings", "recordings", None)]


def test_typing_errors_get_a_suggestion() -> None:
    for key in ("max_speakers", "expected_speakers", "finds_speakers"):
        assert fault_of({"blob": "a", key: 2}).message.endswith('write "speakers".')
    for key in ("mode", "deadline", "budget", "profile"):
        assert "of the whole manifest" in fault_of({"blob": "a", key: "x"}).message
    for key in ("insights", "endpoints", "keep_provider_copy", "locked", "companions"):
        assert "only a profile may say that" in fault_of({"blob": "a", key: []}).message
    assert "did you mean client_item_id?" in fault_of({"blob": "a", "client_id": "1"}).message
    assert "did you mean calls?" in fault_of({"blob": "a"}, profile="call").message
    assert "did you mean en-US?" not in fault_of({"blob": "a", "locale": "english"}).message


@pytest.mark.long
def test_of_very_many_faults_the_first_hundred_are_listed_and_the_rest_counted() -> None:
    with pytest.raises(ManifestRefused) as refused:
        of(*[{"blob": f"{i}.wav", "oops": 1} for i in range(5_000)])
    assert (len(refused.value.faults), refused.value.more) == (MOST_FAULTS, 5_000 - MOST_FAULTS)
    assert summary(refused.value).startswith("5000 faults; nothing of this manifest was taken.")


def test_no_message_repeats_an_address() -> None:
    with pytest.raises(ManifestRefused) as refused:
        of({"url": "ftp://x.example/a?sig=hush"}, callback_url="http://x.example/?sig=hush")
    assert "hush" not in repr(refused.value.faults) + str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://x.example/a.wav",
        "https://",
        "https://user:pass@x.example/a",
        "https://x.example:0/a",
        "https://x.example/a b",
        "https://[::1/a",
        "x.example/a.wav",
    ],
)
def test_only_plain_https_addresses_are_taken(url: str) -> None:
    assert fault_of({"url": url}).code == "bad_url"


def test_more_recordings_than_a_batch_takes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest_checks, "MOST_ITEMS", 3)
    assert len(of(*[{"blob": f"{i}.wav"} for i in range(3)]).items) == 3
    assert faults_of(*[{"blob": f"{i}.wav"} for i in range(9)]) == [("too_many", "recordings")]


@pytest.mark.parametrize(
    "metadata",
    [
        {str(i): "" for i in range(51)},
        {"a" * 101: "x"},
        {"": "x"},
        {"a": "x" * 1_001},
        {str(i): "x" * 1_000 for i in range(9)},
        ["a"],
    ],
)
def test_metadata_has_limits(metadata: object) -> None:
    assert fault_of({"blob": "a.wav", "metadata": metadata}).at.startswith("recordings[0].metadata")


# --- speakers, and what contradicts


@pytest.mark.parametrize(
    ("speakers", "expected"),
    [
        (1, (None, None, None)),
        (2, (2, None, None)),
        (35, (35, None, None)),
        ({"min": 2, "max": 5}, (None, 2, 5)),
        ({"max": 5}, (None, None, 5)),
        ({"min": 1, "max": 1}, (None, None, None)),
        ({"min": 2, "max": 2}, (2, None, None)),
        ({"min": 2}, (None, 2, 35)),
        ({"min": 1}, (None, None, 35)),
        ({"min": None, "max": 5}, (None, None, 5)),
        ("auto", (None, None, None)),
    ],
)
def test_speakers_are_a_number_a_range_or_automatic(
    speakers: object, expected: tuple[int | None, ...]
) -> None:
    manifest = of({"blob": "a.wav", "speakers": speakers})
    options = effective(manifest).options
    found = (options.expected_speakers, options.min_speakers, options.max_speakers)
    assert found == expected
    assert options.finds_speakers == (speakers == "auto")


@pytest.mark.parametrize(
    "speakers", [0, 36, True, 2.5, "two", [], {}, {"min": 3, "max": 2}, {"max": 2, "auto": True}]
)
def test_other_speakers_are_refused(speakers: object) -> None:
    assert fault_of({"blob": "a.wav", "speakers": speakers}).at == "recordings[0].speakers"


def effective(manifest: Manifest, metadata: dict[str, str] | None = None) -> Profile:
    item = manifest.items[0]
    return effective_profile(manifest.head, item, KNOWN.profiles, item.place[1], metadata or {}, {})


def test_the_item_goes_over_the_batch_over_metadata_over_the_profile() -> None:
    blob = {"dropscribe_locale": "fr-FR", "dropscribe_profanity": "tags"}
    bare = of({"blob": "calls/a.wav"})
    assert effective(bare).name == "calls"
    assert effective(bare).options.channels == (0, 1)
    assert effective(bare, blob).options.locale == "fr-FR"
    batch = of({"blob": "calls/a.wav"}, locale="de-DE", speakers="auto", channels=[0])
    assert effective(batch, blob).options.locale == "de-DE"
    assert effective(batch, blob).options.profanity == "tags"
    item = of(
        {"blob": "calls/a.wav", "locale": "it-IT", "speakers": 1, "channels": []},
        locale="de-DE",
        speakers="auto",
        channels=[0],
        profile="default",
        mode="express",
    )
    profile = effective(item, blob)
    assert (profile.name, profile.mode, profile.options.locale) == ("default", "express", "it-IT")
    assert profile.options.channels == () and not profile.options.tells_speakers


def test_an_item_of_two_speakers_in_a_batch_of_a_range_asks_for_two() -> None:
    options = effective(of({"blob": "a", "speakers": 2}, speakers={"min": 3, "max": 5})).options
    assert (options.expected_speakers, options.min_speakers, options.max_speakers) == (
        2,
        None,
        None,
    )


def test_contradictions_are_faults_of_whoever_says_so() -> None:
    stereo = {"blob": "a.wav", "channels": [0, 1], "speakers": "auto"}
    assert ("contradiction", "recordings[0].speakers") in faults_of(stereo)
    candidates: Any = ["de-DE", "fr-FR"]
    assert faults_of({"blob": "a.wav"}, {"blob": "b.wav"}, candidate_locales=candidates) == [
        ("contradiction", "locale")
    ]


def test_what_the_provider_has_not_is_a_fault_said_once() -> None:
    assert faults_of({"blob": "a.wav"}, {"blob": "b.wav"}, provider="narrow", locale="de-DE") == [
        ("not_supported", "mode"),
        ("not_supported", "locale"),
    ]
    assert of({"blob": "a.wav"}, provider="narrow", locale="he-IL", mode="express").items


# --- one recording twice


def test_what_a_prefix_holds_may_not_be_named_again() -> None:
    assert faults_of({"prefix": "calls/"}, {"blob": "a.wav"}, {"blob": "calls/b.wav"}) == [
        ("duplicate_recording", "recordings[2]")
    ]
    assert faults_of({"container": "audio"}, {"container": "audio", "prefix": "x"}) == [
        ("duplicate_recording", "recordings[1]")
    ]
    assert faults_of({"prefix": "x"}, {"prefix": "x"}) == [("duplicate_recording", "recordings[1]")]
    assert of({"prefix": "a/"}, {"prefix": "b/"}, {"container": "audio", "blob": "a/b"}).items


def test_addresses_that_differ_in_their_query_are_different_recordings() -> None:
    one, two = "https://x.example/get?id=1", "https://x.example/get?id=2"
    names = {item.place[1] for item in of({"url": one}, {"url": two}).items}
    assert len(names) == 2 and all("id=" not in name for name in names)
    assert faults_of({"url": one}, {"url": one}) == [("duplicate_recording", "recordings[1].url")]
    assert web_name("https://X.example/a%20b/c.wav") == "x.example/a b/c.wav"
    assert web_name("https://x.example/c.wav?sig=1").endswith(".wav")


# --- anything at all


@given(st.binary(max_size=200), st.sampled_from(FORMATS))
def test_any_bytes_are_read_or_refused(content: bytes, kind: str) -> None:
    try:
        read(content, kind)
    except ManifestRefused as refused:
        assert refused.faults and all(fault.message for fault in refused.faults)


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)
_keys = st.sampled_from(
    ["blob", "prefix", "container", "url", "speakers", "channels", "locale", "metadata", "roles",
     "title", "client_item_id", "formats", "review_below", "spelling", "model", "recordings"]
)  # fmt: skip


@pytest.mark.long
@given(st.dictionaries(_keys, _values), st.lists(st.dictionaries(_keys, _values), max_size=3))
def test_any_json_is_read_or_refused(head: dict[str, Any], items: list[dict[str, Any]]) -> None:
    try:
        read(json.dumps({**head, "recordings": items}))
    except ManifestRefused as refused:
        assert refused.faults


def test_the_list_of_recordings_is_among_the_fields_that_may_be_meant() -> None:
    with pytest.raises(ManifestRefused) as refused:
        read(json.dumps({"recording": [{"blob": "a.wav"}]}), "json")
    told = [fault.message for fault in refused.value.faults if fault.at == "recording"]
    assert told == ["There is no such field, did you mean recordings?"]


# --- what is told, so that the next try is right


@pytest.mark.parametrize(
    "url", ["https://10.0.0.1/hook", "https://127.0.0.1/hook", "https://hooks.example:80/a"]
)
def test_a_callback_that_would_never_be_called_is_refused_at_once(url: str) -> None:
    for fault in (
        fault_of({"blob": "a.wav", "callback_url": url}),
        fault_of({"blob": "a.wav"}, callback_url=url),
    ):
        assert fault.code == "bad_url" and fault.at.endswith("callback_url")
        assert "hook" not in fault.message
    with pytest.raises(ManifestRefused):
        read_manifest(
            json.dumps([{"blob": "a.wav", "callback_url": url}]).encode(),
            "json",
            KNOWN._replace(networks=(IPv4Network("192.168.7.0/24"),)),
        )


def test_a_callback_in_a_network_of_ones_own_is_taken() -> None:
    known = KNOWN._replace(networks=(IPv4Network("10.1.0.0/16"),))
    content = b'[{"blob": "a.wav", "callback_url": "https://10.1.2.3/hook"}]'
    [item] = read_manifest(content, "json", known).items
    assert item.callback_url == "https://10.1.2.3/hook"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"formats": "srt, txt"}, 'write it as a list: ["srt", "txt"].'),
        ({"channels": "0,1"}, "write it as a list: [0, 1]."),
        ({"channels": "left"}, "or [] for all."),
        ({"formats": "pdf"}, '"words".'),
        ({"redact": ["names"]}, "did you mean person_name?"),
        ({"formats": ["vtt", "vtt"]}, "Names vtt twice."),
        (
            {"locale": "fr-FR", "candidate_locales": ["en-US", "de-DE"]},
            "Has to be one of candidate_locales: add fr-FR to them.",
        ),
        (
            {"provider": "narrow", "mode": "express", "locale": "de"},
            "/locales lists the languages.",
        ),
    ],
)
def test_what_is_told_of_an_option_ends_with_what_would_be_right(
    said: dict[str, object], told: str
) -> None:
    head = {key: said[key] for key in ("provider", "mode") if key in said}
    own = {key: value for key, value in said.items() if key not in head}
    assert fault_of({"blob": "a.wav", **own}, **head).message.endswith(told)


def test_what_ends_in_the_middle_is_told_with_its_line() -> None:
    with pytest.raises(ManifestRefused) as refused:
        read('{"recordings": [\n{"blob": "a.wav"},\n{"blob": "b.wav"}\n')
    [fault] = refused.value.faults
    assert "is not closed" in fault.message and fault.line == 3


def test_a_column_that_nobody_knows_is_told_with_those_that_there_are() -> None:
    with pytest.raises(ManifestRefused) as refused:
        read("blob,zzz\na.wav,1\n", "csv")
    [fault] = refused.value.faults
    assert "client_item_id" in fault.message and "metadata.NAME" in fault.message
