"""A call with a voice on each channel is read as one conversation, in the order in which it was
held.

python examples/as_conversation.py CALL
"""

import sys
from pathlib import Path

from dropscribe import Dropscribe

with Dropscribe.from_environment() as service:
    made = service.transcribe(
        [Path(sys.argv[1])], channels=[0, 1], roles={"0": "Customer", "1": "Agent"}
    )
    batch = service.wait(made["id"])
    for item in service.items(batch["id"], state="transcribed"):
        for said in service.transcript(item)["utterances"]:
            minutes, seconds = divmod(said["start_ms"] // 1000, 60)
            print(f"{minutes}:{seconds:02} {said['role']}: {said['text']}")
