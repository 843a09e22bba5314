"""How many rows the steps of a batch go through does not depend on how the batch came to be."""

from __future__ import annotations

import pytest

from benchmarks import spans


@pytest.mark.long
def test_a_batch_that_grows_page_by_page_is_gone_through_no_more_often_than_one_of_a_window() -> (
    None
):
    assert spans.run(2_500)["ratio"] <= 1.5
