"""Every recording of a folder becomes a text and captions; what failed is told with its reason.

python examples/by_folder.py FOLDER OUT
"""

import sys
from pathlib import Path

from dropscribe import Dropscribe

folder, out = Path(sys.argv[1]), Path(sys.argv[2])

with Dropscribe.from_environment() as service:
    entries = []
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        link = service.upload(file)
        own_id = file.relative_to(folder).as_posix()
        entries.append({"container": link.container, "blob": link.blob, "client_item_id": own_id})

    made = service.transcribe(entries, title=folder.name, locale="en-US")
    batch = service.wait(made["id"])

    for item in service.items(batch["id"]):
        if failure := item["failure"]:
            print(f"{item['client_item_id']}: {failure['reason']} {failure['advice']}")
            continue
        for kind in ("txt", "srt"):
            target = out / f"{item['client_item_id']}.{kind}"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(service.rendered(item, kind))
            print(target)
