"""The page where people drop audio, watch, listen and read: its files, and how they are served."""
