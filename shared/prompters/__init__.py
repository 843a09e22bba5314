"""Who answers questions about a transcript: a folder for each kind of service."""
