"""A small burst through each provider that takes one recording a job, with every fault on. The
large one is run by hand: python -m benchmarks burst --recordings 2000."""

import pytest

from benchmarks import burst


@pytest.mark.slow
@pytest.mark.parametrize("provider", burst.TRIALS)
def test_nothing_is_lost_nothing_is_paid_twice_and_no_limit_is_broken(provider: str) -> None:
    result = burst.run(provider, 60)
    assert result.findings == []
    assert result.figures["states"]["transcribed"] >= 55
    assert sum(result.figures["faults_struck"].values()) >= 10
