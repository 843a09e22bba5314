"""Faults on order, and what survives the death of the Azure Speech emulator."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from local.emulators.azure_speech.server import running
from tests.fakes.recogniser import FakePool
from tests.speech_emulator import KEY, Api, audio_host, last_segment, settings, until


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    with audio_host({"a.wav": b"mono", "b.wav": b"mono"}) as url:
        yield url


@pytest.fixture
def api() -> Iterator[Api]:
    with running(FakePool(), settings()) as url, Api(url) as client:
        yield client


def test_calls_are_refused_as_often_as_ordered(api: Api) -> None:
    listing = {"call": "^transcriptions.list$"}
    api.order("refuse", status=429, retryAfter=7, match=listing)
    api.order("refuse", status=503, envelope="service", match={"path": "/transcriptions$"})
    first, second, third = (api.get("transcriptions") for _ in range(3))
    assert (first.status_code, first.headers["Retry-After"]) == (429, "7")
    assert first.json()["error"]["code"] == "429"
    assert (second.status_code, second.json()["code"]) == (503, "ServiceUnavailable")
    assert third.status_code == 200
    assert [
        f["struck"] for f in api.client.get(f"{api.url}/_emulator/faults").json()["faults"]
    ] == [
        1,
        1,
    ]


@pytest.mark.parametrize("how", ["500", "hang", "cut"])
def test_a_create_can_be_carried_out_though_the_client_sees_none_of_it(
    api: Api, host: str, how: str
) -> None:
    api.order("lose_answer", how=how, seconds=30, match={"call": "create"})
    body = api.body(f"{host}/a.wav", customProperties={"mark": "m1"})
    address = api.address("transcriptions:submit")
    if how == "500":
        assert api.client.post(address, json=body).status_code == 500
    else:
        with pytest.raises(httpx.TransportError):
            api.client.post(address, json=body, timeout=0.5)
    [made] = api.get("transcriptions").json()["values"]
    assert made["customProperties"] == {"mark": "m1"}
    assert [create["id"] for create in api.ledger()["creates"]] == [last_segment(made["self"])]


def test_jobs_and_recordings_fail_as_ordered(api: Api, host: str) -> None:
    api.order("fail_job", code="Transient", message="Later.", match={"displayName": "whole"})
    api.order("fail_recording", code="Timeout", times=None, match={"source": "b.wav"})
    whole = api.ended(api.created(f"{host}/a.wav", displayName="whole"))
    assert whole["properties"]["error"] == {"code": "Transient", "message": "Later."}
    part = api.created(f"{host}/a.wav", f"{host}/b.wav")
    assert api.ended(part)["status"] == "Succeeded"
    assert api.contents(part)["report.json"]["details"][1]["errorKind"] == "Timeout"
    assert api.ledger()["transcribed"] == {f"{host}/a.wav": 1}


def test_results_get_lost_break_and_vanish_as_ordered(api: Api, host: str) -> None:
    urls = [f"{host}/a.wav?n={n}" for n in range(4)]
    api.order("drop_result", match={"source": "n=0"})
    api.order("omit_from_report", match={"source": "n=1"})
    one = api.created(*urls)
    api.ended(one)
    api.order("missing_result", match={"source": "n=2"})
    api.order("malformed_result", match={"source": "n=3"}, body="<html>")
    links = {file["name"]: file["links"]["contentUrl"] for file in api.files(one)}
    names = ["contenturl_1.json", "contenturl_2.json", "contenturl_3.json", "report.json"]
    assert list(links) == names
    report = httpx.get(links["report.json"]).json()
    assert report["successfulTranscriptionsCount"] == 3
    assert [line["source"][-3:] for line in report["details"]] == ["n=0", "n=2", "n=3"]
    assert httpx.get(links["contenturl_2.json"]).status_code == 404
    assert httpx.get(links["contenturl_2.json"]).status_code == 200
    assert httpx.get(links["contenturl_3.json"]).text == "<html>"
    assert httpx.get(links["contenturl_3.json"]).json()["source"] == urls[3]


def test_a_report_can_be_missing_and_faults_can_be_cancelled(api: Api, host: str) -> None:
    api.order("drop_report", times=None)
    one = api.created(f"{host}/a.wav")
    api.ended(one)
    assert [file["kind"] for file in api.files(one)] == ["Transcription"]
    cancelled = api.client.delete(f"{api.url}/_emulator/faults").json()
    assert cancelled == {"cancelled": 1}
    two = api.created(f"{host}/a.wav")
    api.ended(two)
    assert len(api.files(two)) == 2
    assert api.ledger()["withoutReport"] == [one]
    assert api.client.post(f"{api.url}/_emulator/faults", json={"kind": "x"}).status_code == 400


def test_a_slow_start_keeps_a_job_waiting(api: Api, host: str) -> None:
    api.order("slow_start", seconds=60)
    one = api.created(f"{host}/a.wav")
    other = api.created(f"{host}/a.wav")
    api.ended(other)
    assert api.get(f"transcriptions/{one}").json()["status"] == "NotStarted"


@contextmanager
def process(state: Path) -> Iterator[tuple[subprocess.Popen[str], Api]]:
    """The emulator as a program of its own; killed at the end if it has not ended."""
    command = [sys.executable, "-m", "local.emulators.azure_speech", "--port", "0", "--key", KEY]
    command += ["--engine", "scripted", "--workers", "1", "--state", str(state)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        try:
            line = program.stdout.readline()
            with Api(line.split()[-1].removesuffix("/speechtotext")) as api:
                yield program, api
        finally:
            program.kill()


def test_the_program_ends_cleanly_on_a_signal(tmp_path: Path) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        with process(tmp_path) as (program, api):
            assert api.get("transcriptions").status_code == 200
            program.send_signal(number)
            assert program.wait(20) == 0


def test_everything_survives_a_kill_and_a_running_job_starts_again(
    tmp_path: Path, host: str
) -> None:
    with process(tmp_path) as (program, api):
        done = api.created(f"{host}/a.wav", displayName="done")
        api.ended(done)
        content = api.contents(done)
        link = api.files(done)[0]["links"]["contentUrl"]
        api.order("slow_job", seconds=60)
        half = api.created(f"{host}/b.wav", f"{host}/none.wav")
        until(lambda: api.get(f"transcriptions/{half}").json()["status"] == "Running")
        os.kill(program.pid, signal.SIGKILL)
        program.wait(20)
    with process(tmp_path) as (_, api):
        assert api.ended(half)["status"] == "Succeeded"
        assert api.contents(done) == content
        path_and_query = link.partition("/results/")[2]
        assert httpx.get(f"{api.url}/results/{path_and_query}").status_code == 200
        ledger = api.ledger()
        assert [create["id"] for create in ledger["creates"]] == [done, half]
        assert ledger["transcribed"] == {f"{host}/a.wav": 1, f"{host}/b.wav": 1}


@pytest.mark.parametrize("answered", [True, False])
def test_it_can_be_ordered_to_die_with_the_next_create(
    tmp_path: Path, host: str, answered: bool
) -> None:
    with process(tmp_path) as (program, api):
        api.order("die", answered=answered, match={"call": "create"})
        body = api.body(f"{host}/a.wav")
        if answered:
            assert api.create(body).status_code == 201
        else:
            with pytest.raises(httpx.TransportError):
                api.create(body)
        assert program.wait(20) == 1
    with process(tmp_path) as (_, api):
        [made] = api.get("transcriptions").json()["values"]
        assert api.ended(last_segment(made["self"]))["status"] == "Succeeded"
