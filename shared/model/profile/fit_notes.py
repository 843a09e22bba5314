"""What a person is told of audio that is taken otherwise than it was asked for, or is."""

from __future__ import annotations

from shared.model.preparing.channels import Heard
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


def one_after_the_other(options: Options, strands: int) -> tuple[str, ...]:
    """Of channels that stand end to end in what the provider hears."""
    notes: tuple[str, ...] = ()
    if options.tells_speakers:
        notes = ("Speakers were not told apart by voice; here the channels separate the speakers.",)
    if strands > 1:
        price = f"which is paid for as {strands} times its length"
        notes = (*notes, f"The channels were heard one after the other, {price}.")
    return notes


_SAID = {
    "alike": "All channels carry the same sound, which was heard once.",
    "inverted": "The second channel is the first one turned round; one of them was heard.",
    "one": "Only channel {channels} carries sound; the rest was left out.",
    "together": "Both channels carry the same voices, and were heard as one.",
}


def what_channels_hold(heard: Heard | None) -> tuple[str, ...]:
    """Where somebody listened, and there is something to say of it."""
    if heard is None:
        return ()
    if heard.kind in _SAID:
        return (_SAID[heard.kind].format(channels=", ".join(map(str, heard.channels))),)
    if heard.leak_db is not None:
        below = f"about {heard.leak_db} dB below its own channel"
        return (f"Each voice is heard on the other channel, too, {below}.",)
    return ()
