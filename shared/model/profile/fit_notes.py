"""What a person is told of audio that is taken otherwise than it was asked for, or is."""

from __future__ import annotations

from shared.model.profile.audio import AudioProperties
from shared.model.profile.options import Options


def no_diarization(options: Options) -> str:
    """Why speakers are not told apart."""
    reason = "The provider tells speakers apart by voice in mono recordings only"
    if len(options.channels) == 1:
        return f"{reason}; the speakers on channel {options.channels[0]} were not separated."
    return f"{reason}; here the channels separate the speakers."


def missing_sound(properties: AudioProperties) -> tuple[str, ...]:
    """Of a file that is cut off."""
    if properties.is_cut_off:
        return ("The file is cut off: it ends in the middle of its sound.",)
    if not properties.missing_ms:
        return ()
    seconds = properties.missing_ms / 1000
    return (f"The file is cut off: its header promises {seconds:.1f} s more than it holds.",)


def other_tracks(properties: AudioProperties) -> tuple[str, ...]:
    """Of a file with several tracks."""
    if properties.tracks < 2:
        return ()
    return (f"The file holds {properties.tracks} tracks of sound; the first one is transcribed.",)
