"""A request costs what its bytes may cost, and names mean the same to everybody."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from shared.errors import ManifestRefused
from shared.model.manifest.files import read_manifest
from shared.model.manifest.items import names_in, pieces
from shared.model.manifest.known import Known
from shared.model.manifest.manifest import Manifest
from shared.model.names import name_problem
from shared.model.profile.profile import Profile

ROOT = Path(__file__).resolve().parents[2]
KNOWN = Known((Profile(),), {}, ("uploads", "audio"))

# Name -> kind, and an expression for some `N` bytes of it.
BOMBS = {
    "columns of one name": ("csv", 'b"blob" + b",title" * (N // 6) + b"\\na.wav\\n"'),
    "columns of many names": (
        "csv",
        'b"blob," + b",".join(b"c%x" % i for i in range(N // 8)) + b"\\na.wav\\n"',
    ),
    "comments": ("csv", 'b"# zz: 1\\n" * (N // 8) + b"blob\\na\\n"'),
    "empty objects": ("json", 'b"[" + b"{}," * (N // 3) + b"{}]"'),
    "empty lists": ("json", 'b"[" + b"[[]]," * (N // 5) + b"{}]"'),
    "lists in an item": ("json", 'b\'[{"blob":"a","metadata":[\' + b"[]," * (N // 3) + b"[]]}]"'),
    "keys of one item": (
        "json",
        'b\'[{"blob":"a",\' + b",".join(b\'"k%x":0\' % i for i in range(N // 12)) + b"}]"',
    ),
    "keys of the head": (
        "json",
        'b"{" + b",".join(b\'"k%x":0\' % i for i in range(N // 12)) + b"}"',
    ),
    "a typo in every line": (
        "jsonl",
        'b"\\n".join(b\'{"blob":"a%x","speeker":0}\' % i for i in range(N // 28))',
    ),
    "lines of nothing": ("jsonl", 'b"x\\n" * (N // 2)'),
    "a name of a million letters": ("json", 'b\'[{"blob":"a","\' + b"k" * N + b\'":0}]\''),
    "backslashes": ("json", 'b\'[{"blob":"\' + b"\\\\\\\\" * (N // 2) + b\'"}]\''),
    "a deep one": ("json", 'b"[" * N'),
    "a number without end": ("json", 'b\'[{"blob":"a","speakers":\' + b"9" * N + b"}]"'),
    "prefixes in prefixes": (
        "json",
        'b"[" + b",".join([b\'{"prefix":"%s"}\' % (b"p" * k + b"/") for k in range(1, 900)]'
        ' + [b\'{"blob":"%s%d"}\' % (b"q" * 900, i) for i in range(N // 930)]) + b"]"',
    ),
}
HONEST = {
    "json": 'b\'{"recordings":[\' + b",".join(ITEM % (i, b"v" * (N // 49_000 - 400))'
    ' for i in range(49_000)) + b"]}"',
    "jsonl": 'b"\\n".join(ITEM % (i, b"v" * (N // 49_000 - 400)) for i in range(49_000))',
    "csv": 'b"blob,title,metadata.n\\n" + b"\\n".join(b"calls/%06d.wav,%s,%s"'
    ' % (i, b"t" * 300, b"v" * (N // 49_000 - 400)) for i in range(49_000))',
}
"""Manifests that are taken."""
ITEM = b'{"blob":"calls/%06d.wav","title":"' + b"t" * 300 + b'","metadata":{"n":"%s"}}'
MEASURE = """
import sys, time
from pathlib import Path
from benchmarks.memory import peak_kib
from tests.unit.test_manifest_hostile import KNOWN, read_manifest, ManifestRefused
content = Path(sys.argv[1]).read_bytes()
before, began = peak_kib(), time.process_time()
items = 0
try:
    items = len(read_manifest(content, sys.argv[2], KNOWN).items)
except ManifestRefused:
    pass
