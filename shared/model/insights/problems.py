"""Why an insight is not made of a transcript that is there. The recording is none the worse."""

from __future__ import annotations

from collections.abc import Mapping

INSIGHT_PROBLEMS: Mapping[str, str] = {
    "unknown": "The profiles have no insight of that name any more.",
    "nothing_said": "Nothing was said in the recording.",
    "too_long": (
        "The transcript is longer than the language model reads, or than CHAT_MOST_CHARACTERS lets "
        "it be asked about."
    ),
    "refused": "The language model, or a filter around it, refused to answer.",
    "unusable": "What the language model answered was no JSON, or was cut off, twice.",
    "no_answer": "The language model did not answer, however often it was asked.",
    "wrong_form": "The answer had another form than was asked for.",
    "personal_data": "The answer held something that the profile wants hidden.",
}
"""By code, as the insights tell it."""
