"""The HTTP API: a function for each operation, so that each has its own key and its own figures."""

from collections.abc import Callable

import azure.functions as func

from shared.api.caller import Access
from shared.api.http import Request
from shared.api.operation import Operation
from shared.api.operations.all import OPERATIONS
from shared.api.serve import serve
from shared.bootstrap import application
from shared.configuration.settings import read_api_access

bp = func.Blueprint()
ACCESS = Access(**read_api_access()._asdict())


def _register(operation: Operation) -> None:
    is_open = operation.is_open or not ACCESS.host_checks
    level = func.AuthLevel.ANONYMOUS if is_open else func.AuthLevel.FUNCTION
    route = bp.route(f"api/{operation.path}", methods=[operation.method], auth_level=level)
    bp.function_name(f"api_{operation.name}")(route(_trigger(operation)))


def _trigger(operation: Operation) -> Callable[[func.HttpRequest], func.HttpResponse]:
    def run(req: func.HttpRequest) -> func.HttpResponse:
        request = Request(
            method=req.method,
            url=req.url.partition("?")[0],
            path=req.route_params,
            query=req.params,
            headers=req.headers,
            body=req.get_body(),
        )
        response = serve(operation, request, application, ACCESS, OPERATIONS)
        headers = dict(response.headers)
        if response.media_type is not None:
            headers["Content-Type"] = response.media_type
        return func.HttpResponse(response.body, status_code=response.status, headers=headers)

    return run


for each in OPERATIONS:
    _register(each)
