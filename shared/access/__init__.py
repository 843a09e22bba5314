"""Knowing who calls: keys are made, found and revoked, and what is called is written down."""
