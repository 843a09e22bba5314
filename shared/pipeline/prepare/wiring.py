"""Making recordings ready, wired."""

from __future__ import annotations

from shared.pipeline.compare import CompareVersions
from shared.pipeline.fail.wiring import Failing
from shared.pipeline.permits import Permits
from shared.pipeline.plan.pending import PendingPlans
from shared.pipeline.prepare.prepare import (
    AT_ONCE,
    ListenToChannels,
    MakeCopy,
    PrepareRecording,
    SeekSpeech,
    SettlePrepared,
)
from shared.pipeline.prepare.source import OpenAudio
from shared.ports.ground import Ground


def prepare_recording(
    ground: Ground, failing: Failing, compare: CompareVersions
) -> PrepareRecording:
    ports = ground.ports
    return PrepareRecording(
        **ground.common,
        open_audio=OpenAudio(
            store=ground.store,
            audio=ports.audio,
            web=ports.web,
            requests=ports.requests,
            compare=compare,
        ),
        seek_speech=SeekSpeech(converter=ports.converter),
        listen=ListenToChannels(converter=ports.converter, capabilities=ports.capabilities),
        make_copy=MakeCopy(
            copies=ports.copies,
            converter=ports.converter,
            capabilities=ports.capabilities,
            clock=ports.clock,
        ),
        permits=Permits(AT_ONCE),
        settle=SettlePrepared(
            **ground.common,
            fail=failing.fail,
            save_settled=failing.save_settled,
            pending=PendingPlans(),
        ),
    )
