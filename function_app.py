"""The functions app: every trigger in `functions/`, registered with the host."""

import azure.functions as func

from functions import audio, events, manifests, poison, queues, timers, webhooks

app = func.FunctionApp()
for module in (audio, manifests, queues, events, poison, timers, webhooks):
    app.register_functions(module.bp)
