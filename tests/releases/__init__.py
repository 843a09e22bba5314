"""What earlier releases left in tables and queues, and how it is captured.

Before a release, whose name the file gets:

    python -m tests.releases.capture > tests/releases/0.1.0.json
"""
