"""Arrows point inwards: who may import whom, read from the sources."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = ("shared", "functions", "local", "tests")
RULES = {  # folder or file: what it may import of ours
    "shared/errors.py": (),
    "shared/log.py": (),
    "shared/model": ("shared.model", "shared.errors"),
    "shared/messages.py": ("shared.model",),
    "shared/ports.py": ("shared.model", "shared.messages"),
    "shared/event_ports.py": ("shared.model",),
    "shared/probing": ("shared.probing", "shared.model", "shared.errors"),
    "shared/formats": ("shared.formats", "shared.model"),
    "shared/reports": ("shared.reports", "shared.model"),
    "shared/usecases": tuple(
        f"shared.{name}"
        for name in (
            "usecases model ports event_ports messages errors log formats reports probing".split()
        )
    ),
    "shared/stores": tuple(
        f"shared.{name}"
        for name in "stores model ports event_ports messages errors log setting_addresses".split()
    ),
    "shared/outbound": ("shared.outbound", "shared.model", "shared.event_ports"),
    "shared/providers": tuple(
        f"shared.{name}" for name in "providers model ports errors setting_values".split()
    ),
    "functions": (
        "functions",
        *(f"shared.{name}" for name in "bootstrap messages errors ports log api settings".split()),
    ),
    "shared/api": tuple(
        f"shared.{name}"
        for name in (
            "api application usecases model ports event_ports errors log formats reports".split()
        )
    ),
    "local/azure_speech": ("local",),
    "local/assemblyai": ("local.assemblyai", "local.emulation", "local.recogniser"),
    "local/emulation": ("local",),
    "local/soferai": ("local",),
    "local/recogniser": ("local",),
    "local/host": ("local",),
}


ADAPTERS = ("shared/stores", "shared/providers", "shared/outbound")
OFFERED = (  # what the settings read: which providers there are, and the forms of their settings
    "shared.providers.registry.OFFERS",
    "shared.providers.offer.EndpointForm",
    "shared.providers.offer.Offer",
)


def sources(place: str) -> list[Path]:
    path = ROOT / place
    return [path] if path.suffix else sorted(path.rglob("*.py"))


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


@pytest.mark.parametrize("place", RULES)
def test_imports_point_inwards(place: str) -> None:
    assert sources(place)
    for path in sources(place):
        ours = {name for name in imported(path) if lies_in(name, OURS)}
        strangers = {name for name in ours if not lies_in(name, RULES[place])}
        assert not strangers, f"{path.relative_to(ROOT)} imports {strangers}"


def test_only_the_composition_root_builds_adapters() -> None:
    for path in [*sources("shared"), *sources("functions"), ROOT / "function_app.py"]:
        place = str(path.relative_to(ROOT))
        if place.startswith(tuple(ADAPTERS)) or path.name == "bootstrap.py":
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
