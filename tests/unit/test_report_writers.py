"""The JSON and CSV reports, written out whole."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from shared.model.batch.report import BatchReport, Counts, ReportItem, build_report
from shared.model.conversation.conversation import Conversation, SpeakerTalk
from shared.model.failure import Failure
from shared.model.transcript.review import Span
from shared.model.transcript.transcript import Cost
from shared.outputs.report import FORMATS
from shared.outputs.report.csv_writer import write_csv
from shared.outputs.report.json_writer import write_json

AT = datetime(2026, 11, 20, 21, 59, 3, tzinfo=UTC)

DONE = ReportItem(
    recording_id="11",
    container="audio",
    name="+15551234.wav",
    etag="0x8",
    bytes=32_000,
    state="transcribed",
    attempts=1,
    duration_ms=10_000,
    channels=2,
    language="en-US",
    confidence=0.5512,
    needs_review=True,
    review_spans=(Span(1_250, 2_310, 0.4), Span(9_000, 9_900, 0.35)),
    outputs={
        "json": "transcripts/audio/+15551234.wav.json",
        "vtt": "transcripts/audio/+15551234.wav.vtt",
    },
    provider="azure-speech",
    endpoint="main",
    job_id="j-1",
    transcription_id="t-1",
    submitted_at=AT,
    transcribed_at=AT,
    cost=Cost(amount=0.001, currency="USD"),
    conversation=Conversation(
        audio_ms=10_000,
        silence_ms=4_000,
        longest_silence_ms=1_500,
        overlap_ms=500,
        response_ms=420,
        speakers=(
            SpeakerTalk(channel=0, speaker="S1", role="=Agent", talk_ms=4_500, words=12, turns=3),
            SpeakerTalk(channel=1, talk_ms=2_000, words=None, longest_ms=900, interruptions=1),
        ),
    ),
    sentiment="mixed",
)
FAILED = ReportItem(
    recording_id="22",
    container="audio",
    name='odd, "name".wav',
    etag="0x9",
    bytes=0,
    state="failed",
    attempts=0,
    error_report='errors/audio/odd, "name".wav.json',
    failure=Failure(
        kind="input", code="empty", reason="The blob is empty.", advice="Upload it again."
    ),
)


def header(*items: ReportItem, **more: Any) -> BatchReport:
    facts: dict[str, Any] = {"batch_id": "b-1", "title": "Calls", "profiles": ["calls"]}
    return build_report(
        items,
        **{**facts, **more},
        origin="dropped",
        created_at=AT,
        finished_at=AT,
        accepted=len(items),
    )


def test_the_json_report_is_exact() -> None:
    written = b"".join(write_json(header(DONE, FAILED), [DONE, FAILED]))
    assert (
        written.decode()
        == """\
{"schema":"report/1","batch_id":"b-1","title":"Calls","profiles":["calls"],"origin":"dropped",\
"created_at":"2026-11-20T21:59:03Z","finished_at":"2026-11-20T21:59:03Z",\
"counts":{"accepted":2,"transcribed":1,"failed":1,"unchanged":0,"needs_review":1},"audio_ms":10000,\
"cost":{"amount":0.001,"currency":"USD","estimated":true},\
"deadline_at":null,"budget":null,"decisions":[],\
"confidence":{"mean":0.5512,"histogram":[0,0,0,0,0,1,0,0,0,0],"unknown":0},"notes":[],\
"recordings":[
{"recording_id":"11","container":"audio","name":"+15551234.wav","etag":"0x8","bytes":32000,\
"state":"transcribed","attempts":1,"duration_ms":10000,"channels":2,"language":"en-US",\
"confidence":0.5512,"needs_review":true,\
"review_spans":[{"start_ms":1250,"end_ms":2310,"confidence":0.4},\
{"start_ms":9000,"end_ms":9900,"confidence":0.35}],\
"outputs":{"json":"transcripts/audio/+15551234.wav.json",\
"vtt":"transcripts/audio/+15551234.wav.vtt"},"error_report":null,"failure":null,\
"provider":"azure-speech","endpoint":"main","job_id":"j-1","transcription_id":"t-1",\
"submitted_at":"2026-11-20T21:59:03Z","transcribed_at":"2026-11-20T21:59:03Z",\
"cost":{"amount":0.001,"currency":"USD","estimated":true},\
"title":null,"client_item_id":null,"metadata":{},"decisions":[],"same_as":null,\
"conversation":{"audio_ms":10000,"silence_ms":4000,"longest_silence_ms":1500,"overlap_ms":500,\
"response_ms":420,"speakers":[\
{"channel":0,"talk_ms":4500,"speaker":"S1","role":"=Agent","words":12,"turns":3,"longest_ms":0,\
"interruptions":0,"response_ms":null},\
{"channel":1,"talk_ms":2000,"speaker":null,"role":null,"words":null,"turns":0,"longest_ms":900,\
"interruptions":1,"response_ms":null}]},"sentiment":"mixed"},
{"recording_id":"22","container":"audio","name":"odd, \\"name\\".wav","etag":"0x9","bytes":0,\
"state":"failed","attempts":0,"duration_ms":null,"channels":null,"language":null,\
"confidence":null,"needs_review":false,"review_spans":[],"outputs":{},\
"error_report":"errors/audio/odd, \\"name\\".wav.json",\
"failure":{"kind":"input","code":"empty","reason":"The blob is empty.",\
"advice":"Upload it again.","retryable":false},\
"provider":null,"endpoint":null,"job_id":null,"transcription_id":null,\
"submitted_at":null,"transcribed_at":null,"cost":null,\
"title":null,"client_item_id":null,"metadata":{},"decisions":[],"same_as":null,\
"conversation":null,"sentiment":null}
]}
"""
    )


def test_the_csv_report_is_exact() -> None:
    written = b"".join(write_csv(header(DONE, FAILED), [DONE, FAILED]))
    assert written.decode() == (
        "\ufeffstate,container,name,bytes,attempts,duration_ms,channels,language,confidence,"
        "needs_review,review_spans,outputs,failure_kind,failure_code,failure_reason,"
        "failure_advice,error_report,cost_amount,cost_currency,provider,endpoint,job_id,"
        "transcription_id,submitted_at,transcribed_at,recording_id,etag,title,client_item_id,"
        "same_as,speakers,talk,words_per_minute,silence_ms,longest_silence_ms,overlap_ms,"
        "interruptions,response_ms,longest_monologue_ms,metadata,sentiment\r\n"
        "transcribed,audio,'+15551234.wav,32000,1,10000,2,en-US,0.5512,true,"
        "0:01.2–0:02.4 (0.40); 0:09.0–0:09.9 (0.35),"
        "json=transcripts/audio/+15551234.wav.json; vtt=transcripts/audio/+15551234.wav.vtt,"
        ",,,,,0.001000,USD,azure-speech,main,j-1,t-1,"
        "2026-11-20T21:59:03Z,2026-11-20T21:59:03Z,11,0x8,,,,"
        "2,'=Agent=0.69; 1=0.31,160,4000,1500,500,1,420,900,,mixed\r\n"
        'failed,audio,"odd, ""name"".wav",0,0,,,,,false,,,input,empty,The blob is empty.,'
        'Upload it again.,"errors/audio/odd, ""name"".wav.json",,,,,,,,,22,0x9,,,,,,,,,,,,,,\r\n'
    )


@pytest.mark.parametrize("items", [(), (DONE,), (DONE, FAILED)])
def test_json_reports_are_valid(items: tuple[ReportItem, ...]) -> None:
    schema_file = Path(__file__).parents[2] / "docs" / "report-1.schema.json"
    document = json.loads(b"".join(write_json(header(*items), items)))
    Draft202012Validator(json.loads(schema_file.read_text("utf-8"))).validate(document)
    assert [r["name"] for r in document["recordings"]] == [i.name for i in items]


HOSTILE = "=HYPERLINK(1)|+1|-1|@SUM(1)|\tx|\rx|\nx|'quoted'|＝1|a,b|say \"hi\"|a\r\nb|plain|שלום"
HOSTILE_NAMES = HOSTILE.split("|")


def test_no_cell_starts_a_formula_and_every_name_can_be_read_back() -> None:
    items = [
        ReportItem(
            recording_id="1",
            container="c",
            name=name,
            etag="e",
            bytes=1,
            state="transcribed",
            attempts=1,
        )
        for name in HOSTILE_NAMES
    ]
    text = b"".join(write_csv(header(*items), items)).decode("utf-8-sig")
    names = [row["name"] for row in csv.DictReader(io.StringIO(text, newline=""))]
    assert [name.removeprefix("'") for name in names] == HOSTILE_NAMES
    assert not any(name.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝")) for name in names)


@pytest.mark.parametrize("name", FORMATS)
def test_no_report_is_finished_whose_recordings_are_not_those_counted(name: str) -> None:
    with pytest.raises(ValueError, match="counted"):
        list(FORMATS[name].write(header(DONE, FAILED), [DONE]))


def many(count: int) -> Iterator[ReportItem]:
    return (DONE if index % 10 else FAILED for index in range(count))


@pytest.mark.long
@pytest.mark.parametrize("name", FORMATS)
def test_memory_stays_flat_however_large_the_batch_is(name: str) -> None:
    count = 20_000
    failed = count // 10
    facts = header()
    counts = Counts(accepted=count, transcribed=count - failed, failed=failed)
    large = BatchReport(
        **{field: getattr(facts, field) for field in facts.__struct_fields__ if field != "counts"},
        counts=counts,
    )
    tracemalloc.start()
    written = sum(map(len, FORMATS[name].write(large, many(count))))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert written > 4_000_000
    assert peak < 12_000_000
