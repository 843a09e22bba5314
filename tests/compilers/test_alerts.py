"""What wakes somebody up, asked of logs that the local stack wrote: each alert finds its cause when
it is made to happen, and nothing in a healthy run; each tile of the workbook shows what its title
says. Every query of the deployment is run as it is deployed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from azure.data.tables import TableServiceClient
from azure.storage.queue import QueueServiceClient, TextBase64EncodePolicy

from local.stack.progress import Key
from local.stack.stack import TABLE, Stack
from shared.messages import Plan
from shared.model.recording.recording import Recording
from shared.stores.queues import StorageQueue
from tests.bicep.dropscribe import deployed
from tests.compilers.log import Log, Row
from tests.receiver import answering, receiver
from tests.stack import Site, quick_stack, site_on, sound, states, until

SOON = {
    "RELIST_SECONDS": "5",
    "AzureFunctionsJobHost__extensions__queues__visibilityTimeout": "00:00:01",
}
NO_TIMERS = {"POLL_SCHEDULE": "0 0 0 1 1 *", "SWEEP_SCHEDULE": "0 0 0 1 1 *"}
CREATE = {"call": r"transcriptions\.create"}


def alerts() -> dict[str, str]:
    """Name without its beginning -> query."""
    return {
        rule.name.removeprefix("dropscribe-"): rule["properties"]["criteria"]["allOf"][0]["query"]
        for rule in deployed().of_type("Microsoft.Insights/scheduledQueryRules")
    }


def tiles() -> dict[str, str]:
    """Title -> query."""
    (workbook,) = deployed().of_type("Microsoft.Insights/workbooks")
    items = json.loads(workbook["properties"]["serializedData"])["items"]
    return {i["content"]["title"]: i["content"]["query"] for i in items if i["type"] == 3}


class Chapter:
    """A stretch of a site's log, from here on or from a character of it."""

    def __init__(self, site: Site, began: int | None = None) -> None:
        self._site, self._began = site, len(site.log) if began is None else began

    def lines(self) -> list[str]:
        return self._site.log[self._began :].splitlines()

    def log(self) -> Log:
        return Log(self.lines())

    def await_event(self, name: str, times: int = 1) -> Log:
        """The log as soon as that was told so often."""
        told = f'{{"event":"{name}"'
        until(lambda: sum(told in line for line in self.lines()) >= times)
        return self.log()


# --- without a stack


def test_every_query_runs_on_a_log_without_a_line() -> None:
    log = Log([])
    assert {name for name, query in alerts().items() if log.ask(query)} == {"app-silent"}
    assert [title for title, query in tiles().items() if log.ask(query)] == []


def test_a_workspace_that_takes_nothing_more_tells_it_itself() -> None:
    log = Log([])
    log.fill()
    assert {name for name, query in alerts().items() if log.ask(query)} == {
        "app-silent",
        "log-capped",
    }


def test_what_is_no_event_is_no_row() -> None:
    lines = ['{"eventful":1}', "Executed", '[sweep] {"event":"backlog.measured","batches":1}']
    assert Log(lines).ask("DropscribeEvents | project Event, Batches = toint(Fact['batches'])") == [
        {"Event": "backlog.measured", "Batches": 1}
    ]


# --- what the stack writes


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with quick_stack(tmp_path_factory.mktemp("logs"), **SOON) as stack:
        yield stack


@pytest.fixture(scope="module")
def healthy(stack: Stack) -> Log:
    """Three recordings of ten seconds, from the start of the app on."""
    with site_on(stack) as site:
        until(lambda: '"event":"backlog.measured"' in site.log)
        wanted = site.put({f"{name}.wav": sound(seconds=10) for name in "abc"})
        assert set(states(site.end(wanted)).values()) == {"transcribed"}
        chapter = Chapter(site)
        chapter.await_event("backlog.measured", times=2)
        return Log(site.log.splitlines())


@pytest.fixture
def site(stack: Stack, healthy: Log) -> Iterator[Site]:
    """After the healthy run, and without the faults of other tests."""
    with site_on(stack) as site:
        yield site


def fires(name: str, log: Log) -> list[Row]:
    """The rows of this alert: it fires when there is one."""
    return log.ask(alerts()[name])


@pytest.mark.slow
def test_a_healthy_run_wakes_nobody(healthy: Log) -> None:
    assert {name: rows for name in alerts() if (rows := fires(name, healthy))} == {}