took = time.process_time() - began
print(took, (peak_kib() - before) // 1024, items)
"""


def cost(text: str, kind: str, size: int, path: Path) -> tuple[float, int, int]:
    """Seconds of the processor, MiB above the content, items that are taken: in a process that
    holds nothing else. `text` makes some `size` bytes."""
    path.write_bytes(eval(text, {"N": size, "ITEM": ITEM}))
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path), kind],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    seconds, mib, items = done.stdout.split()
    return float(seconds), int(mib), int(items)


@pytest.mark.long
@pytest.mark.parametrize("bomb", BOMBS)
def test_ten_megabytes_cost_little_time_and_memory(bomb: str, tmp_path: Path) -> None:
    kind, text = BOMBS[bomb]
    seconds, mib, _ = cost(text, kind, 10_000_000, tmp_path / "manifest")
    assert seconds < 2
    assert mib < 60


@pytest.mark.long
@pytest.mark.parametrize("kind", HONEST)
def test_the_largest_manifest_that_is_taken_costs_no_more_than_its_bytes(
    kind: str, tmp_path: Path
) -> None:
    seconds, mib, items = cost(HONEST[kind], kind, 62_000_000, tmp_path / "manifest")
    assert items == 49_000
    assert mib < 160
    assert seconds < 10


@pytest.mark.slow
@pytest.mark.parametrize("bomb", BOMBS)
def test_the_largest_that_is_refused_costs_no_more_than_its_bytes(
    bomb: str, tmp_path: Path
) -> None:
    kind, text = BOMBS[bomb]
    seconds, mib, _ = cost(text, kind, 55_000_000, tmp_path / "manifest")
    assert seconds < 6
    assert mib < 160


@pytest.mark.long
def test_what_is_larger_than_an_item_may_be_is_not_read_on() -> None:
    long = "[" + "[]," * 400_000 + "[]]"
    item = '{"blob":"a.wav"}'
    assert refused(f'[{{"blob":"a.wav","metadata":{long}}}]')[0] == ("too_large", "recordings[0]")
    assert refused(f'{{"title":{long},"recordings":[{item}]}}') == [("too_large", "title")]
    assert refused(f'{{"recordings":{{"a":{long}}}}}') == [("wrong_type", "recordings")]
    many = "[" + ",".join(f'{{"blob":"{n:06}.wav"}}' for n in range(49_000)) + "]"
    assert len(many) > 1_000_000
    twice = f'{{"recordings": {many},"recordings":[{item}]}}'
    assert refused(twice) == [("malformed", "recordings")]
    found = read(f'{{"recordings": {many}, "title": "March"}}')
    assert (len(found.items), found.head.title) == (49_000, "March")


def read(content: str, kind: str = "json") -> Manifest:
    return read_manifest(content.encode(), kind, KNOWN)


def refused(content: str, kind: str = "json") -> list[tuple[str, str]]:
    with pytest.raises(ManifestRefused) as caught:
        read(content, kind)
    return [(fault.code, fault.at) for fault in caught.value.faults]


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1e"])
def test_csv_is_cut_at_line_ends_and_nowhere_else(sign: str) -> None:
    text = f"blob,title\ncall-1.wav,Invoice{sign}call-2.wav\n"
    try:
        items = read(text, "csv").items
    except ManifestRefused:
        return  # a control character, which no title may hold
    assert [item.blob for item in items] == ["call-1.wav"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_csv_knows_every_line_end_and_line_ends_in_quotes(end: str) -> None:
    text = end.join(["# title: March", "blob,client_item_id", "a.wav,1", '"b.wav",2', ""])
    found = read(text, "csv")
    assert found.head.title == "March"
    assert [item.blob for item in found.items] == ["a.wav", "b.wav"]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ('{"recordings":[{"blob":"a"}],"recordings":[{"blob":"b"}]}', "recordings"),
        ('{"title":"a","title":"b","recordings":[{"blob":"a"}]}', "title"),
        ('[{"blob":"a","blob":"b"}]', "recordings[0]"),
        ('[{"blob":"a","metadata":{"x":"1","x":"2"}}]', "recordings[0]"),
        ('{"recordings":[{"blob":"a"}],"metadata":{"x":"1","x":"2"}}', "metadata"),
    ],
)
def test_a_key_that_is_there_twice_is_refused(text: str, at: str) -> None:
    assert ("malformed", at) in refused(text)


@pytest.mark.parametrize(
    "name",
    [
        "../subscriptions/sub-1.json",
        "a/../../hr/private.wav",
        "./x.wav",
        "a/.",
        "a/..",
        "%2e%2e/x.wav",
        "a/%252e%252E/x.wav",
        "a/.%2e/x.wav",
        "..\\\\x.wav",
        "a\\\\b.wav",
        "a%5cb.wav",
        "call\\u202egpj.wav",
        "call\\u2066.wav",
        "a\\u0085b.wav",
        "a\\u2028b.wav",
        "a%0ab.wav",
    ],
)
@pytest.mark.parametrize("key", ["blob", "prefix"])
def test_a_name_that_others_may_read_otherwise_is_refused(name: str, key: str) -> None:
    assert refused(f'[{{"{key}":"{name}"}}]') == [("bad_value", f"recordings[0].{key}")]


@pytest.mark.parametrize(
    "path",
    ["/%2e%2e/%2e%2e/subscriptions/sub-1", "/a/../b.wav", "/a%5c..%5cb", "/a%252e%252e/../b"],
)
def test_an_address_whose_path_leads_elsewhere_is_refused(path: str) -> None:
    assert refused(f'[{{"url":"https://x.example{path}"}}]') == [("bad_url", "recordings[0].url")]


@pytest.mark.parametrize(
    "name",
    [
        "a.wav",
        "calls/2026/a..b.wav",
        ".hidden/x.wav",
        "...",
        "100%.wav",
        "Straße/déjà vu.wav",
        "שיחה\u200f.wav",
        "a%20b.wav",
        "c++.wav",
        "x//y.wav",
    ],
)
def test_an_ordinary_name_is_taken(name: str) -> None:
    assert name_problem(name) == ""


def test_reading_ends_soon_after_there_is_enough_to_refuse() -> None:
    with pytest.raises(ManifestRefused) as caught:
        read("x\n" * 200_000, "jsonl")
    assert caught.value.more == 10_000


def test_the_widest_prefix_is_named_and_siblings_are_left_alone() -> None:
    text = '[{"prefix":"a/b/"},{"blob":"a/b/c"},{"prefix":"a/"},{"blob":"ab"},{"blob":"a/x"}]'
    with pytest.raises(ManifestRefused) as caught:
        read(text)
    told = [(fault.at, fault.message[:44]) for fault in caught.value.faults]
    assert told == [
        (f"recordings[{n}]", "Is among the blobs of recordings[2] already,") for n in (0, 1, 4)
    ]


def cut(text: str) -> list[bytes]:
    content = text.encode()
    return [content[piece.start : piece.end].strip() for piece in pieces(content, most=10**9)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[]", []),
        ("[ ]", []),
        ("[1]", [b"1"]),
        ('[1, "a,]", {"b": [2, 3]}, null]', [b"1", b'"a,]"', b'{"b": [2, 3]}', b"null"]),
        ('["\\\\", "\\"]"]', [b'"\\\\"', b'"\\"]"']),
        ('{"a": 1, "b": {"c": 2}}', [b"1", b'{"c": 2}']),
        ('{"a,": ":", ":": []}', [b'":"', b"[]"]),
    ],
)
def test_a_document_is_cut_at_its_own_commas(text: str, found: list[bytes]) -> None:
    assert cut(text) == found


def test_names_are_counted_at_any_depth() -> None:
    assert names_in({"a": [{"b": 1}, {"c": {"d": 2}}], "e": "f"}) == 5
