"""What the pipeline and its floor have in common."""

THREADS = 16
HEAD_BYTES = 65_536  # as much of a file as is read first
ROW_BYTES = 1_500  # of a recording's row, in one column instead of twenty
TRANSCRIPT_BYTES = 12_000  # as the scripted recogniser's results come out
VTT_BYTES = 500
