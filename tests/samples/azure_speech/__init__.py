"""Payloads in the shapes that Azure Speech documents, written for these tests."""

from pathlib import Path


def sample(name: str) -> bytes:
    return (Path(__file__).parent / name).read_bytes()