def number_of(rows: list[Row], column: str) -> Any:
    return sum(row[column] for row in rows)


@pytest.mark.slow
def test_the_workbook_shows_a_healthy_run(healthy: Log) -> None:
    shown = {title: healthy.ask(query) for title, query in tiles().items()}
    assert number_of(shown["Recordings that arrived"], "Recordings") == 3
    done = shown["Recordings that are done"]
    assert {row["Event"] for row in done} == {"recording.transcribed"}
    assert number_of(done, "Recordings") == 3
    backlog = shown["Backlog"]
    assert backlog and set(backlog[0]) == {"TimeGenerated", "Recordings", "Jobs", "Batches"}
    assert max(row["Minutes"] for row in shown["Age of the oldest open batch, in minutes"]) < 5
    stages = shown["Seconds in each stage of a job"]
    assert [row["StageName"] for row in stages] == [
        "1 waits for room",
        "2 is at the provider",
        "3 is written",
    ]
    assert {row["Jobs"] for row in stages} == {healthy.count("job.finished")}
    assert all(0 <= row["HalfWithin"] <= row["MostWithin"] <= row["Longest"] for row in stages)
    batches = shown["Seconds from the first recording to the report of a batch"]
    assert batches and all(0 < row["HalfWithin"] <= row["MostWithin"] for row in batches)
    hours = number_of(shown["Hours of audio, by day"], "Hours")
    assert hours == pytest.approx(3 * 10 / 3600, rel=0.2)  # the emulator rounds what it hears
    (bill,) = shown["What providers will bill, by day, as estimated"]
    assert bill["Currency"] == "USD" and 0 < bill["Amount"] < 0.01
    for title in (
        "Failures by class",
        "Jobs that did not go as they should",
        "Endpoints",
        "Deliveries of events to receivers",
        "What was lost on the way, and found",
    ):
        assert shown[title] == [], title


@pytest.mark.slow
def test_recordings_that_fail_wake_somebody_and_are_told_by_class(site: Site) -> None:
    chapter = Chapter(site)
    names = [f"{number}.wav" for number in range(6)]
    rows = ended(site, site.put(dict.fromkeys(names, b"")))
    assert set(states(rows).values()) == {"failed"}
    log = chapter.await_event("recording.failed", times=6)
    assert fires("recordings-failing", log) == [{"Transcribed": 0, "Failed": 6}]
    (failures,) = log.ask(tiles()["Failures by class"])
    assert (failures["Recordings"], failures["Kind"], failures["Code"]) == (
        6,
        "input",
        next(iter(rows.values())).failure.code,  # type: ignore[union-attr]
    )


@pytest.mark.slow
def test_an_endpoint_that_refuses_wakes_somebody_until_it_is_well(site: Site) -> None:
    chapter = Chapter(site)
    site.order("refuse", match=CREATE, status=401, times=2)
    wanted = site.drop("refused.wav")
    log = chapter.await_event("endpoint.failing")
    (row,) = fires("endpoint-failing", log)
    assert row["Endpoint"] and row["Reason"].startswith("ProviderUnauthorised")
    assert states(ended(site, wanted)) == {"refused.wav": "transcribed"}
    log = chapter.await_event("endpoint.well")
    assert fires("endpoint-failing", log) == []
    shown = log.ask(tiles()["Endpoints"])
    assert {"endpoint.failing", "endpoint.well"} <= {row["Event"] for row in shown}


@pytest.mark.slow
def test_jobs_that_go_wrong_are_shown_and_wake_nobody_while_they_can_be_mended(site: Site) -> None:
    chapter = Chapter(site)
    site.order("lose_answer", match=CREATE, how="500")
    assert states(ended(site, site.drop("lost.wav"))) == {"lost.wav": "transcribed"}
    log = chapter.await_event("batch.completed")
    shown = log.ask(tiles()["Jobs that did not go as they should"])
    assert [(row["Event"], row["Jobs"]) for row in shown] == [("job.outcome_unknown", 1)]
    assert [name for name in alerts() if name != "app-silent" and fires(name, log)] == []


