"""The models that are asked for where a profile names none."""

from __future__ import annotations

from typing import NamedTuple


class Usual(NamedTuple):
    """Names of `models` in order of preference, and where and when they were read."""

    models: tuple[str, ...]
    source: str
    read_on: str


USUAL = Usual(
    models=("assemblyai-stt-3-7", "universal-2"),  # the newest, and the languages it lacks
    source="AssemblyAI's page on the life of its models; the newest does not fall back by itself",
    read_on="2026-11-30",
)
