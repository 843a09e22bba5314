"""Whatever is asked for below `/api` and is not there. The host tries routes in the order of the
names of their functions, so the name of this one has to come last."""

import azure.functions as func

from shared.api.operations.all import OPERATIONS
from shared.api.serve import nothing_there

bp = func.Blueprint()
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@bp.function_name("unknown_path")
@bp.route("api/{*path}", methods=METHODS, auth_level=func.AuthLevel.ANONYMOUS)
def unknown_path(req: func.HttpRequest) -> func.HttpResponse:
    """Nothing is read or done for it."""
    response = nothing_there(req.method, req.route_params.get("path") or "", OPERATIONS)
    headers = {**response.headers, "Content-Type": str(response.media_type)}
    return func.HttpResponse(response.body, status_code=response.status, headers=headers)
