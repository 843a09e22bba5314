"""The picture of the command line in the README: `python -m tests.recording` makes it anew, of a
real run on the local stack."""
