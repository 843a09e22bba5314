"""Old results become transcripts."""

import json
from pathlib import Path

import jsonschema
import pytest

from local.stack.archive import normalise
from shared.errors import ResultMalformed

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "tests" / "samples" / "azure_speech"
SCHEMA = json.loads((ROOT / "docs" / "transcript-1.schema.json").read_text())


def test_the_channels_of_an_old_recording_become_one_transcript(tmp_path: Path) -> None:
    files = [SAMPLES / f"archive_channel_{number}.json" for number in (0, 1)]
    written = list(normalise(files, tmp_path))
    assert {path.suffix for path in written} == {".json", ".vtt", ".txt"}
    transcript = json.loads((tmp_path / "archive_channel_0.json").read_text())
    jsonschema.validate(transcript, SCHEMA)
    assert {u["channel"] for u in transcript["utterances"]} == {0, 1}
    starts = [u["start_ms"] for u in transcript["utterances"]]
    assert starts == sorted(starts)


def test_later_results_are_a_recording_each(tmp_path: Path) -> None:
    names = ["result_v3.0_speakers", "result_2024-11-15_stereo"]
    list(normalise([SAMPLES / f"{name}.json" for name in names], tmp_path))
    for name in names:
        jsonschema.validate(json.loads((tmp_path / f"{name}.json").read_text()), SCHEMA)


def test_a_file_that_is_no_result_is_named(tmp_path: Path) -> None:
    with pytest.raises(ResultMalformed, match="error_gateway"):
        list(normalise([SAMPLES / "error_gateway.json"], tmp_path))
