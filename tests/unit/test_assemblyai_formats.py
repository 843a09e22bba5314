"""What AssemblyAI documents to take is taken in its name, and looked at rightly."""

from __future__ import annotations

import pytest

from shared.errors import InputError
from shared.model.profile.fit import check_against
from shared.model.profile.options import Options
from shared.providers.assemblyai.capabilities import LIMITS
from shared.providers.azure_speech.capabilities import LIMITS as AZURE
from tests.unit.probing_audio import Blob, encoded

TAKEN = [
    ("aiff", "pcm_s16be", 16_000),
    ("aiff", "pcm_s24be", 48_000),
    ("au", "pcm_s16be", 16_000),
    ("flv", "mp3", 44_100),
    ("flv", "aac", 44_100),
    ("mpegts", "aac", 48_000),
    ("ac3", "ac3", 48_000),
    ("voc", "pcm_u8", 16_000),
    ("wv", "wavpack", 16_000),
    ("tta", "tta", 16_000),
    ("ipod", "alac", 16_000),
    ("mov", "pcm_s16be", 48_000),
    ("mp2", "mp2", 16_000),
]


@pytest.mark.long
@pytest.mark.parametrize(("container", "codec", "rate"), TAKEN)
def test_a_documented_format_is_taken_with_its_length(
    container: str, codec: str, rate: int
) -> None:
    found = Blob(encoded(container, codec, rate=rate)).probe()
    assert found.duration_ms == pytest.approx(30_000, rel=0.015)
    check_against(found, Options(), LIMITS)


@pytest.mark.parametrize(("container", "codec"), [("matroska", "aac"), ("caf", "pcm_s16le")])
def test_what_it_does_not_list_is_refused(container: str, codec: str) -> None:
    found = Blob(encoded(container, codec, seconds=2)).probe()
    with pytest.raises(InputError, match="unsupported"):
        check_against(found, Options(), LIMITS)


def test_another_provider_is_not_meant() -> None:
    found = Blob(encoded("aiff", "pcm_s16be", seconds=2)).probe()
    with pytest.raises(InputError, match="unsupported_container"):
        check_against(found, Options(), AZURE)
