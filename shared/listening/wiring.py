"""Listening copies, wired."""

from __future__ import annotations

from shared.listening.choose import ChooseListening
from shared.listening.make import HaveListening, MakeListening
from shared.listening.open import OpenListening
from shared.listening.shelf import AskForListening, Place, Places, Shelf
from shared.pipeline.compare import CompareVersions
from shared.pipeline.prepare.source import OpenAudio
from shared.pipeline.together import AskTogether
from shared.ports.ground import Ground, Ports
from shared.ports.listening import ListeningPorts
from shared.reading.audio import FindAudible


class ListeningDesk:
    """`open` answers people, `have` is the step behind it."""

    def __init__(self, ground: Ground, find: FindAudible) -> None:
        ports, store, clock = ground.ports, ground.store, ground.ports.clock
        places = _places(ports)
        choose = ChooseListening(
            store=store, outputs=ports.outputs, transcripts_container=ports.transcripts
        )
        self.open = OpenListening(
            find=find,
            choose=choose,
            ask=AskForListening(places=places, queue=ports.queue, clock=clock),
            links=ports.output_links,
        )
        self.have = HaveListening(
            store=store,
            places=places,
            choose=choose,
            open_audio=_open_audio(ground),
            make=MakeListening(converter=ports.converter, clock=clock),
            queue=ports.queue,
            policy=ports.policy,
            clock=clock,
        )


def _places(ports: Ports) -> Places:
    return Places(
        _place(ports.listening, ports.policy.listening_days),
        _place(ports.redacted_audio, ports.policy.redacted_audio_days or None),
    )


def _place(ports: ListeningPorts, days: int | None) -> Place:
    return Place(ports.copies, Shelf(notes=ports.notes), days)


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
