"""Which release this is: the one place that says so. Health, the description of the API, the
connector and every line of the log tell it; `pyproject.toml` reads it here."""

VERSION = "0.1.0"
"""By Semantic Versioning; CHANGELOG.md says what is in it."""
