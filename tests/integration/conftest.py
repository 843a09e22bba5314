"""One storage emulator for all integration tests; each test uses names of its own in it."""

from collections.abc import Iterator

import pytest

from local.azurite import Azurite, running_azurite


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    with running_azurite() as emulator:
        yield emulator
