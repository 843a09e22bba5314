"""The other half of the scenarios of `test_interleavings.py`, so that two processes share them."""

from __future__ import annotations

import pytest

from tests.fakes.explorer import Scenario
from tests.unit.test_interleavings import SECOND, is_well_whatever_happens


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SECOND, ids=lambda scenario: scenario.name)
def test_whatever_happens_at_any_outside_call_all_is_well(scenario: Scenario) -> None:
    is_well_whatever_happens(scenario)