@pytest.mark.slow
def test_a_create_call_that_nobody_can_look_up_wakes_somebody(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Of Sofer.ai's list it is not known that it holds all there is."""
    logs = tmp_path_factory.mktemp("soferai")
    with quick_stack(logs, provider="soferai") as stack, site_on(stack) as site:
        chapter = Chapter(site)
        site.order("refuse", match={"call": r"batches\.create"}, status=500)
        rows = site.rows(site.await_end(site.drop("unknown.wav")))
        assert states(rows) == {"unknown.wav": "failed"}
        (row,) = fires("jobs-unresolved", chapter.await_event("job.unresolved"))
    assert row["Endpoint"] == "local"
    assert row["Batch"] == rows["unknown.wav"].batch_id
    assert row["Job"] and row["Recordings"] == 1


@pytest.mark.slow
def test_a_batch_that_is_open_for_half_a_day_wakes_somebody(site: Site) -> None:
    chapter = Chapter(site)
    site.order("slow_job", seconds=30)
    wanted = site.drop("slow.wav")
    site.await_create()
    named = (row for row in site.table.list_entities() if row.get("name") == one_of(wanted))
    make_older(site, next(named)["PartitionKey"], timedelta(hours=13))
    here = Chapter(site)
    (row,) = fires("backlog-old", here.await_event("backlog.measured", times=2))
    assert 13 * 3600 <= row["OldestSeconds"] < 13.1 * 3600
    assert (row["Batches"], row["Recordings"]) == (1, 1)
    log = chapter.log()
    ages = [row["Minutes"] for row in log.ask(tiles()["Age of the oldest open batch, in minutes"])]
    assert max(ages) >= 13 * 60
    site.await_end(wanted)
    here = Chapter(site)
    until(partial(is_idle, here))
    assert fires("backlog-old", here.log()) == []


def one_of(wanted: set[Key]) -> str:
    ((name, _),) = wanted
    return name


def ended(site: Site, wanted: set[Key]) -> dict[str, Recording]:
    """What became of each name. There is no audit: what goes wrong here may leave things behind."""
    return site.rows(site.await_end(wanted))


def is_idle(chapter: Chapter) -> bool:
    """The last sweep found nothing open."""
    told = chapter.log().ask(
        "DropscribeEvents | where Event == 'backlog.measured'"
        " | summarize arg_max(TimeGenerated, Fact) | project Open = toint(Fact['batches'])"
    )
    return [row["Open"] for row in told] == [0]


def make_older(site: Site, batch_id: str, by: timedelta) -> None:
    """As if the batch had begun that much earlier."""
    connection = site.stack.azurite.connection_string
    with TableServiceClient.from_connection_string(connection) as tables:
        table = tables.get_table_client(TABLE)
        changed = 0
        for row in list(table.list_entities()):
            is_of_it = batch_id in (row["PartitionKey"], row["RowKey"])
            if is_of_it and "etag" not in row and row.get("created_at"):
                earlier = datetime.fromisoformat(str(row["created_at"])) - by
                told = earlier.astimezone(UTC).isoformat().replace("+00:00", "Z")
                is_text = isinstance(row["created_at"], str) and type(row["created_at"]) is str
                row["created_at"] = told if is_text else earlier
                table.update_entity(row)
                changed += 1
        assert changed


@pytest.mark.slow
def test_a_message_that_nobody_can_handle_wakes_somebody(site: Site) -> None:
    chapter = Chapter(site)
    connection = site.stack.azurite.connection_string
    with QueueServiceClient.from_connection_string(connection) as queues:
        queue = queues.get_queue_client(
            "dropscribe-steps", message_encode_policy=TextBase64EncodePolicy()
        )
        queue.send_message("{not a message")
    log = chapter.await_event("message.poisoned")
    (row,) = fires("messages-poisoned", log)
    assert (row["Queue"], row["Messages"]) == ("dropscribe-steps", 1)
    lost = log.ask(tiles()["What was lost on the way, and found"])
    assert [(row["Event"], row["Times"]) for row in lost] == [("message.poisoned", 1)]


@pytest.mark.slow
def test_a_fault_of_ours_wakes_somebody_at_its_third_time(site: Site) -> None:
    """A batch whose row nobody can read any more, which three messages ask to plan."""
    before = Chapter(site)
    rows = site.rows(site.await_end(site.drop("unreadable.wav")))
    before.await_event("batch.completed")
    until(partial(is_idle, before))
    batch_id = rows["unreadable.wav"].batch_id
    in_batch = site.table.query_entities("PartitionKey eq @id", parameters={"id": batch_id})
    for row in [row for row in in_batch if "etag" not in row and "created_at" in row]:
        site.table.update_entity({**row, "created_at": "yesterday"})
    chapter = Chapter(site)
    connection = site.stack.azurite.connection_string
    with QueueServiceClient.from_connection_string(connection) as queues:
        queue = StorageQueue(queues)
        for times in (1, 2, 3):
            assert fires("faults-of-ours", chapter.log()) == []
            queue.send(Plan(batch_id=batch_id))
            log = chapter.await_event("batch.not_planned", times)
    (row,) = fires("faults-of-ours", log)
    assert (row["Event"], row["Times"]) == ("batch.not_planned", 3) and row["Error"]


def subscribe(stack: Stack, url: str) -> Any:
    """Through the app: what another process writes it knows only half a minute later."""
    answer = httpx.post(
        f"{stack.app_url}/api/subscriptions",
        headers={"x-functions-key": stack.api_key},
        json={"url": url, "types": ["recording.transcribed"]},
        timeout=60,
    )
    return answer.raise_for_status().json()


@pytest.mark.slow
def test_a_receiver_that_wants_no_more_wakes_somebody(site: Site) -> None:
    chapter = Chapter(site)
    with ExitStack() as exits:
        there = exits.enter_context(receiver(answering(410)))
        made = subscribe(site.stack, there.url("/hook"))
        site.await_end(site.drop("told.wav"))
        log = chapter.await_event("subscription.disabled")
    (row,) = fires("subscriptions-disabled", log)
    assert row["Subscription"] == made["id"]
    assert "410" in row["Reason"]
    log = chapter.await_event("delivery.attempted")
    (shown,) = log.ask(tiles()["Deliveries of events to receivers"])
    assert (shown["Attempts"], shown["Status"]) == (1, "410")


@pytest.mark.parametrize(
    ("told", "firing"),
    [
        ('{"event":"ceiling.reached","scope":"profile/calls","amount":12.5}', [12.5]),
        ('{"event":"brake.changed","scope":"profile/calls","action":"lift_ceiling"}', []),
        ('{"event":"brake.changed","scope":"profile/calls","action":"stop"}', [12.5]),
        ('{"event":"brake.changed","scope":"deployment","action":"lift_ceiling"}', [12.5]),
    ],
)
def test_a_ceiling_that_is_reached_wakes_somebody_until_it_is_lifted(
    told: str, firing: list[float]
) -> None:
    before = '{"event":"ceiling.reached","scope":"profile/calls","amount":12.5}'
    rows = fires("ceilings-reached", Log([before, told]))
    assert [(row["Scope"], row["Amount"]) for row in rows] == [("profile/calls", a) for a in firing]


@pytest.mark.slow
def test_an_app_that_sent_what_a_day_may_hold_wakes_somebody(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """The first job of a day goes whatever it holds, the second one waits."""
    logs = tmp_path_factory.mktemp("ceiling")
    with quick_stack(logs, MOST_AUDIO_HOURS_PER_DAY="0.001") as stack, site_on(stack) as site:
        site.await_end(site.put({"first.wav": sound(seconds=10)}))
        chapter = Chapter(site)
        site.put({"second.wav": sound(seconds=10)})
        (row,) = fires("ceilings-reached", chapter.await_event("ceiling.reached"))
    assert row["Scope"] == "deployment"


@pytest.mark.slow
def test_a_copy_that_the_provider_keeps_wakes_somebody(site: Site) -> None:
    chapter = Chapter(site)
    site.order("refuse", match={"call": r"transcriptions\.delete"}, status=403)
    site.await_end(site.drop("kept.wav"))
    log = chapter.await_event("copy.not_deleted")
    (row,) = fires("copies-left", log)
    assert row["Endpoint"] and row["Times"] == 1 and row["Code"]


@pytest.mark.slow
def test_an_app_whose_timers_do_not_run_wakes_somebody(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    logs: Path = tmp_path_factory.mktemp("silent")
    with quick_stack(logs, **NO_TIMERS) as stack, site_on(stack) as site:
        site.drop("unheard.wav")
        found = Chapter(site, began=0).await_event("recording.registered")
    assert fires("app-silent", found) == [{"Sweeps": 0}]
