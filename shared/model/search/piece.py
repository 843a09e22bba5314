"""A piece of the index: a blob with the entries of recordings and, in those that were merged, which
words stand in which of them.

    magic | entries, the newest recording first | blocks of words | places | head | tail

Everything can be read by ranges: the tail says how long the head is, the head where each block and
the places begin, a block which entries hold its words, the places where each entry lies. Words are
in order, some hundred a block; the entries that hold one are a list of numbers of two bytes or, if
that is shorter, a bit for each entry. The blocks are deflated, and so are the places, the head and
each entry.

Beside words the blocks hold what filters ask for: profiles, speakers, metadata, batches, and ids of
recordings, each behind a letter that no word begins with.
"""

from __future__ import annotations

import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import msgspec

from shared.model.search.entry import Entry, decoded, encoded
from shared.model.search.words import folded, terms, tokens

MAGIC = b"dscribe1"
TAIL_BYTES = 12
MOST_ENTRIES = 20_000
"""Numbers of entries have two bytes, and a merge has to fit into the memory of a process."""
BLOCK_BYTES = 48 * 1024
"""Before it is deflated, of words and the numbers behind them."""
_LEVEL = 6


class Block(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """`first` is the first word in it."""

    first: str
    offset: int
    bytes: int


class Head(msgspec.Struct, frozen=True, array_like=True):
    """`newest` and `oldest` are ranks of entries. Without `blocks` nobody knows which entries hold
    a word: there are few, and all are looked at."""

    count: int
    newest: int
    oldest: int
    places_at: int
    places_bytes: int
    blocks: tuple[Block, ...] = ()

    def blocks_of(self, first: str, last: str) -> tuple[Block, ...]:
        """Those in which words from the first to the last one may stand."""
        begins = [block.first for block in self.blocks]
        low = max(bisect_right(begins, first) - 1, 0)
        return self.blocks[low : bisect_right(begins, last)]


class Packed(NamedTuple):
    """An entry as it is stored, and what it takes to put it in its place: thousands of them have to
    fit into memory."""

    recording_id: str
    age: tuple[int, int]
    rank: int
    content: bytes


class Places(NamedTuple):
    """Of each entry its rank and where it begins; one offset more tells where the last one ends."""

    ranks: array[int]
    offsets: array[int]


_head = msgspec.msgpack.Decoder(Head)
_block = msgspec.msgpack.Decoder(tuple[tuple[str, bytes], ...])
_encode = msgspec.msgpack.Encoder().encode


def of_profile(name: str) -> str:
    return f"\x01p{name}"


def of_speaker(name: str) -> str:
    return f"\x01s{folded(name.strip())}"


def of_metadata(key: str, value: str) -> str:
    return f"\x01m{key}={folded(value.strip())}"


def of_batch(batch_id: str) -> str:
    return f"\x01b{batch_id}"


def of_recording(recording_id: str, revision: int | None = None) -> str:
    """Without a revision, what those of all begin with."""
    return f"\x01r{recording_id}-" + ("" if revision is None else f"{revision:06}")


def packed(entry: Entry, content: bytes | None = None) -> Packed:
    """`content` is the entry as it was read, if it was."""
    return Packed(entry.recording_id, entry.age, entry.rank, content or encoded(entry))


def write_piece(entries: Iterable[Packed], *, with_words: bool) -> tuple[bytes, int]:
    """And how many entries are in it: of two of a recording the later one is kept."""
    kept: dict[str, Packed] = {}
    for entry in entries:
        there = kept.get(entry.recording_id)
        if there is None or there.age <= entry.age:
            kept[entry.recording_id] = entry
    ordered = sorted(kept.values(), key=lambda entry: -entry.rank)
    content = bytearray(MAGIC)
    offsets = array("I", [len(content)])
    for entry in ordered:
        content += entry.content
        offsets.append(len(content))
    blocks = tuple(_write_blocks(content, _numbers(ordered), len(ordered))) if with_words else ()
    places_at = len(content)
    ranks = array("Q", [entry.rank for entry in ordered])
    content += zlib.compress(ranks.tobytes() + offsets.tobytes(), _LEVEL)
    head = Head(
        count=len(ordered),
        newest=ranks[0] if ranks else 0,
        oldest=ranks[-1] if ranks else 0,
        places_at=places_at,
        places_bytes=len(content) - places_at,
        blocks=blocks,
    )
    written = zlib.compress(_encode(head), _LEVEL)
    content += written + len(written).to_bytes(4, "little") + MAGIC
    return bytes(content), len(ordered)


def entries_in(content: bytes) -> Iterator[tuple[Entry, bytes]]:
    """Of a whole piece, each also as it is stored."""
    length = head_bytes(content[-TAIL_BYTES:])
    head = read_head(content[-TAIL_BYTES - length : -TAIL_BYTES])
    places = read_places(content[head.places_at :][: head.places_bytes], head.count)
    for start, end in pairwise(places.offsets):
        yield decoded(content[start:end]), content[start:end]


def head_bytes(tail: bytes) -> int:
    """How long the head is that stands before the tail. Raises `ValueError` for what is no
    piece."""
    if len(tail) != TAIL_BYTES or tail[4:] != MAGIC:
        raise ValueError("this is no piece of the index")
    return int.from_bytes(tail[:4], "little")


def read_head(content: bytes) -> Head:
    return _head.decode(zlib.decompress(content))


def read_places(content: bytes, count: int) -> Places:
    plain = zlib.decompress(content)
    ranks, offsets = array("Q"), array("I")
    ranks.frombytes(plain[: 8 * count])
    offsets.frombytes(plain[8 * count :])
    return Places(ranks, offsets)


def read_block(content: bytes) -> dict[str, bytes]:
    """The words in it, each with what `bits` reads."""
    return dict(_block.decode(zlib.decompress(content)))


def bits(there: bytes, count: int) -> int:
    """A number whose bit n is set where entry n holds the word."""
    if len(there) == _bytes_of_bits(count):
        return int.from_bytes(there, "little")
    set_ = bytearray(_bytes_of_bits(count))
    numbers = array("H")
    numbers.frombytes(there)
    for number in numbers:
        set_[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(set_, "little")


def index_terms(entry: Entry) -> set[str]:
    """Everything by which the entry is found."""
    found: set[str] = set()
    for turn in entry.turns:
        found |= terms(tokens(turn.text))
    found |= {of_speaker(name) for names in entry.speakers for name in names if name}
    found |= {of_metadata(key, value) for key, value in entry.metadata.items()}
    own = of_recording(entry.recording_id, entry.revision)
    return found | {of_profile(entry.profile), of_batch(entry.batch_id), own}


def _numbers(entries: Sequence[Packed]) -> dict[str, array[int]]:
    """Which entries hold each word. Each is read by itself."""
    found: dict[str, array[int]] = {}
    for number, entry in enumerate(entries):
        for term in index_terms(decoded(entry.content)):
            there = found.get(term)
            if there is None:
                found[term] = array("H", [number])
            else:
                there.append(number)
    return found


def _write_blocks(
    content: bytearray, numbers: dict[str, array[int]], count: int
) -> Iterator[Block]:
    part: list[tuple[str, bytes]] = []
    size = 0
    for term in sorted(numbers):
        there = _packed(numbers[term], count)
        part.append((term, there))
        size += len(term) + len(there)
        if size >= BLOCK_BYTES:
            yield _write_block(content, part)
            part, size = [], 0
    if part:
        yield _write_block(content, part)


def _write_block(content: bytearray, part: Sequence[tuple[str, bytes]]) -> Block:
    packed = zlib.compress(_encode(part), _LEVEL)
    block = Block(part[0][0], len(content), len(packed))
    content += packed
    return block


def _packed(numbers: array[int], count: int) -> bytes:
    if 2 * len(numbers) < _bytes_of_bits(count):
        return numbers.tobytes()
    bits = bytearray(_bytes_of_bits(count))
    for number in numbers:
        bits[number >> 3] |= 1 << (number & 7)
    return bytes(bits)


def _bytes_of_bits(count: int) -> int:
    return (count + 7) // 8
