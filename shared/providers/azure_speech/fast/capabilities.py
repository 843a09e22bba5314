"""What fast transcription takes.

The API description 2025-10-15 says 250 MB and two hours; pages of the same year say 300 and 500 MB,
and up to five hours, two where speakers are told apart. The smaller figures hold here: they also
end within one execution of a function. It takes 600 requests a minute at most. How many calls may
run at a time is documented nowhere: few do (`SPEECH_MAX_ACTIVE_EXPRESS`). The enhanced mode takes a
prompt in the place of a phrase list:
https://learn.microsoft.com/azure/ai-services/speech-service/llm-speech
"""

from __future__ import annotations

import msgspec

from shared.model.profile.capabilities import Capabilities, Pace

LLM_SPEECH = "llm-speech"
"""The name by which profiles ask for the enhanced mode: a large language model listens."""


def beside(batch: Capabilities) -> Capabilities:
    """Its limits, where they are not those of batch transcription."""
    return msgspec.structs.replace(
        batch,
        files_per_job=1,
        recordings_per_container_job=None,
        max_bytes=250_000_000,
        max_duration_ms=120 * 60_000,
        max_diarized_ms=120 * 60_000,
        supports_container=False,
        calls_per_window=600,
        window_seconds=60,
        extras=frozenset({"key_terms"}),
        extras_by_model=frozenset({"models", "prompt", "translate_to"}),
        models=frozenset({LLM_SPEECH}),
        find_is_proof=False,
        answers_at_once=True,
        asks_head=False,
        takes_custom_models=False,
        merges_channels=True,
        most_channels=2,
        # "A 20-minute file in less than one minute", of its announcement.
        pace={"express": Pace(start_seconds=1, share=0.05)},
    )
