"""`python -m tests.recording` writes docs/pictures/command-line.svg."""

from __future__ import annotations

import sys

from tests.recording.session import FILE, record

if __name__ == "__main__":
    FILE.write_text(record(), encoding="utf-8")
    sys.stdout.write(f"{FILE}\n")
