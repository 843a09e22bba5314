"""Jobs go to a provider: intent first, then the call, then what came of it."""
