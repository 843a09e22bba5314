"""The life of a recording, a folder for each step of it."""
