"""Clients that other people's generators make of the API's descriptions."""
