"""What a reader was not to see does not come in by another door.

A provider masks or removes swear words in the form that it displays. The other forms of the same
utterance still hold them, so they are left out where the profile asks for masking, and only where
something was hidden: that a number is written otherwise, or a capital small, hides nothing.
"""

from __future__ import annotations

from msgspec.structs import replace

from shared.model.language.scripts import script_of
from shared.model.profile.options import Options
from shared.model.transcript.alignment import align, key
from shared.model.transcript.recognition import RecognisedUtterance
from shared.model.transcript.transcript import Word
from shared.model.transcript.words import timed

_MASK = "*"


def hides_words(options: Options) -> bool:
    """Whether the profile wants certain words hidden; tagging them does not hide them."""
    return options.profanity in ("masked", "removed")


def is_hidden(shown: str, *spoken: str | None) -> bool:
    """Whether `shown` lacks something of the nearest of the forms that were spoken: it has masks
    that those have not, or it is that form with words left out and nothing in their place."""
    forms = [form for form in spoken if form]
    if not shown or not forms:
        return False
    masks = shown.count(_MASK)
    if masks and all(form.count(_MASK) < masks for form in forms):
        return True
    words = _keys(shown)
    others = [_keys(form) for form in forms]
    if any("".join(other) == "".join(words) for other in others):
        return False
    return any(_is_shortened(words, other) for other in others)


def _is_shortened(shown: list[str], spoken: list[str]) -> bool:
    """Some words of `spoken` are left out, and all others stand there as they are."""
    if len(shown) >= len(spoken):
        return False
    blocks = align(shown, spoken)
    return all(block.is_same or block.first == block.last for block in blocks)


def _keys(text: str) -> list[str]:
    """Words without their marks; letters, where words are not told apart."""
    if any(map(script_of, text)):
        return [char for char in text.casefold() if char.isalnum() or char == _MASK]
    return [key(word) for word in text.split() if word.strip(".,;:?!…-–—\"'")]


def shown_only(heard: RecognisedUtterance) -> RecognisedUtterance:
    """The utterance as it is displayed and nothing else, if the provider hid anything in it. The
    words become those of the text, with the times and confidences of what was spoken."""
    if not heard.is_masked:
        return heard
    return replace(heard, text_lexical=None, words=_shown(heard))


def _shown(heard: RecognisedUtterance) -> tuple[Word, ...]:
    text = "".join(heard.text.split())
    if "".join("".join(word.text.split()) for word in heard.words) == text:
        return heard.words
    tokens = heard.text.split()
    if len(tokens) == 1 and len(heard.words) > 2:  # written without spaces: nothing to pair
        return ()
    return tuple(timed(tokens, heard.words))
