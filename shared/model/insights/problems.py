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
    "unusable": "What was answered could not be read, was cut off or did not fit, twice.",
    "no_answer": "Nobody answered, however often they were asked.",
    "nobody": "The settings name nobody who could be asked for it.",
    "language": (
        "The service that finds it does not know the language, and no language model is there to "
        "be asked in its place."
    ),
    "retired": (
        "The service does not find it any more, and no language model is there to be asked in its "
        "place."
    ),
    "waiting": "It is still to be asked for.",
    "wrong_form": "The answer had another form than was asked for.",
    "personal_data": "The answer held something that the profile wants hidden.",
}
"""By code, as the insights tell it."""
