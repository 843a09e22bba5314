"""`python -m tests.fuzz [SECONDS] [START]`: fuzz for so long, print what was found; 1 for harm."""

from __future__ import annotations

import sys

from tests.fuzz.run import MOST_DIFFERING, run


def main() -> int:
    """Harm, or too many files about which FFmpeg says another thing, is a failure."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 600
    tally = run(seconds, int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    for complaint in tally.complaints:
        kind = complaint.explained or ("HARM" if complaint.is_harm else "differs")
        print(kind, complaint.case, complaint.text)
    print(dict(tally.cases), "explained", dict(tally.explained))
    print(f"harm {len(tally.harm)}, differing {tally.differing:.2%}")
    return int(bool(tally.harm) or tally.differing > MOST_DIFFERING)


sys.exit(main())
