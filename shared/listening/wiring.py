"""Listening copies, wired."""

from __future__ import annotations

from shared.listening.choose import ChooseListening
from shared.listening.make import HaveListening, MakeListening
from shared.listening.open import OpenListening
from shared.listening.shelf import AskForListening, Shelf
from shared.pipeline.compare import CompareVersions
from shared.pipeline.prepare.source import OpenAudio
from shared.pipeline.together import AskTogether
from shared.ports.ground import Ground
from shared.reading.audio import FindAudible


class ListeningDesk:
    """`open` answers people, `have` is the step behind it."""

    def __init__(self, ground: Ground, find: FindAudible) -> None:
        ports, store, clock = ground.ports, ground.store, ground.ports.clock
        shelf = Shelf(notes=ports.listening.notes)
        copies = ports.listening.copies
        choose = ChooseListening(
            store=store, outputs=ports.outputs, transcripts_container=ports.transcripts
        )
        self.open = OpenListening(
            find=find,
            choose=choose,
            ask=AskForListening(shelf=shelf, queue=ports.queue, policy=ports.policy, clock=clock),
            copies=copies,
            links=ports.output_links,
        )
        self.have = HaveListening(
            store=store,
            shelf=shelf,
            choose=choose,
            open_audio=_open_audio(ground),
            make=MakeListening(copies=copies, converter=ports.converter, clock=clock),
            copies=copies,
            queue=ports.queue,
            policy=ports.policy,
            clock=clock,
        )


def _open_audio(ground: Ground) -> OpenAudio:
    ports, store = ground.ports, ground.store
    return OpenAudio(
        store=store,
        audio=ports.audio,
        web=ports.web,
        requests=ports.requests,
        compare=CompareVersions(
            store=store, audio=ports.audio, pool=ports.pool, together=AskTogether()
        ),
    )
