"""The same without the client, for whoever writes another language: five requests by HTTP.

python examples/by_api.py FILE
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

API, KEY = os.environ["DROPSCRIBE_URL"], os.environ["DROPSCRIBE_KEY"]


def ask(url: str, body: Any = None, **headers: str) -> Any:
    """What is refused raises `HTTPError`; its body says why, as problem+json."""
    content = None if body is None else json.dumps(body).encode()
    sent = {"x-functions-key": KEY, "Content-Type": "application/json", **headers}
    return urlopen(Request(url, content, sent), timeout=60)


file = Path(sys.argv[1])

# 1. A link to upload by, and 2. the upload, with the headers that the link brings.
link = json.load(ask(f"{API}/uploads", {"name": file.name}))
urlopen(Request(link["url"], file.read_bytes(), link["headers"], method="PUT"), timeout=300)

# 3. The batch. It answers 202 until it is over, and says where and when to ask again.
recording = {"container": link["container"], "blob": link["blob"], "client_item_id": file.name}
answer = ask(f"{API}/batches", {"recordings": [recording]}, Prefer="respond-async")
while answer.status == 202:
    time.sleep(int(answer.headers["Retry-After"]))
    answer = ask(answer.headers["Location"])
batch = json.load(answer)
print(batch["status"], batch["counts"])

# 4. Its recordings, here the one by its own id, and 5. what was said, in any format.
items = json.load(ask(f"{batch['links']['items']}?client_item_id={quote(file.name)}"))
for item in items["value"]:
    if item["state"] == "transcribed":
        print(ask(f"{item['links']['transcript']}?format=vtt").read().decode())
