"""Messages that are lost, come twice, or come late: what a queue never promises not to do."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import suppress
from random import Random

from azure.core.exceptions import AzureError
from azure.storage.queue import QueueServiceClient

_PAUSE_SECONDS = 0.03
_HELD_SECONDS = 5


class Thief:
    """Works on a thread of its own until told to stop. Poison queues are left alone: they are
    where a message is safe already."""

    def __init__(self, queues: QueueServiceClient, seed: int) -> None:
        self.done = Counter[str]()
        self._queues, self._random = queues, Random(seed)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="thief", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(timeout=30)

    def _work(self) -> None:
        while not self._stopping.wait(_PAUSE_SECONDS):
            with suppress(AzureError):
                names = sorted(queue_names(self._queues))
                self._touch(self._random.choice([n for n in names if not n.endswith("-poison")]))

    def _touch(self, name: str) -> None:
        """The text of messages is taken and put back as it is, in base64 or not."""
        queue = self._queues.get_queue_client(name)
        act = self._random.choice(("lose", "double", "hold", "leave"))
        if act == "double":
            for seen in queue.peek_messages(max_messages=1):
                queue.send_message(seen.content)
                self.done["doubled"] += 1
        if act not in ("lose", "hold"):
            return
        message = queue.receive_message(visibility_timeout=_HELD_SECONDS)
        if message is not None:
            if act == "lose":
                queue.delete_message(message)
            self.done["lost" if act == "lose" else "held"] += 1


def queue_names(queues: QueueServiceClient) -> list[str]:
    """Every queue of the account: the app's, and the host's own for blob events."""
    return [str(queue.name) for queue in queues.list_queues()]
