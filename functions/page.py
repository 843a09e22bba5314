"""The page. Its files are open to everybody: they hold no data."""

import azure.functions as func

from shared.bootstrap import application
from shared.errors import DropscribeError
from shared.web.pack import pack
from shared.web.serve import page_file

bp = func.Blueprint()


@bp.function_name("page_file")
@bp.route("app/{*path}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def file(req: func.HttpRequest) -> func.HttpResponse:
    """The shell for every screen, and what the shell names."""
    path = req.route_params.get("path") or ""
    response = page_file(pack(), path, req.headers, _storage())
    headers = dict(response.headers)
    if response.media_type is not None:
        headers["Content-Type"] = response.media_type
    return func.HttpResponse(response.body, status_code=response.status, headers=headers)


def _storage() -> str:
    """Where the settings are wrong there is none, and the page says what health tells."""
    try:
        return application().storage_origin
    except DropscribeError:
        return ""
