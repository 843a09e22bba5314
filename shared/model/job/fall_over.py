"""Whether a provider is in trouble that another one would not have, and what a recording is like
that goes on there.

Only what was certainly not sent moves: nobody is paid twice for it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import msgspec

from shared.errors import InputError
from shared.model.endpoint.endpoint import THROTTLED, EndpointState
from shared.model.failure import Failure
from shared.model.failure_texts import CHOICE_REFUSED, PROVIDER_GONE, PROVIDER_OUT, UNFUNDED
from shared.model.preparing.recipe import continued
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.fit import asked_before, fit
from shared.model.recording.decision import Decision
from shared.model.recording.recording import Recording


def trouble(
    provider: str,
    endpoints: Collection[str],
    states: Mapping[str, EndpointState],
    patience: timedelta,
    now: datetime,
    *,
    has_tried: bool,
) -> Failure | None:
    """Why nothing can be sent to `provider`, of which these are the endpoints: no money, or out
    or closed to new jobs for longer than `patience`. None: it can be, or soon. `has_tried` is for
    who was turned away already; others find out how an endpoint is whenever a pause of it is
    over."""
    known = [states.get(name, EndpointState(name=name)) for name in endpoints]
    if not known:
        return PROVIDER_GONE.failure(provider=provider)
    if not all(
        state.is_unfunded(now)
        or _is_out(state, patience, now, has_tried)
        or _is_closed(state, patience, now, has_tried)
        for state in known
    ):
        return None
    if any(state.is_unfunded(now) for state in known):
        return UNFUNDED.failure(provider=provider)
    if any(_is_closed(state, patience, now, has_tried) for state in known):
        return CHOICE_REFUSED.failure(provider=provider)
    return PROVIDER_OUT.failure(provider=provider)


def _is_closed(state: EndpointState, patience: timedelta, now: datetime, has_tried: bool) -> bool:
    since_at = state.closed_since_at
    return (
        since_at is not None and now - since_at >= patience and (state.is_closed(now) or has_tried)
    )


def _is_out(state: EndpointState, patience: timedelta, now: datetime, has_tried: bool) -> bool:
    since_at = state.down_since_at
    return (
        since_at is not None
        and now - since_at >= patience
        and (state.is_down(now) or has_tried)
        and state.reason != THROTTLED
    )


def moved_on(
    recording: Recording, why: str, capabilities: Mapping[str, Capabilities], now: datetime
) -> Recording:
    """The recording with the next provider of its order that takes it, its options fitted anew
    from those that were asked for. Where none does, it stays, and tries no other any more."""
    profile, audio = recording.profile, recording.audio
    if not profile.next_providers or audio is None:
        return recording
    first, *rest = profile.next_providers
    asked = msgspec.structs.replace(
        profile,
        provider=first,
        next_providers=tuple(rest),
        options=recording.asked or profile.options,
    )
    try:
        fitted = fit(audio, asked, capabilities, is_substitute=True, heard=recording.heard)
    except InputError as error:
        alone = msgspec.structs.replace(profile, next_providers=())
        note = f"{why} No other provider takes the recording: {error.reason}"
        return msgspec.structs.replace(recording, profile=alone, notes=(*recording.notes, note))
    preparation = continued(fitted.preparation, recording.preparation)
    note = f"{why} {fitted.profile.provider} did it in place of {profile.provider}."
    decision = Decision(at=now, what="moved_on", why=note)
    return msgspec.structs.replace(
        recording,
        profile=fitted.profile,
        asked=asked_before(asked, fitted),
        preparation=preparation,
        copy=recording.copy if preparation is not None and not preparation.is_due else None,
        notes=(note, *fitted.certain_notes),
        decisions=(*recording.decisions, decision),
    )
