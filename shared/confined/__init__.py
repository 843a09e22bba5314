"""Hostile bytes are read in a child process that can do nothing else: FFmpeg behind a wall.

`child/` is what runs there, on nothing but the standard library and PyAV. The rest is the app's
side: one child (`process`), as many as are needed (`pool`), and what is asked of them (`demuxer`).
"""
