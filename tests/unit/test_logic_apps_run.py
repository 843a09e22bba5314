"""The workflows in infra/logic-apps, run as their definitions say, on the API and the pipeline."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import pytest

from tests.bicep.deployment import Deployment
from tests.bicep.dropscribe import INFRA
from tests.fakes.api import BASE, Api
from tests.fakes.world import World, a_second_of_silence
from tests.workflow_runner import RUN, Reply, Run

SITE = "https://contoso.sharepoint.com/sites/calls"
UNUSED = {"Send_failure", "Fail"}
NAMES = ("call.wav", "März #1, 100%.wav", "it's {mine}.wav")


class Surroundings:
    """What a workflow talks to: the API, storage, a library, a mailbox."""

    def __init__(self, content: bytes = b"") -> None:
        self.world, self.content = World(), content
        self.api = Api(lambda: self.world.app)
        self.mails: list[dict[str, Any]] = []
        self.polls = 0
        self.broken = ""

    def http(self, asked: Mapping[str, Any]) -> Reply:
        if self.broken and self.broken in asked["uri"]:
            return Reply(500, {"code": "internal"})
        if asked["uri"].startswith("https://storage.test/"):
            return self._upload(asked)
        assert asked["authentication"] == {
            "type": "ManagedServiceIdentity",
            "audience": "api://client",
        }
        if asked["uri"].endswith("/result"):
            self.polls += 1
            if self.polls == 3:
                self.world.run()
        got = self.api.follow(
            asked["uri"], asked["method"], json_=asked.get("body"), headers=asked.get("headers")
        )
        body = got.body.decode() if got.json is None else got.json
        return Reply(got.status, body, got.headers)

    def _upload(self, asked: Mapping[str, Any]) -> Reply:
        assert (asked["method"], asked["headers"]) == ("PUT", {"x-ms-blob-type": "BlockBlob"})
        assert "authentication" not in asked
        container, _, name = asked["uri"].partition("?")[0].split("/", 3)[3].partition("/")
        self.world.audio.drop(name, asked["body"], self.world.clock.now(), container=container)
        return Reply(201)

    def connection(self, name: str, inputs: Mapping[str, Any]) -> Any:
        if name.endswith("/office365"):
            assert (inputs["method"], inputs["path"]) == ("post", "/v2/Mail")
            self.mails.append(inputs["body"])
            return None
        assert name.endswith("/sharepointonline")
        _, dataset, files, identifier, content = inputs["path"].removeprefix("/datasets").split("/")
        assert unquote(unquote(dataset)) == SITE
        assert (files, unquote(identifier), content) == ("files", "Calls%252fcall.wav", "content")
        return self.content

    def run(self, name: str, trigger: Any, **more: Any) -> Run:
        workflow = deployed(name)
        parameters = {k: v["value"] for k, v in workflow["properties"]["parameters"].items()}
        return Run(
            workflow["properties"]["definition"],
            {**parameters, "api": BASE},
            trigger,
            self.http,
            self.connection,
            **more,
        ).start()


def deployed(name: str) -> Any:
    given = {"appUrl": "https://app.test", "apiClientId": "client", "site": SITE}
    template = Deployment(
        INFRA / "logic-apps" / "main.bicep", {**given, "library": "lib", "mailTo": "a@contoso.com"}
    )
    [found] = [r for r in template.of_type("Microsoft.Logic/workflows") if r.name == name]
    return found


def landed(name: str) -> dict[str, str]:
    return {"{Identifier}": "Calls%252fcall.wav", "{FilenameWithExtension}": name}


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_what_lands_in_a_library_comes_back_by_mail(name: str) -> None:
    there = Surroundings(a_second_of_silence())
    run = there.run("dropscribe-transcribe-library", landed(name))
    assert {n for n, status in run.statuses.items() if status == "Skipped"} == UNUSED
    assert set(run.statuses.values()) == {"Succeeded", "Skipped"}
    [mail] = there.mails
    assert (mail["To"], mail["Subject"]) == ("a@contoso.com", f"Transcript of {name}")
    [attachment] = mail["Attachments"]
    assert attachment["Name"] == f"{name}.txt"
    [row] = there.world.store.rows.values()
    path = {"batch_id": row.batch_id, "recording_id": row.id}
    transcript = there.api("get_transcript", path, query={"format": "txt"}).body
    assert base64.b64decode(attachment["ContentBytes"]) == transcript


@pytest.mark.long
@pytest.mark.parametrize("broken", ["/uploads", "storage.test", "/batches", "/result", "/items"])
def test_when_something_breaks_on_the_way_a_mail_tells_and_the_run_has_failed(broken: str) -> None:
    there = Surroundings(a_second_of_silence())
    there.broken = broken
    run = there.run("dropscribe-transcribe-library", landed("call.wav"))
    assert run.status == "Failed"
    [mail] = there.mails
    assert mail["Subject"] == "No transcript of call.wav"
    assert RUN in mail["Body"]


def test_of_what_cannot_be_transcribed_the_reason_comes_by_mail() -> None:
    there = Surroundings(b"no audio at all")
    run = there.run("dropscribe-transcribe-library", landed("notes.wav"))
    assert "Get_transcript" not in run.statuses
    [mail] = there.mails
    assert mail["Subject"] == "No transcript of notes.wav"
    [row] = there.world.store.rows.values()
    assert row.failure is not None
    assert mail["Body"] == f"{row.failure.reason} {row.failure.advice}"


MANIFEST = {"title": "March", "recordings": [{"container": "uploads", "blob": "a.wav"}]}


def test_a_workflow_sleeps_until_its_batch_is_over_and_answers_with_the_report() -> None:
    there = Surroundings()
    world = there.world
    world.audio.drop("a.wav", a_second_of_silence(), world.clock.now(), container="uploads")

    def sleep(url: str) -> Any:
        world.run()
        [event] = world.sender.events(url)
        return event

    run = there.run("dropscribe-wait-for-batch", MANIFEST, sleep=sleep)
    assert set(run.statuses.values()) == {"Succeeded"}
    assert there.polls == 0
    assert run.response["statusCode"] == 200
    assert run.response["body"]["title"] == "March"
    assert run.response["body"]["schema"] == "report/1"


@pytest.mark.long
def test_a_workflow_that_waited_too_long_cancels_its_batch() -> None:
    there = Surroundings()
    run = there.run("dropscribe-wait-for-batch", MANIFEST)
    assert run.statuses == {"Transcribe": "TimedOut", "Get_report": "Skipped", "Answer": "Skipped"}
    [batch] = there.api("list_batches").json["value"]
    got = there.api("get_batch", {"batch_id": batch["id"]}).json
    assert got["cancelled_at"]
