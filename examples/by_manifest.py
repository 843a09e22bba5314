"""A list of recordings becomes a batch: what it would cost comes first, and ids of your own find
what was said.

python examples/by_manifest.py LIST.csv
"""

import csv
import sys
from pathlib import Path

from dropscribe import Dropscribe

manifest = Path(sys.argv[1])

with Dropscribe.from_environment() as service:
    told = service.call("estimate_manifest", body=manifest.read_bytes(), media_type="text/csv")
    for price in told["prices"]:
        if price["is_asked"] and price["cost"]:
            print(f"About {price['cost']['amount']:.4f} {price['cost']['currency']}.")

    # The same key is the same batch, however often this is run: nothing is paid for twice.
    made = service.create(
        manifest.read_bytes(), media_type="text/csv", idempotency_key=manifest.name
    )
    batch = service.wait(made["id"])
    print(batch["title"], batch["counts"])

    lines = [line for line in manifest.read_text("utf-8").splitlines() if line[:1] != "#"]
    for row in csv.DictReader(lines):
        for item in service.items(batch["id"], client_item_id=row["client_item_id"]):
            print(f"--- {row['client_item_id']}, {item['metadata']['client']}: {item['state']}")
            if failure := item["failure"]:
                print(failure["reason"], failure["advice"])
            else:
                print(service.rendered(item, "txt").decode())
