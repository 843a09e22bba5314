"""Timer functions: made up for once, never on two hosts, never two at a time."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from azure.storage.blob import BlobClient, BlobServiceClient

from local.host.settings import host_id
from local.stack.azurite import Azurite
from tests.integration.host_process import HostProcess, eventually, write_app

APP = """
import json, os, pathlib, time
import azure.functions as func
app = func.FunctionApp()
LOG = pathlib.Path(__file__).parent / "runs.txt"

def note(text):
    with LOG.open("a") as log:
        log.write(text + "\\n")

@app.timer_trigger(arg_name="t", schedule="* * * * * *")
def tick(t: func.TimerRequest) -> None:
    note(f"tick {os.getpid()} {int(time.time())}")
    raise ValueError("a failed run does not stop the timer")

@app.timer_trigger(arg_name="t", schedule="0 0 3 * * *")
async def nightly(t: func.TimerRequest) -> None:
    note(f"nightly {t.past_due} {t.schedule_status['Last']}")

@app.timer_trigger(arg_name="t", schedule="%EVERY%", run_on_startup=True)
def eager(t: func.TimerRequest) -> None:
    note(f"eager {t.past_due}")

@app.timer_trigger(arg_name="t", schedule="* * * * * *")
def slow(t: func.TimerRequest) -> None:
    note("slow begins")
    time.sleep(1.5)
    note("slow ends")
"""


@pytest.fixture
def app(tmp_path: Path) -> Path:
    return write_app(tmp_path / "timers", APP)


@pytest.fixture
def start(app: Path, azurite: Azurite) -> Iterator[Callable[[], HostProcess]]:
    started: list[HostProcess] = []

    def start_host() -> HostProcess:
        started.append(HostProcess(app, azurite, EVERY="12:00:00"))
        assert started[-1].address, started[-1].output
        return started[-1]

    yield start_host
    for process in started:
        process.stop()


@pytest.fixture
def nightly_status(app: Path, azurite: Azurite) -> Iterator[BlobClient]:
    with BlobServiceClient.from_connection_string(azurite.connection_string) as service:
        name = f"timers/{host_id(app, {})}/Host.Functions.nightly/status"
        yield service.get_blob_client("azure-webjobs-hosts", name)


def runs(app: Path, of: str) -> list[str]:
    file = app / "runs.txt"
    lines = file.read_text().splitlines() if file.exists() else []
    return [line for line in lines if line.startswith(of)]


def test_a_timer_goes_on_after_a_failure_and_keeps_its_status(
    start: Callable[[], HostProcess], app: Path, nightly_status: BlobClient
) -> None:
    host = start()
    assert eventually(lambda: len(runs(app, "tick")) >= 3)
    assert host.counts("tick")["failed"] >= 2
    status = json.loads(nightly_status.download_blob().readall())
    following = datetime.fromisoformat(status["Next"])
    assert (following.hour, following > datetime.now(UTC)) == (3, True)


def test_two_hosts_do_not_run_a_timer_twice_and_one_takes_over_from_a_killed_one(
    start: Callable[[], HostProcess], app: Path
) -> None:
    first, _ = start(), start()
    assert eventually(lambda: len(runs(app, "tick")) >= 4)
    first.kill()
    before = len(runs(app, "tick"))
    assert eventually(lambda: len(runs(app, "tick")) >= before + 2, within_seconds=10)
    ticks = [line.split() for line in runs(app, "tick")]
    seconds = [second for _, _, second in ticks]
    assert len(seconds) == len(set(seconds))
    assert len({process for _, process, _ in ticks}) == 2


def test_runs_of_one_timer_do_not_overlap(start: Callable[[], HostProcess], app: Path) -> None:
    start()
    assert eventually(lambda: len(runs(app, "slow")) >= 4)
    slow = runs(app, "slow")
    assert slow == ["slow begins", "slow ends"] * (len(slow) // 2) + slow[len(slow) // 2 * 2 :]


def start_and_stop(start: Callable[[], HostProcess]) -> None:
    """One life of a host, long enough for every timer to have looked at its status."""
    host = start()
    assert eventually(lambda: host.counts("tick")["failed"])
    host.stop()


def test_a_missed_run_is_made_up_for_once_with_past_due(
    start: Callable[[], HostProcess], app: Path, nightly_status: BlobClient
) -> None:
    start_and_stop(start)
    assert runs(app, "nightly") == []
    last = datetime.now(UTC).replace(hour=3, minute=0, second=0, microsecond=0) - timedelta(days=3)
    missed = {"Last": last, "Next": last + timedelta(days=1), "LastUpdated": last}
    text = json.dumps({name: moment.isoformat() for name, moment in missed.items()})
    nightly_status.upload_blob(text, overwrite=True)
    start_and_stop(start)
    start_and_stop(start)
    assert runs(app, "nightly") == [f"nightly True {last.isoformat()}"]


def test_a_changed_schedule_starts_afresh(
    start: Callable[[], HostProcess], app: Path, nightly_status: BlobClient
) -> None:
    start_and_stop(start)
    past = datetime(2026, 1, 1, 7, 30, tzinfo=UTC)  # not an occurrence of 03:00
    status = dict.fromkeys(("Last", "Next", "LastUpdated"), past.isoformat())
    nightly_status.upload_blob(json.dumps(status), overwrite=True)
    start_and_stop(start)
    assert runs(app, "nightly") == []
    fresh = json.loads(nightly_status.download_blob().readall())
    assert datetime.fromisoformat(fresh["Next"]) > datetime.now(UTC)


def test_run_on_startup_runs_at_every_start_and_not_as_past_due(
    start: Callable[[], HostProcess], app: Path
) -> None:
    for count in (1, 2):
        host = start()
        assert eventually(lambda: len(runs(app, "eager")) == count)  # noqa: B023 - used at once
        host.stop()
    assert runs(app, "eager") == ["eager False"] * 2


def test_the_owner_can_run_a_timer_by_hand(start: Callable[[], HostProcess], app: Path) -> None:
    with start().client() as client:
        assert client.post("/admin/functions/nightly", json={}).status_code == 202
    assert eventually(lambda: runs(app, "nightly")) != []
