"""All that lies in storage under a prefix becomes one batch with one report, by one request.

python examples/by_container.py CONTAINER PREFIX REPORT.html
"""

import sys
from pathlib import Path

from dropscribe import Dropscribe

container, prefix, report = sys.argv[1:]

with Dropscribe.from_environment() as service:
    everything = {"container": container, "prefix": prefix}  # without a prefix: all of it
    made = service.create({"title": f"All of {prefix}", "recordings": [everything]})
    batch = service.wait(made["id"], seen=lambda now: print(now["status"], now["counts"]))
    for item in service.items(batch["id"], state="transcribed"):
        print(f"{item['name']}: {item['language']}, {item['confidence']:.0%} sure")
    Path(report).parent.mkdir(parents=True, exist_ok=True)
    Path(report).write_bytes(service.rendered_report(batch["id"], "html"))
