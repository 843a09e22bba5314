"""Captions: from utterances to cues that can be read in their time."""
