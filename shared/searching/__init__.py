"""Search over everything that was said: kept piece by piece, looked through by ranges."""
