"""An emulator of AssemblyAI's API for pre-recorded audio, with a real recogniser behind it.

It shares no code with the app: what it knows of the service it has from the service's own
description (specification of March 2026) and documentation.
"""
