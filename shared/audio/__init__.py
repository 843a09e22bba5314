"""Tells what an audio blob holds from its first 64 KiB and, where the container needs it, a few
more ranges; refuses what no provider could transcribe."""

from shared.audio.probe import HEAD_BYTES, probe

__all__ = ["HEAD_BYTES", "probe"]
