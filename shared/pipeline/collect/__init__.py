"""A transcription is over: its results are handed on in slices."""
