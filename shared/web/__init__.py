"""The page on which people drop audio, watch, listen and read: its files, and how they are served."""
