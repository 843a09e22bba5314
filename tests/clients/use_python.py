"""use_python.py FOLDER API KEY AUDIO: from a file to a transcript with the client that
openapi-python-client made in the folder; prints what was read."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import httpx

folder, api, key, audio = sys.argv[1:]
sys.path.insert(0, folder)

from dropscribe_client import AuthenticatedClient, models  # noqa: E402
from dropscribe_client.api.batches import create_batch, get_batch, get_batch_result  # noqa: E402
from dropscribe_client.api.recordings import (  # noqa: E402
    get_item,
    get_report,
    get_report_file,
    get_transcript,
    get_transcript_file,
    list_items,
)
from dropscribe_client.api.uploads import create_upload  # noqa: E402

client = AuthenticatedClient(
    base_url=api, token=key, prefix="", auth_header_name="x-functions-key", timeout=60.0
)
upload = create_upload.sync(client=client, body=models.NewUpload(name="meeting.wav"))
headers = {**upload.headers.additional_properties}
httpx.put(upload.url, headers=headers, content=Path(audio).read_bytes()).raise_for_status()
recording = models.ManifestRecording(
    container=upload.container, blob=upload.blob, client_item_id="meeting-9"
)
manifest = models.Manifest(
    recordings=[recording], title="Python", speakers=models.Speakers(min_=1, max_=3)
)
batch = create_batch.sync(client=client, body=manifest)
deadline = time.monotonic() + 90
while get_batch_result.sync_detailed(batch.id, client=client).status_code == 202:
    assert time.monotonic() < deadline
    time.sleep(0.2)
batch = get_batch.sync(batch.id, client=client)
[item] = list_items.sync(batch.id, client=client, state=models.RecordingState.TRANSCRIBED).value
item = get_item.sync(batch.id, item.id, client=client)
transcript = get_transcript.sync(batch.id, item.id, client=client)
captions = get_transcript_file.sync(batch.id, item.id, models.TranscriptFile.VTT, client=client)
report = get_report.sync(batch.id, client=client)
table = get_report_file.sync(batch.id, models.ReportFile.CSV, client=client)
missing = get_batch.sync("api-none", client=client)
wrong = create_batch.sync(client=client, body=models.Manifest(recordings=[]))
print(
    json.dumps(
        {
            "status": str(batch.status),
            "item": [str(item.state), item.client_item_id, item.bytes_ > 0],
            "words": transcript.text.split(),
            "utterances": len(transcript.utterances),
            "captions": captions.split("\n")[0],
            "report": [report.title, report.counts.transcribed, report.recordings[0].recording_id],
            "is_the_item": report.recordings[0].recording_id == item.id,
            "table": "recording_id" in table,
            "errors": [missing.code, missing.status, wrong.code, wrong.faults[0].code],
        }
    )
)
