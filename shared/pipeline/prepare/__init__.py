"""Audio is made ready for its provider while its recording waits."""
