"""An embedded Azure Functions host: runs an unchanged Python v2 `function_app.py` without `func`.

It honours what the real host does where an app can tell the difference (routes and keys, queue
visibility, dequeue counts and poison queues, timers, the Event Grid blob pipeline) and departs
from it in a few local knobs, all on the command line: `python -m local.host --help`.
"""
