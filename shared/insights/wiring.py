"""Insights and translations, wired."""

from __future__ import annotations

from shared.insights.again import AskAgain
from shared.insights.analyse import analysts_of
from shared.insights.make import MakeInsights
from shared.insights.shelf import InsightsShelf
from shared.insights.translate import TranslateTranscript
from shared.insights.translations import TranslationShelf
from shared.log import event
from shared.messages import Translate, Understand
from shared.pipeline.now_or_later import Step
from shared.ports.ground import Ground


def make_insights(ground: Ground) -> Step[Understand]:
    """The rows are those that tell nobody of what is saved."""
    ports = ground.ports
    if ground.prompter is None and not ground.analysts:
        return _nobody
    return MakeInsights(
        shelf=InsightsShelf(store=ports.store, outputs=ports.outputs),
        prompter=ground.prompter,
        analysts=analysts_of(ground.analysts, ports.gather_seconds),
        known=ports.insights,
        prices=ports.prices,
        queue=ports.queue,
        policy=ports.policy,
        clock=ports.clock,
    )


def translate(ground: Ground) -> Step[Translate]:
    """As insights are made."""
    ports = ground.ports
    if ground.prompter is None:
        return _nobody
    insights = InsightsShelf(store=ports.store, outputs=ports.outputs)
    return TranslateTranscript(
        shelf=TranslationShelf(insights=insights, store=ports.store, outputs=ports.outputs),
        prompter=ground.prompter,
        prices=ports.prices,
        queue=ports.queue,
        policy=ports.policy,
        clock=ports.clock,
    )


def ask_again(ground: Ground) -> AskAgain:
    """Those whose message was lost."""
    ports = ground.ports
    return AskAgain(
        store=ports.store,
        queue=ports.queue,
        diaries=ports.diaries,
        policy=ports.policy,
        clock=ports.clock,
        profiles=ports.profiles,
        is_answered=bool(ground.prompter or ground.analysts),
    )


def _nobody(message: Understand | Translate) -> None:
    """The settings named somebody when it was asked for, and do so no more."""
    event("insights.nobody_asked", batch=message.batch_id, recording=message.recording_id, level=30)
