"""Blobs: the audio, the outputs, requests, and links to upload by."""
