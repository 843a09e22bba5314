from pathlib import Path

import pytest

from tests.e2e.chaos import assert_ledger_is_clean


@pytest.mark.slow
def test_nothing_is_lost_doubled_or_paid_twice_while_the_stack_is_killed(tmp_path: Path) -> None:
    assert_ledger_is_clean("assemblyai", tmp_path)
