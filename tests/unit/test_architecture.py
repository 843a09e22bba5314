"""Arrows point inwards: who may import whom, read from the sources."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = ("shared", "functions", "local", "tests")
GROUND = "model errors log version"
RULES = {  # folder or file: what it may import of ours
    "shared/errors": "errors",
    "shared/version.py": "",
    "shared/log.py": "version",
    "shared/model": "model errors",
    "shared/model/failure.py": "errors",
    "shared/model/failure_texts.py": "model.failure errors",
    "shared/model/failures_from.py": "model.failure model.failure_texts model.names errors",
    "shared/model/access": "model.access errors",
    "shared/model/profile": (
        "model.profile model.preparing model.failure model.failure_texts model.redaction.kinds "
        "errors"
    ),
    "shared/model/redaction": "model.redaction model.transcript model.language.scripts errors",
    "shared/model/redaction/kinds.py": "model.redaction.numbers",
    "shared/model/preparing": "model.preparing model.profile",
    "shared/model/preparing/formats.py": "",
    "shared/model/preparing/channels.py": "",
    "shared/model/listening": "model.listening model.preparing model.profile",
    "shared/model/endpoint": "model.endpoint model.profile errors",
    "shared/model/manifest": "model.manifest model.access model.address model.names model.profile "
    "errors",
    "shared/model/names.py": "",
    "shared/model/language": "model.language errors",
    "shared/model/transcript": "model.transcript model.language model.profile errors",
    "shared/model/conversation": "model.conversation model.transcript model.language errors",
    "shared/model/insights": (
        "model.insights model.transcript.transcript model.redaction model.failure_texts errors"
    ),
    "shared/model/insights/shape.py": "",
    "shared/model/keeping": (
        "model.keeping model.recording model.profile model.failure_texts errors"
    ),
    "shared/model/batch": (
        "model.batch model.job model.recording model.state_machine model.conversation "
        "model.keeping.hold model.keeping.removal model.profile model.transcript model.failure "
        "errors"
    ),
    "shared/model/state_machine.py": "",
    "shared/model/policy.py": "model.profile errors",
    "shared/model/pauses.py": "model.policy",
    "shared/model/recording": (
        "model.recording model.state_machine model.preparing model.conversation model.keeping.hold "
        "model.keeping.removal model.profile model.transcript model.failure model.names errors"
    ),
    "shared/model/job": (
        "model.job model.recording model.state_machine model.policy model.preparing model.profile "
        "model.endpoint model.failure model.failure_texts errors"
    ),
    "shared/model/money": (
        "model.money model.batch model.job model.recording model.preparing.recipe model.profile "
        "model.transcript model.failure model.failure_texts errors"
    ),
    "shared/model/events": (
        "model.events model.batch model.job model.recording model.state_machine model.endpoint "
        "errors"
    ),
    "shared/model/search": (
        "model.search model.pieces model.recording.recording model.transcript.transcript "
        "model.language errors"
    ),
    "shared/model/export": (
        "model.export model.recording.recording model.conversation model.transcript.transcript "
        "model.pieces"
    ),
    "shared/model/export/columns.py": "",
    "shared/model/pieces.py": "",
    "shared/messages.py": "model",
    "shared/ports": "model messages ports",
    "shared/audio": "audio confined.demuxer ports.demuxer model errors",
    "shared/confined": (
        "confined ports.demuxer ports.copies model.preparing model.listening errors log"
    ),
    "shared/confined/child": "confined.child confined.frames",
    "shared/confined/frames.py": "",
    "shared/outputs": "outputs model",
    "shared/endpoints": f"endpoints ports {GROUND}",
    "shared/pipeline": (f"pipeline endpoints said ports messages audio outputs {GROUND}"),
    "shared/pipeline/now_or_later.py": f"ports messages {GROUND}",
    "shared/pipeline/fail": f"pipeline.fail ports messages {GROUND}",
    "shared/pipeline/compare.py": f"pipeline.together ports messages {GROUND}",
    "shared/pipeline/together.py": f"ports {GROUND}",
    "shared/pipeline/seen.py": f"{GROUND}",
    "shared/pipeline/write": (
        "pipeline.write pipeline.compare pipeline.fail pipeline.now_or_later said.keep ports "
        f"messages outputs {GROUND}"
    ),
    "shared/pipeline/plan": (
        f"pipeline.plan pipeline.fail pipeline.write pipeline.prepare said ports messages {GROUND}"
    ),
    "shared/pipeline/plan/wiring.py": (
        f"pipeline.plan pipeline.prepare.ask pipeline.fail said.wiring ports {GROUND}"
    ),
    "shared/pipeline/prepare": (
        f"pipeline.prepare pipeline.permits pipeline.plan pipeline.compare pipeline.fail ports "
        f"messages {GROUND}"
    ),
    "shared/pipeline/register": (
        f"pipeline.register pipeline.plan pipeline.fail ports messages audio {GROUND}"
    ),
    "shared/pipeline/submit": (
        "pipeline.submit pipeline.seen pipeline.plan pipeline.compare pipeline.fail endpoints "
        f"ports messages {GROUND}"
    ),
    "shared/pipeline/collect": (
        "pipeline.collect pipeline.submit pipeline.seen pipeline.compare pipeline.fail "
        f"pipeline.now_or_later ports messages {GROUND}"
    ),
    "shared/pipeline/at_once": (
        f"pipeline.at_once pipeline.permits pipeline.submit pipeline.collect pipeline.fail ports "
        f"messages {GROUND}"
    ),
    "shared/pipeline/finish": f"pipeline.finish pipeline.fail ports messages outputs {GROUND}",
    "shared/events": f"events ports messages {GROUND}",
    "shared/batches": (
        "batches keeping pipeline.register pipeline.fail said.wiring searching.wiring ports "
        f"messages audio outputs {GROUND}"
    ),
    "shared/keeping": f"keeping pipeline.fail.copy ports messages {GROUND}",
    "shared/access": f"access ports {GROUND}",
    "shared/reading": f"reading batches ports {GROUND}",
    "shared/listening": (
        f"listening reading.audio pipeline.prepare.source pipeline.permits pipeline.compare "
        f"pipeline.together ports messages {GROUND}"
    ),
    "shared/insights": (
        "insights outputs.formats pipeline.permits pipeline.now_or_later pipeline.write.gather "
        f"ports messages {GROUND}"
    ),
    "shared/revising": f"revising batches outputs said ports {GROUND}",
    "shared/merging": f"merging ports {GROUND}",
    "shared/searching": f"searching merging ports {GROUND}",
    "shared/searching/keep.py": f"ports {GROUND}",
    "shared/exporting": f"exporting merging outputs.parquet ports {GROUND}",
    "shared/exporting/keep.py": f"exporting.files exporting.folder ports {GROUND}",
    "shared/said": f"said exporting searching ports {GROUND}",
    "shared/said/keep.py": f"exporting.keep searching.keep ports {GROUND}",
    "shared/web": "web api.http",
    "shared/application.py": (
        "access reading listening insights revising searching exporting batches pipeline events "
        "endpoints "
        f"ports messages {GROUND}"
    ),
    "shared/api": (
        "api application batches reading listening.open revising searching.search "
        "pipeline.watch.health ports "
        f"outputs {GROUND}"
    ),
    "shared/providers": "providers ports.provider ports.answers model errors",
    "shared/finders": "finders providers ports.finder model errors",
    "shared/finders/azure_language": (
        "finders.azure_language finders.offer providers.answers providers.decoding "
        "providers.identity providers.redaction providers.transport model errors"
    ),
    "shared/prompters": "prompters finders.offer providers ports.prompter model errors",
    "shared/prompters/chat": (
        "prompters.chat prompters.offer finders.offer ports.prompter providers.answers "
        "providers.decoding providers.identity providers.redaction providers.transport model errors"
    ),
    "shared/searchers": "searchers finders.offer providers ports.searcher model errors log",
    "shared/searchers/azure_search": (
        "searchers.azure_search searchers.offer finders.offer ports.searcher providers.answers "
        "providers.decoding providers.identity providers.transport model errors log"
    ),
    "shared/stores": f"stores ports messages {GROUND}",
    "shared/outbound": "outbound ports model errors",
    "shared/configuration": (
        "configuration providers.registry providers.offer finders.registry prompters.registry "
        "searchers.registry model errors"
    ),
    "functions": "functions bootstrap messages errors api web configuration",
    "local/emulators": "local.emulators local.recogniser local.children",
    "local/emulators/common": "local.emulators.common local.recogniser",
    "local/emulators/azure_speech": (
        "local.emulators.azure_speech local.emulators.common local.recogniser"
    ),
    "local/emulators/assemblyai": (
        "local.emulators.assemblyai local.emulators.common local.recogniser"
    ),
    "local/emulators/chat": "local.emulators.chat local.emulators.common local.recogniser",
    "local/emulators/azure_language": (
        "local.emulators.azure_language local.emulators.common local.recogniser"
    ),
    "local/emulators/azure_search": (
        "local.emulators.azure_search local.emulators.common local.recogniser"
    ),
    "local/emulators/soferai": "local.emulators.soferai local.emulators.common local.recogniser",
    "local/recogniser": "local.recogniser local.emulators.common",
    "local/host": "local.host",
}


ADAPTERS = (
    "shared/stores",
    "shared/providers",
    "shared/finders",
    "shared/prompters",
    "shared/searchers",
    "shared/outbound",
)
OFFERED = (  # what the configuration reads: which providers there are, their settings and prices
    "shared.providers.registry.OFFERS",
    "shared.finders.registry.FINDER",
    "shared.prompters.registry.PROMPTER",
    "shared.searchers.registry.SEARCHER",
    "shared.providers.registry.DEFAULT_PRICES",
    "shared.providers.offer.EndpointForm",
    "shared.providers.offer.Offer",
)


def sources(place: str) -> list[Path]:
    path = ROOT / place
    return [path] if path.suffix else sorted(path.rglob("*.py"))


@cache
def imported(path: Path) -> set[str]:
    """Full names of the modules, or of what is taken from a package."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def lies_in(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def allowed(place: str) -> tuple[str, ...]:
    """A word of a rule is a place in `shared/`, unless it names another top folder."""
    words = RULES[place].split()
    return tuple(w if w.split(".")[0] in OURS else f"shared.{w}" for w in words)


