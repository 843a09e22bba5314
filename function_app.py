"""The functions app: every trigger in `functions/`, registered with the host."""

import azure.functions as func

from functions import api, audio, manifests, page, queues, timers, unknown_path, webhooks

app = func.FunctionApp()
for module in (audio, manifests, queues, timers, webhooks, page, api, unknown_path):
    app.register_functions(module.bp)
