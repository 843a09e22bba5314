"""Who may call what, in the sets that operations have in common. The table in docs/security.md is
made of the operations, and a test tries each of them with every role."""

from __future__ import annotations

from shared.model.access.roles import ROLES, Rights

ANYBODY: Rights = dict.fromkeys(ROLES, "all")
"""Whoever is known."""
ASKS: Rights = {"Submit": "all"}
LOOKS: Rights = {"Submit": "own", "Read": "all", "Operate": "all"}
STEERS: Rights = {"Submit": "own", "Operate": "all"}
DELETES: Rights = {"Operate": "all"}
READS: Rights = {"Read": "all"}
REVIEWS: Rights = {"Review": "all"}
LISTENS: Rights = {"Listen": "all"}
SUBSCRIBES: Rights = {"Read": "all", "Operate": "all"}
HEARS: Rights = {"Read": "own", "Operate": "all"}
RUNS: Rights = {"Operate": "deployment"}
RUNS_OR_OWNS: Rights = {"Operate": "deployment", "Own": "deployment"}
HOLDS: Rights = {"Operate": "all", "Own": "all"}
RELEASES: Rights = {"Own": "all"}
OWNS: Rights = {"Own": "deployment"}
