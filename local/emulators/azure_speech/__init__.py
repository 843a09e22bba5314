"""An emulator of the Azure Speech batch transcription REST API, with a real recogniser.

It speaks v3.2, 2024-11-15 and 2025-10-15, and shares no code with the app that calls it. See
README.md in this folder for how to start it, what it can be told to do wrong, and where it
knowingly differs from the service.
"""
