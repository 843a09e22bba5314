"""What watches over the steps, wired."""

from __future__ import annotations

from collections.abc import Callable

from shared.model.endpoint.endpoint import of_analyst, of_finder, of_prompter
from shared.pipeline.fail.wiring import Failing
from shared.pipeline.register.wiring import give_up_on_blob
from shared.pipeline.submit.dissolve import PutBack
from shared.pipeline.watch.brakes import ChangeBrake, ReadBrakes
from shared.pipeline.watch.claims import SweepClaims
from shared.pipeline.watch.copies import Ageing, AgeOutCopies
from shared.pipeline.watch.dead_letters import TakeDeadLetters
from shared.pipeline.watch.health import HealthCheck, MeasureHealth
from shared.pipeline.watch.leftovers import EmptyQueues
from shared.pipeline.watch.missed import Find, FindUnregistered, Reconcile
from shared.pipeline.watch.orphans import RemoveOrphans
from shared.pipeline.watch.poison import (
    Drain,
    DrainBlobEvent,
    PlanOrFail,
    ReadAnotherRound,
    RegisterOrFail,
    Take,
)
from shared.pipeline.watch.profiles import KeepProfiles, ProfilesDesk
from shared.pipeline.watch.renamed import FindRenamed
from shared.pipeline.watch.sweep import SweepBatches
from shared.pipeline.watch.timers import LookAtTimers, NoteRun
from shared.ports.ground import Ground, Ports


class Watching:
    """`sweeps` are the parts of the sweep by name, in their order. `take` registers what came into
    a container that we watch; `plan` plans a batch."""

    def __init__(
        self,
        ground: Ground,
        failing: Failing,
        *,
        take: Take,
        plan: Callable[[str], None],
        put_back: PutBack,
        find_manifests: Find,
    ) -> None:
        ports = ground.ports
        register = RegisterOrFail(take=take, give_up=give_up_on_blob(ground))
        self.drain_blob_event = DrainBlobEvent(register=register)
        self.drain = _drain(ground, failing, register, plan)
        self.read_brakes = ReadBrakes(
            brakes=ground.brakes, ceilings=ports.ceilings, stopped=ports.stopped, clock=ports.clock
        )
        self.change_brake = ChangeBrake(
            brakes=ground.brakes,
            profiles=[profile.name for profile in ports.profiles],
            endpoints=list(ports.providers),
            clock=ports.clock,
        )
        self.health = HealthCheck(_measure_health(ground, self.read_brakes), ports.clock)
        self.profiles = ProfilesDesk(requests=ports.requests, file=ports.profiles_file)
        self.note_run = NoteRun(diaries=ports.diaries, clock=ports.clock)
        self.sweeps: dict[str, Callable[[], None]] = {
            "queues": EmptyQueues(
                leftovers=ports.leftovers,
                queue=ports.queue,
                drain=self.drain,
                drain_blob_event=self.drain_blob_event,
                clock=ports.clock,
            ),
            "batches": SweepBatches(
                **ground.common,
                line=ports.line,
                put_back=put_back,
                end_part=failing.end_part,
                diaries=ports.diaries,
            ),
            **_comparisons(ground, find_manifests),
            **_tidying(ground),
        }


def _drain(
    ground: Ground, failing: Failing, register: RegisterOrFail, plan: Callable[[str], None]
) -> Drain:
    return Drain(
        store=ground.store,
        register=register,
        plan=PlanOrFail(
            **ground.common, plan=plan, fail=failing.fail, save_settled=failing.save_settled
        ),
        count_fault=failing.count_fault,
        read_another_round=ReadAnotherRound(
            **ground.common, settle=failing.settle, save_settled=failing.save_settled
        ),
        queue=ground.ports.queue,
    )


def _measure_health(ground: Ground, read_brakes: ReadBrakes) -> MeasureHealth:
    ports = ground.ports
    return MeasureHealth(
        **ground.common,
        book=ground.book,
        endpoints=_whose(ground),
        read_brakes=read_brakes,
        profiles_file=ports.profiles_file,
        look_at_timers=LookAtTimers(
            diaries=ports.diaries, schedules=ports.schedules, clock=ports.clock
        ),
        warnings=ports.warnings,
    )


def _comparisons(ground: Ground, find_manifests: Find) -> dict[str, Callable[[], None]]:
    """What came in, against what is known."""
    ports = ground.ports
    find_audio = FindUnregistered(**ground.common, container=ports.intake, profiles=ports.profiles)
    return {
        "intake": _reconcile(ground, ports.intake, find_audio),
        "renamed": _renamed(ground, find_audio),
        "manifests": _reconcile(ground, ports.manifests, find_manifests),
        "dead letters": _dead_letters(ground),
    }


def _tidying(ground: Ground) -> dict[str, Callable[[], None]]:
    """What nobody needs any more, and the profiles of the release, kept."""
    ports = ground.ports
    return {
        "orphans": _orphans(ground),
        "contents": _claims(ground),
        "copies": AgeOutCopies(
            removals=_ageing(ports),
            diaries=ports.diaries,
            clock=ports.clock,
        ),
        "profiles": KeepProfiles(requests=ports.requests, text=ports.profiles_file.text),
    }


def _ageing(ports: Ports) -> tuple[Ageing, ...]:
    """Without redacted sound where it is kept as outputs are."""
    policy = ports.policy
    redacted = Ageing(ports.redacted_audio.copies.remove_older, policy.redacted_audio_days)
    return (
        Ageing(ports.copies.remove_older, policy.prepared_days),
        Ageing(ports.listening.copies.remove_older, policy.listening_days),
        *((redacted,) if policy.redacted_audio_days else ()),
        Ageing(ports.unredacted.remove_older, policy.unredacted_days),
    )


def _reconcile(ground: Ground, container: str, find: Find) -> Reconcile:
    ports = ground.ports
    return Reconcile(
        **ground.common,
        container=container,
        find=find,
        audio=ports.audio,
        outputs=ports.outputs,
        errors_container=ports.errors,
        diaries=ports.diaries,
    )


def _renamed(ground: Ground, find: Find) -> FindRenamed:
    ports = ground.ports
    return FindRenamed(
        **ground.common,
        container=ports.intake,
        find=find,
        audio=ports.audio,
        requests=ports.requests,
        diaries=ports.diaries,
    )


def _dead_letters(ground: Ground) -> TakeDeadLetters:
    ports = ground.ports
    return TakeDeadLetters(
        **ground.common,
        container=ports.dead_letters,
        intake=(ports.intake, ports.manifests),
        audio=ports.audio,
        diaries=ports.diaries,
    )


def _orphans(ground: Ground) -> RemoveOrphans:
    ports = ground.ports
    return RemoveOrphans(
        **ground.common,
        diaries=ports.diaries,
        endpoints=ground.endpoints,
        capabilities=ports.capabilities,
        deployment=ports.deployment,
    )


def _claims(ground: Ground) -> SweepClaims:
    ports = ground.ports
    return SweepClaims(
        **ground.common, contents=ports.contents, diaries=ports.diaries, pool=ports.pool
    )


def _whose(ground: Ground) -> dict[str, str]:
    """Whose each endpoint is, those of finder, analysts and prompter among them."""
    found = {name: provider.name for name, provider in ground.endpoints.items()}
    if ground.finder is not None:
        found[of_finder(ground.finder.name)] = ground.finder.name
    if ground.prompter is not None:
        found[of_prompter(ground.prompter.name)] = ground.prompter.name
    for insight, finder in ground.analysts.items():
        found[of_analyst(finder.name, insight)] = finder.name
    return found
