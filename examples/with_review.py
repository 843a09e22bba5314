"""A person reads again what the recogniser was not sure of, and corrects it.

python examples/with_review.py FILES...
"""

import sys
from pathlib import Path
from uuid import uuid4

from dropscribe import Dropscribe

with Dropscribe.from_environment() as service:
    made = service.transcribe((Path(file) for file in sys.argv[1:]), review_below=0.75)
    batch = service.wait(made["id"])
    for item in service.items(batch["id"], needs_review=True):
        changes = []
        for said in service.transcript(item)["utterances"]:
            if said["needs_review"]:
                print(f"{item['title']} at {said['start_ms'] / 1000:.1f} s: {said['text']}")
                now = input("What was said, or Enter if that is right: ")
                if now:
                    change = {
                        "op": "text",
                        "utterance": said["id"],
                        "was": said["text"],
                        "now": now,
                    }
                    changes.append(change)
        service.call(
            "create_revision",
            {"batch_id": batch["id"], "recording_id": item["id"]},
            body={"id": uuid4().hex, "based_on": 0, "changes": changes, "reviewed": True},
        )
        print(service.rendered(item, "txt").decode())
