"""What every test may rely on."""

import gc
from collections.abc import Generator, Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from local.stack.azurite import Azurite, running_azurite

# No test depends on how fast the machine is; speed is measured in benchmarks.
settings.register_profile(
    "steady", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.register_profile("quick", settings.get_profile("steady"), max_examples=25)  # make check
settings.load_profile("steady")

TESTS = Path(__file__).resolve().parent
WAITING = (
    "integration/test_stack_assemblyai.py",
    "integration/test_stack_provider_trouble.py",
    "integration/test_burst.py",
    "e2e/test_chaos_*.py",
    "browser/*.py",
    "integration/test_stack_*.py",
    "integration/test_host_*.py",
    "e2e/*.py",
)
"""Files that mostly wait, for windows, timers and other programs; those that wait longest first."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays to the end: the garbage collector need not look at it, neither
    meanwhile nor again and again afterwards."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that wait come first, then those with slow tests, then those with long ones: so that
    others compute meanwhile, and no worker is left with one at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    long = {item.path for item in items if item.get_closest_marker("long")}
    items.sort(
        key=lambda item: (_place_in_line(item.path), item.path not in slow, item.path not in long)
    )


def _place_in_line(path: Path) -> int:
    name = path.relative_to(TESTS).as_posix()
    places = (at for at, pattern in enumerate(WAITING) if fnmatch(name, pattern))
    return next(places, len(WAITING))


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    """One storage emulator for the whole run; tests keep apart by names of their own."""
    with running_azurite() as running:
        yield running
