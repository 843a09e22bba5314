"""What two lists of words have in common: the words of a text, and those that have times.

Both tell of the same speech, but nothing promises that they are word by word the same, nor that
either is complete. The alignment leaves as few words as possible without a partner, however long
the stretch is that one side lacks. Used for time stamps that come beside a text, for display forms
of what was spoken, for the parts of a split utterance, and for corrections.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_NOT_A_LETTER = re.compile(r"[\W_]+")
_ISLAND = 2
"""So many words alone between two gaps are no landmark: they go to the words next to them."""


class Block(NamedTuple):
    """Words `first` up to `last` of the one list stand against `start` up to `end` of the other,
    ends exclusive. `is_same` tells that they are pairwise the same; else either may be empty."""

    is_same: bool
    first: int
    last: int
    start: int
    end: int


def key(word: str) -> str:
    """What makes two words the same: their letters and digits, whatever the case."""
    return _NOT_A_LETTER.sub("", word).casefold() or word


def align(left: Sequence[str], right: Sequence[str]) -> list[Block]:
    """Blocks that cover both lists from first to last, equal ones and others in turn."""
    size, other = len(left), len(right)
    same = _common_start(left, right)
    if same == size == other:
        return [Block(True, 0, size, 0, other)] if size else []
    tail = _common_start(left[: same - size - 1 : -1], right[: same - other - 1 : -1])
    blocks = [
        Block(b.is_same, b.first + same, b.last + same, b.start + same, b.end + same)
        for b in _differing(left[same : size - tail], right[same : other - tail])
    ]
    if same:
        blocks.insert(0, Block(True, 0, same, 0, same))
    if tail:
        blocks.append(Block(True, size - tail, size, other - tail, other))
    return list(_merged(_without_islands(left, right, list(_merged(blocks)))))


def _common_start(left: Sequence[str], right: Sequence[str]) -> int:
    shortest = min(len(left), len(right))
    return next((n for n in range(shortest) if left[n] != right[n]), shortest)


def _differing(left: Sequence[str], right: Sequence[str]) -> Iterator[Block]:
    if not left or not right:
        yield Block(False, 0, len(left), 0, len(right))
        return
    from rapidfuzz.distance import Levenshtein  # needed for few results, and 20 ms to load

    for step in Levenshtein.opcodes(left, right):
        yield Block(
            step.tag == "equal", step.src_start, step.src_end, step.dest_start, step.dest_end
        )


def _merged(blocks: Sequence[Block] | Iterator[Block]) -> Iterator[Block]:
    """A deletion and an insertion side by side are one stretch that differs."""
    before: Block | None = None
    for block in blocks:
        if block.first == block.last and block.start == block.end:
            continue
        if before is not None and before.is_same == block.is_same:
            before = Block(block.is_same, before.first, block.last, before.start, block.end)
            continue
        if before is not None:
            yield before
        before = block
    if before is not None:
        yield before


def _without_islands(left: Sequence[str], right: Sequence[str], blocks: list[Block]) -> list[Block]:
    """A common word inside a long gap finds a partner by chance. Where it says the same as the
    word next to the gap, it goes there, so that the gap stays one."""
    found = list(blocks)
    for at in range(1, len(found) - 1):
        gap, island = found[at - 1], found[at]
        if not island.is_same or island.last - island.first > _ISLAND:
            continue
        size = island.last - island.first
        words = list(right[island.start : island.end])
        lost, extra = gap.last - gap.first, gap.end - gap.start
        if extra == 0 and lost > _ISLAND and list(left[gap.first : gap.first + size]) == words:
            found[at - 1] = Block(True, gap.first, gap.first + size, island.start, island.end)
            found[at] = Block(False, gap.first + size, island.last, island.end, island.end)
        elif lost == 0 and extra > _ISLAND:
            mine = list(left[island.first : island.last])
            if list(right[gap.start : gap.start + size]) == mine:
                found[at - 1] = Block(True, island.first, island.last, gap.start, gap.start + size)
                found[at] = Block(False, island.last, island.last, gap.start + size, island.end)
    return found


def without_echoes(right: Sequence[str], block: Block) -> list[int]:
    """Places in `right` of a block that the other side has not; a word or two that are only their
    neighbours once more are no words."""
    places = range(block.start, block.end)
    if len(places) > _ISLAND:
        return list(places)
    return [
        n
        for n in places
        if not (n > 0 and right[n - 1] == right[n])
        and not (n + 1 < len(right) and right[n + 1] == right[n])
    ]


def boundaries(left: Sequence[str], right: Sequence[str], cuts: Sequence[int]) -> list[int]:
    """Where cuts of the one list lie in the other; inside of what differs, in proportion. `cuts`
    rise, and so does what comes back."""
    blocks = align(left, right)
    found: list[int] = []
    at = 0
    for cut in cuts:
        while at < len(blocks) - 1 and blocks[at].last < cut:
            at += 1
        if not blocks:
            found.append(0)
            continue
        block = blocks[at]
        size = block.last - block.first
        part = (cut - block.first) / size if size else 1.0
        found.append(block.start + round(part * (block.end - block.start)))
    return found
