"""JSON and CSV with one thing wrong: a value of another kind, without end, or there twice."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

_SAMPLES = Path(__file__).resolve().parents[1] / "samples"
_VALUES = (
    b"null",
    b"true",
    b"0",
    b"-1",
    b"1e308",
    b"1e999",
    b"9" * 400,
    b"[]",
    b"{}",
    b'""',
    b'"\\ud800"',
    b'"\\u0000"',
    b'"PT99999999H"',
    b'"' + b"x" * 9_000 + b'"',
    b"[" * 2_000 + b"]" * 2_000,
    b'{"a":' * 900 + b"0" + b"}" * 900,
    b"[" + b"0," * 9_000 + b"0]",
    b"NaN",
    b"\xff",
    b"1.",
)
MANIFESTS: Mapping[str, bytes] = {
    "json": b'{"title":"March","metadata":{"a":"b"},"recordings":[{"blob":"a.wav","speakers":2},'
    b'{"blob":"b/c.wav","title":"x","metadata":{"n":"1"}},{"prefix":"d/"},'
    b'{"url":"https://x.example/a.wav"}]}',
    "jsonl": b'{"manifest":{"title":"March"}}\n{"blob":"a.wav"}\n{"prefix":"d/"}\n',
    "csv": b'# title: March\nblob,title,speakers,metadata.n\na.wav,x,2,1\nb.wav,"y,\nz",auto,\n',
}
_HEARD = (
    b'{"text":"Good","start":120,"end":400,"confidence":0.9,"speaker":"A","channel":"1"},'
    b'{"text":"day.","start":410,"end":800,"confidence":0.8,"speaker":"B","channel":null}'
)
_MADE = {
    "assemblyai": b'{"id":"1","status":"completed","audio_url":"https://x.example/a.wav",'
    b'"text":"Good day.","confidence":0.9,"audio_duration":61,"multichannel":false,"words":['
    + _HEARD
    + b'],"utterances":[{"text":"Good day.","start":120,"end":800,"confidence":0.9,'
    b'"speaker":"A","words":[' + _HEARD + b"]}]}",
    "soferai": b'{"text":"Good day.","timestamps":[{"word":"Good","start":0.1,"end":0.4,'
    b'"speaker":"1","hebrew_word_format":["he"]},{"word":"day.","start":0.4,"end":0.8,'
    b'"speaker":null,"hebrew_word_format":null}],"info":{"id":"1","title":"a.mp3",'
    b'"status":"COMPLETED","duration":61.25,"num_speakers":1,"model":"v1"}}',
}
"""Where nothing was recorded."""


def results(provider: str) -> list[bytes]:
    """What was recorded of a provider's answers, or is made up like them."""
    recorded = [path.read_bytes() for path in sorted((_SAMPLES / provider).rglob("*.json"))]
    return recorded or [_MADE[provider]]


def changed(document: bytes, number: int) -> bytes:
    """The same for the same number."""
    chance = random.Random(f"{len(document)} {number}")
    content = bytearray(document)
    for _ in range(chance.randint(1, 3)):
        _change(content, chance)
    return bytes(content)


def _change(content: bytearray, chance: random.Random) -> None:
    signs = [at for at, sign in enumerate(content) if sign in b'{}[],:"\n']
    at, other = sorted((chance.choice(signs or [0]), chance.choice(signs or [0])))
    match chance.randrange(5):
        case 0:
            del content[at:other]
        case 1:
            content[at:at] = content[at:other]
        case 2:
            content[at + 1 : other] = chance.choice(_VALUES)
        case 3:
            content[at + 1 : at + 1] = chance.choice(_VALUES)
        case _:
            content[at] = chance.choice(b'{}[],:"\n\x00\xff')
