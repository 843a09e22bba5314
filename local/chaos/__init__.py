"""The real stack, killed again and again, then audited.

provider.py   what a run has to know of a provider; providers/ says it of each
plan.py       what is dropped and what goes wrong, by a seed
stage.py      Azurite, the emulator and two functions hosts, which can be killed
thief.py      messages that are lost, doubled and held back
run.py        the performance: drops and misfortunes, then peace until all has settled
evidence.py   what lies in tables, blobs, queues and logs afterwards
audit.py      what must hold of it
screen.py     the ledger as a table
"""
