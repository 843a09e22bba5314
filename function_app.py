"""The functions app: every trigger in `functions/`, registered with the host."""

import azure.functions as func

from functions import api, audio, events, manifests, poison, queues, timers, webhooks

app = func.FunctionApp()
for module in (audio, manifests, queues, events, poison, timers, webhooks, api):
    app.register_functions(module.bp)
