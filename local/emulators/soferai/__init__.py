"""An emulator of the Sofer.ai transcription API, with a real recogniser.

It shares no code with the app that calls it. See README.md in this folder for how to start it,
what it can be told to do wrong, and what the service leaves open and was decided here.
"""
