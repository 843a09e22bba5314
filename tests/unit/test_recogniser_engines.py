"""Engines: what must be there before a library is touched, and how its results are read."""

from __future__ import annotations

import json
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from local.recogniser import engines
from local.recogniser.engines import faster_whisper, vosk
from local.recogniser.engines.base import EngineUnavailable, confidence, phrase
from local.recogniser.engines.pocketsphinx import PocketsphinxEngine, counterpart
from local.recogniser.pool import RecogniserPool
from local.recogniser.types import Alternative, Word

FILES = {
    "vosk": ["am/final.mdl", "conf/mfcc.conf", "graph/HCLr.fst"],
    "faster-whisper": ["model.bin", "config.json", "tokenizer.json", "vocabulary.txt"],
}
PACKAGES = {"vosk": "vosk", "faster-whisper": "faster_whisper"}


@pytest.fixture(params=FILES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def folder(tmp_path: Path, engine: str) -> Path:
    """A folder that looks like a model of the engine."""
    for name in FILES[engine]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def install(monkeypatch: pytest.MonkeyPatch, name: str, **contents: Any) -> None:
    """Put a fake package where import finds it."""
    module = ModuleType(name)
    module.__spec__ = ModuleSpec(name, None)
    vars(module).update(contents)
    monkeypatch.setitem(sys.modules, name, module)


def word(text: str, sure: float = 0.5) -> Word:
    return Word(text, 0, 100, sure)


def test_the_default_engine_is_there() -> None:
    engines.check("pocketsphinx")


def test_an_unknown_engine_is_refused_with_the_choice() -> None:
    with pytest.raises(EngineUnavailable, match=r"'siri'; choose pocketsphinx, vosk.*scripted"):
        engines.check("siri")


def test_pocketsphinx_takes_no_folder() -> None:
    with pytest.raises(EngineUnavailable, match="no folder"):
        engines.check("pocketsphinx:/models")


def test_a_missing_folder_name_is_explained(engine: str) -> None:
    with pytest.raises(EngineUnavailable, match=f"{engine}:/path/to/model"):
        engines.check(engine)


def test_a_folder_that_is_not_there_is_named(engine: str, tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="nowhere is not a folder"):
        engines.check(f"{engine}:{tmp_path}/nowhere")


def test_every_missing_file_is_named(engine: str, tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable) as caught:
        engines.check(f"{engine}:{tmp_path}")
    assert "lacks" in str(caught.value)
    for needed in {"vosk": vosk, "faster-whisper": faster_whisper}[engine]._NEEDED:
        assert needed in str(caught.value)


def test_one_missing_file_is_enough(engine: str, folder: Path) -> None:
    (folder / FILES[engine][0]).unlink()
    with pytest.raises(EngineUnavailable, match="lacks"):
        engines.check(f"{engine}:{folder}")


def test_a_missing_package_says_how_to_install_it(
    engine: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.recogniser.engines.base.find_spec", lambda name: None)
    with pytest.raises(EngineUnavailable, match=f"pip install {engine}"):
        engines.check(f"{engine}:{folder}")


def test_the_pool_refuses_a_bad_engine_at_once(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="not a folder"):
        RecogniserPool(f"vosk:{tmp_path}/nowhere")


def test_a_model_that_its_library_refuses_is_an_engine_unavailable(
    engine: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise Exception("Failed to create a model")

    fakes = {
        "vosk": {"SetLogLevel": lambda level: None, "KaldiRecognizer": None, "Model": broken},
        "faster-whisper": {"WhisperModel": broken},
    }
    install(monkeypatch, PACKAGES[engine], **fakes[engine])
    with pytest.raises(EngineUnavailable, match="Failed to create a model"):
        engines.load(f"{engine}:{folder}")


@pytest.mark.parametrize("engine", ["vosk"], indirect=True)
def test_vosk_words_become_phrases(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = [
        {"word": "good", "start": 0.09, "end": 0.51, "conf": 1.0},
        {"word": "morning", "start": 0.51, "end": 1.02, "conf": 0.8},
    ]
    later = [{"word": "hello", "start": 2.0, "end": 2.4, "conf": 0.5}]

    class Recogniser:
        def __init__(self, model: object, rate: int) -> None:
            assert rate == 16_000

        def SetWords(self, on: bool) -> None:
            assert on

        def AcceptWaveform(self, pcm: bytes) -> bool:
            return True

        def Result(self) -> str:
            return json.dumps({"result": first, "text": "good morning"})

        def FinalResult(self) -> str:
            return json.dumps({"result": later, "text": "hello"})

    install(
        monkeypatch,
        "vosk",
        SetLogLevel=lambda level: None,
        KaldiRecognizer=Recogniser,
        Model=lambda model_path: model_path,
    )
    found = engines.load(f"vosk:{folder}").recognise(bytes(100))
    assert [(said.text, said.start_ms, said.end_ms) for said in found] == [
        ("good morning", 90, 1020),
        ("hello", 2000, 2400),
    ]
    assert found[0].confidence == 0.9
    assert found[0].alternatives == (Alternative("good morning", 0.9),)


def test_a_vosk_result_without_words_is_no_phrase() -> None:
    assert vosk.read_words({"text": ""}) == []


@pytest.mark.parametrize("engine", ["faster-whisper"], indirect=True)
def test_whisper_segments_become_phrases(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def segment(*said: tuple[float, float, str, float]) -> SimpleNamespace:
        words = [
            SimpleNamespace(start=start, end=end, word=text, probability=sure)
            for start, end, text, sure in said
        ]
        return SimpleNamespace(words=words or None)

    class Model:
        def __init__(self, name: str, **options: object) -> None:
            assert Path(name).is_dir()
            assert options["local_files_only"] is True

        def transcribe(self, samples: object, **options: object) -> tuple[object, None]:
            assert options["word_timestamps"] is True
            spoken = segment((0.0, 0.5, " It's", 0.9), (0.5, 1.204, " late,", 0.7))
            return iter([spoken, segment((2.0, 2.1, " …", 0.2)), segment()]), None

    class Samples(list[float]):
        def astype(self, kind: object) -> Samples:
            return self

        def __truediv__(self, by: float) -> Samples:
            return self

    install(monkeypatch, "faster_whisper", WhisperModel=Model)
    install(
        monkeypatch,
        "numpy",
        int16="int16",
        float32="float32",
        frombuffer=lambda pcm, kind: Samples(),
    )
    [said] = engines.load(f"faster-whisper:{folder}").recognise(bytes(100))
    assert (said.text, said.start_ms, said.end_ms, said.confidence) == ("it's late", 0, 1204, 0.8)


def test_a_phrase_names_itself_first_and_no_alternative_twice() -> None:
    said = phrase([word("good"), word("day")], ["good day", "god day", "good bay", "god day", ""])
    assert said.alternatives == (
        Alternative("good day", 0.5),
        Alternative("god day"),
        Alternative("good bay"),
    )


def test_a_probability_stays_within_nought_and_one() -> None:
    assert [confidence(value) for value in (1.001, -0.1, 0.25)] == [1.0, 0.0, 0.25]


@pytest.mark.parametrize(
    ("other", "parts"),
    [
        ("good morning how are you", ("good morning", "how are you")),
        ("good mourning how are you", ("good mourning", "how are you")),
        ("good morning who are you", ("good morning", "who are you")),
        ("a good morning how are you", ("a good morning", "how are you")),
        ("morning how are you", ("morning", "how are you")),
        ("good morning how are you all", ("good morning", "how are you all")),
        ("good more in how are you", ("good more in", "how are you")),
    ],
)
def test_another_reading_is_cut_where_the_phrases_are(other: str, parts: tuple[str, str]) -> None:
    words = [word(text) for text in ("good", "morning", "how", "are", "you")]
    assert (counterpart(words, other, 0, 2), counterpart(words, other, 2, 5)) == parts


def test_too_little_audio_gives_no_words_and_leaves_the_engine_usable() -> None:
    engine = PocketsphinxEngine()
    for pcm in (b"", bytes(320), bytes(960)):
        assert engine.recognise(pcm) == []
