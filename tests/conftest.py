"""What every test may rely on."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from local.azurite import Azurite, running_azurite

# No test depends on how fast the machine is; speed is measured in benchmarks.
settings.register_profile(
    "steady", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    """One storage emulator for the whole run; tests keep apart by names of their own."""
    with running_azurite() as running:
        yield running
