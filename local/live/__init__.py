"""The real services, for whoever has a key: do they keep what the adapters rely on, and is what the
emulators guess right?

Never by accident: what it may cost is told first and has a ceiling, it wants a yes, and it does not
run in a pipeline. No key, no link and no word of a transcript is in what it writes.
"""
