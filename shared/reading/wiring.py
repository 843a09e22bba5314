"""What people can look at and listen to, wired."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from shared.batches.wiring import BatchDesk
from shared.model.money.brakes import Held
from shared.ports.ground import Ground
from shared.reading.audio import FindAudible, OpenAudio
from shared.reading.conversations import SumConversations, TellCalls
from shared.reading.overview import MeasureOverview, TellOverview
from shared.reading.queue import FindDoubts, TellReview
from shared.reading.recent import Recent
from shared.reading.trace import TraceRecording


class ReadingDesk:
    """All of it reads only."""

    def __init__(
        self, ground: Ground, batches: BatchDesk, read_brakes: Callable[[], Sequence[Held]]
    ) -> None:
        ports, store, clock = ground.ports, ground.store, ground.ports.clock
        measure = MeasureOverview(
            store=store, tell_status=batches.status, list_batches=batches.list, clock=clock
        )
        self.overview = TellOverview(measure, clock)
        self.review = TellReview(FindDoubts(store=store), clock)
        self.trace = TraceRecording(store=store, read_brakes=read_brakes)
        self.calls = TellCalls(SumConversations(store=store), clock)
        self.recent = Recent(clock)
        self.find_audible = FindAudible(store=store, audio=ports.audio)
        self.open_audio = OpenAudio(find=self.find_audible, links=ports.output_links, clock=clock)
