"""Calls to addresses that customers name: checked on the machine that is really dialled."""
