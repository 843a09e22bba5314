"""What a reader was not to see does not come in by another door.

A provider masks or removes swear words in the form that it displays. The other forms of the same
utterance still hold them, so they are left out where the profile asks for masking.
"""

from __future__ import annotations

from msgspec.structs import replace

from shared.model.profile.options import Options
from shared.model.transcript.recognition import RecognisedUtterance


def hides_words(options: Options) -> bool:
    """Whether the profile wants certain words hidden; tagging them does not hide them."""
    return options.profanity in ("masked", "removed")


def shown_only(heard: RecognisedUtterance) -> RecognisedUtterance:
    """The utterance as it is displayed and nothing else, if the provider masked anything in it.
    Words stay if they are those of the text: the spoken ones are not."""
    if not heard.is_masked:
        return heard
    shown = set(heard.text.split())
    is_displayed = all(word.text.strip() in shown for word in heard.words)
    return replace(
        heard,
        text_itn=None,
        text_lexical=None,
        words=heard.words if is_displayed else (),
    )
