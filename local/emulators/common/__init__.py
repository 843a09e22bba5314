"""What the provider emulators have in common: serving, faults to order, fetching audio."""
