"""What every test may rely on."""

import gc
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from local.stack.azurite import Azurite, running_azurite

# No test depends on how fast the machine is; speed is measured in benchmarks.
settings.register_profile(
    "steady", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.register_profile("quick", settings.get_profile("steady"), max_examples=25)  # make check
settings.load_profile("steady")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with long tests come first, so that no worker is left with one at the end."""
    long = {item.path for item in items if item.get_closest_marker("long")}
    items.sort(key=lambda item: item.path not in long)


def pytest_collection_finish() -> None:
    """What was collected stays to the end: the garbage collector need not look at it again and
    again."""
    gc.freeze()


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    """One storage emulator for the whole run; tests keep apart by names of their own."""
    with running_azurite() as running:
        yield running
