"""The pool when things go wrong: dying processes, closing early, a parent that is killed.

Stand-ins for an engine are written as a package `vosk` into a folder that the worker processes
import from, so that everything but the recognition is real.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import wave
from array import array
from concurrent.futures import CancelledError
from contextlib import suppress
from pathlib import Path

import pytest

from local.recogniser.engines.base import EngineUnavailable
from local.recogniser.pool import RecogniserPool
from local.recogniser.types import AudioRejected

ROOT = Path(__file__).resolve().parents[2]
MONOLOGUE = ROOT / "samples" / "audio" / "monologue.wav"
DEADLINE_SECONDS = 60

# Hears one word in each region. A recording at full volume ends the process, like a crash in
# native code would. A file named `once` in the model folder makes it die one time only.
VOSK = """
import json, os
from array import array
from pathlib import Path

def SetLogLevel(level): pass

class Model:
    def __init__(self, model_path):
        self.folder = Path(model_path)
        if (self.folder / "unloadable").exists():
            raise Exception("Failed to create a model")

class KaldiRecognizer:
    def __init__(self, model, rate):
        self.folder = model.folder
    def SetWords(self, on): pass
    def AcceptWaveform(self, pcm):
        if max(array("h", pcm)) > 32000:
            os._exit(139)
        try:
            (self.folder / "once").unlink()
        except FileNotFoundError:
            return False
        os._exit(139)
    def FinalResult(self):
        return json.dumps({"result": [{"word": "yes", "start": 0, "end": 0.5, "conf": 1}]})
"""


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model folder for the stand-in, which can be imported here and in the workers."""
    packages = tmp_path / "packages"
    packages.mkdir()
    (packages / "vosk.py").write_text(VOSK)
    monkeypatch.syspath_prepend(packages)
    folder = tmp_path / "model"
    for name in ("am/final.mdl", "conf/x", "graph/x"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


@pytest.fixture
def deadly(tmp_path: Path) -> Path:
    """The monologue so loud that the stand-in dies of it."""
    with wave.open(str(MONOLOGUE)) as file:
        samples = array("h", file.readframes(file.getnframes()))
    path = tmp_path / "deadly.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        loud = (max(-32768, min(32767, sample * 20)) for sample in samples)
        file.writeframes(array("h", loud).tobytes())
    return path


def test_a_recording_that_kills_its_process_is_rejected(model: Path, deadly: Path) -> None:
    with RecogniserPool(f"vosk:{model}", workers=1) as pool:
        with pytest.raises(AudioRejected, match="broke down") as caught:
            pool.recognise(deadly).result(DEADLINE_SECONDS)
        assert caught.value.kind == "decode"


def test_neighbours_of_a_deadly_recording_are_recognised(model: Path, deadly: Path) -> None:
    with RecogniserPool(f"vosk:{model}", workers=2) as pool:
        files = [MONOLOGUE, deadly, MONOLOGUE, deadly, MONOLOGUE]
        futures = [pool.recognise(file) for file in files]
        for file, future in zip(files, futures, strict=True):
            if file is deadly:
                assert isinstance(future.exception(DEADLINE_SECONDS), AudioRejected)
            else:
                assert future.result(DEADLINE_SECONDS).phrases[0].text == "yes"


def test_a_process_that_dies_once_costs_nothing_but_time(model: Path) -> None:
    (model / "once").touch()
    with RecogniserPool(f"vosk:{model}", workers=1) as pool:
        assert pool.recognise(MONOLOGUE).result(DEADLINE_SECONDS).phrases
        assert not (model / "once").exists()


def test_a_model_that_does_not_load_is_reported_with_its_reason(model: Path) -> None:
    (model / "unloadable").touch()
    with (
        RecogniserPool(f"vosk:{model}", workers=1) as pool,
        pytest.raises(EngineUnavailable, match="Failed to create a model"),
    ):
        pool.recognise(MONOLOGUE).result(DEADLINE_SECONDS)


def test_a_rejection_comes_back_from_the_process(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"this is no recording")
    with RecogniserPool("pocketsphinx", workers=1) as pool:
        with pytest.raises(AudioRejected) as caught:
            pool.recognise(path).result(DEADLINE_SECONDS)
        assert caught.value.kind == "not_audio"
        with pytest.raises(FileNotFoundError):
            pool.recognise(tmp_path / "missing.wav").result(DEADLINE_SECONDS)


def test_closing_cancels_what_waits_and_leaves_no_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    pool = RecogniserPool("pocketsphinx", workers=1)
    futures = [pool.recognise(MONOLOGUE) for _ in range(20)]
    pool.close()
    assert all(future.done() for future in futures)
    with pytest.raises(CancelledError):
        futures[-1].result()
    assert list(tmp_path.iterdir()) == []


def test_workers_do_not_outlive_a_parent_that_is_killed() -> None:
    program = (
        "import sys; from pathlib import Path; from local.recogniser.pool import RecogniserPool\n"
        "pool = RecogniserPool('pocketsphinx', workers=2)\n"
        "pool.recognise(Path(sys.argv[1])).result()\n"
        "print('ready', flush=True); sys.stdin.read()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(MONOLOGUE)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "ready\n"
        parent.kill()
        parent.communicate(timeout=10)  # ends when the workers have closed this pipe, too
    finally:
        with suppress(ProcessLookupError):
            os.killpg(parent.pid, signal.SIGKILL)


def test_the_command_prints_what_it_hears_and_what_it_cannot(tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp3"
    bad.write_bytes(b"this is no recording")
    command = [sys.executable, "-m", "local.recogniser", str(MONOLOGUE), str(bad)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "the baker across the road" in done.stdout
    assert done.stderr == f"{bad}: The file is in no known audio format.\n"


@pytest.mark.slow
def test_the_pool_tells_how_much_it_has_listened_to() -> None:
    with RecogniserPool("pocketsphinx", workers=1) as pool:
        assert pool.progress() == (0, 0)
        pool.recognise(MONOLOGUE).result(DEADLINE_SECONDS)
        heard_ms, speech_ms = pool.progress()
    assert heard_ms == speech_ms
    assert 15_000 < speech_ms < 23_000
