"""Telling others what happened: notices, receivers, deliveries."""
