"""Calls from providers. The route is open to everybody; the signature lets in."""

import azure.functions as func

from shared.bootstrap import application
from shared.errors import DropscribeError

MOST_BODY_BYTES = 65_536  # a call names a transcription, and says no more
bp = func.Blueprint()


@bp.function_name("provider_webhook")
@bp.route(
    "api/webhooks/{provider}/{endpoint}", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS
)
def provider_webhook(req: func.HttpRequest) -> func.HttpResponse:
    """An answer of 5xx makes the provider call again; one of 4xx tells it that it need not."""
    route = req.route_params
    if len(req.get_body()) > MOST_BODY_BYTES:
        return func.HttpResponse(status_code=413)
    try:
        answer = application().hear(
            route["provider"], route["endpoint"], req.headers, req.params, req.get_body()
        )
    except DropscribeError as error:
        return func.HttpResponse(status_code=503 if error.transient else _status(error))
    return func.HttpResponse(answer, mimetype="text/plain")


def _status(error: DropscribeError) -> int:
    return 401 if error.status == 502 else error.status