@pytest.mark.parametrize("place", RULES)
def test_imports_point_inwards(place: str) -> None:
    assert sources(place)
    for path in sources(place):
        ours = {name for name in imported(path) if lies_in(name, OURS)}
        strangers = {name for name in ours if not lies_in(name, allowed(place))}
        assert not strangers, f"{path.relative_to(ROOT)} imports {strangers}"


ROOTS = ("shared/bootstrap.py", "shared/connections.py")


def test_only_the_composition_root_builds_adapters() -> None:
    for path in [*sources("shared"), *sources("functions"), ROOT / "function_app.py"]:
        place = str(path.relative_to(ROOT))
        if place.startswith(tuple(ADAPTERS)) or place in ROOTS:
            continue
        packages = tuple(folder.replace("/", ".") for folder in ADAPTERS)
        adapters = {n for n in imported(path) if lies_in(n, packages)}
        adapters -= set(OFFERED)
        assert not adapters, f"{place} imports {adapters}"


def test_only_the_settings_read_the_environment() -> None:
    for path in [*sources("shared"), *sources("functions"), ROOT / "function_app.py"]:
        text = path.read_text(encoding="utf-8")
        reads = "os.environ" in text or "getenv" in text
        assert reads == (path.name == "settings.py"), path


def test_nothing_that_is_deployed_imports_what_is_only_for_a_developers_machine() -> None:
    for path in [*sources("shared"), *sources("functions"), ROOT / "function_app.py"]:
        assert not [name for name in imported(path) if lies_in(name, ("local", "tests"))], path
