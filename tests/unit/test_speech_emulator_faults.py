"""Ordering faults of the Azure Speech emulator, its rate limit, and its idea of a container."""

from typing import Any

import pytest

from local.emulators.azure_speech.containers import Container
from local.emulators.azure_speech.faults import KINDS
from local.emulators.common.audio import without_query
from local.emulators.common.faults import FaultRejected, Faults
from local.emulators.common.rate_limit import RateLimit


def test_a_fault_strikes_as_often_as_ordered() -> None:
    faults = Faults(KINDS)
    faults.order({"kind": "drop_report", "times": 2})
    assert [faults.strike("drop_report", id="x") is not None for _ in range(3)] == [1, 1, 0]


def test_a_fault_without_end_strikes_for_ever_after_what_it_skips() -> None:
    faults = Faults(KINDS)
    faults.order({"kind": "drop_report", "times": None, "skip": 1})
    struck = [faults.strike("drop_report") is not None for _ in range(4)]
    assert struck == [False, True, True, True]


def test_everything_in_match_must_be_found() -> None:
    faults = Faults(KINDS)
    match = {"source": r"b\.wav$", "displayName": "^calls"}
    faults.order({"kind": "fail_recording", "match": match, "code": "InvalidUri"})
    assert not faults.strike("fail_recording", source="a.wav", displayName="calls", id="1")
    assert not faults.strike("fail_recording", source="b.wav", displayName="other", id="1")
    assert not faults.strike("drop_result", source="b.wav", displayName="calls", id="1")
    fault = faults.strike("fail_recording", source="b.wav", displayName="calls 7", id="1")
    assert fault is not None
    assert fault.options["code"] == "InvalidUri"


def test_cancelled_faults_strike_no_more() -> None:
    faults = Faults(KINDS)
    first = faults.order({"kind": "drop_report"})
    faults.order({"kind": "drop_webhook"})
    assert faults.cancel(first.id) == 1
    assert not faults.strike("drop_report")
    assert [body["kind"] for body in faults.bodies()] == ["drop_webhook"]
    assert faults.cancel() == 1
    assert faults.bodies() == []


@pytest.mark.parametrize(
    "order",
    [
        [],
        {},
        {"kind": "unknown"},
        {"kind": "drop_report", "times": 0},
        {"kind": "drop_report", "times": True},
        {"kind": "drop_report", "skip": -1},
        {"kind": "drop_report", "status": 404},
        {"kind": "drop_report", "match": {"source": "x"}},
        {"kind": "drop_result", "match": {"source": "("}},
        {"kind": "drop_result", "match": {"source": 1}},
    ],
)
def test_an_order_that_could_never_strike_is_refused(order: Any) -> None:
    with pytest.raises(FaultRejected):
        Faults(KINDS).order(order)


def test_the_rate_limit_tells_how_long_to_wait() -> None:
    limit = RateLimit(2, 10.0)
    waits = [limit.seconds_to_wait(at) for at in (100.0, 103.0, 104.5, 110.0, 110.5)]
    assert waits == [0, 0, 6, 0, 3]


def test_the_root_of_a_container_is_told_from_the_folder_in_it() -> None:
    azure = Container("https://acct.blob.core.windows.net/audio/in%20box/?sig=s%3D")
    assert azure.prefix == "in box/"
    assert (
        azure.blob_url("in box/a b.wav")
        == "https://acct.blob.core.windows.net/audio/in%20box/a%20b.wav?sig=s%3D"
    )
    azurite = Container("http://127.0.0.1:10000/devstoreaccount1/audio")
    assert azurite.prefix == ""
    assert azurite.plain_url("x/y.wav") == "http://127.0.0.1:10000/devstoreaccount1/audio/x/y.wav"


def test_a_source_is_the_same_under_any_sas() -> None:
    assert without_query("https://h/c/a.wav?sig=1") == "https://h/c/a.wav"
    assert without_query("folder/what?.wav") == "folder/what?.wav"
