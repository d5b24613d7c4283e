"""The front of the MoySklad stand-in: protocol checks, limits, faults and latency around the routes."""

from __future__ import annotations

import gzip
import re
import time
from urllib.parse import urlsplit

from connectors.sandbox import backdoor
from connectors.sandbox.delivery import Courier
from connectors.sandbox.faults import Fault, Faults
from connectors.sandbox.http import CUT, Request, Response, json_response
from connectors.sandbox.moysklad.access import authenticate, new_token
from connectors.sandbox.moysklad.account import API, Account, Caller, User
from connectors.sandbox.moysklad.commands import Commands
from connectors.sandbox.moysklad.documents import Writer
from connectors.sandbox.moysklad.errors import ApiError
from connectors.sandbox.moysklad.limiter import Limiter, parallel_refusal, rate_refusal
from connectors.sandbox.moysklad.routes import Routes
from connectors.sandbox.moysklad.stats import Stats
from connectors.sandbox.moysklad.stock import Stock
from connectors.sandbox.moysklad.webhooks import Webhooks

ACCEPTED = ("application/json;charset=utf-8", "application/json")
CODE = re.compile(rb'"code":(\d+)')
MAX_BYTES = 20 * 1024 * 1024
HTML = "<html><head><title>{0}</title></head><body><h1>{0}</h1><hr>nginx</body></html>"


class MoyskladApp:
    """One account behind one port. The account's lock is held only while a route runs, never while waiting."""

    def __init__(self, origin: str, seed: int = 1) -> None:
        self.account = Account(origin, seed)
        self.faults = Faults()
        self.stats = Stats()
        self.limiter = Limiter(self.account.options)
        self.courier = Courier()
        self.stock = Stock(self.account)
        self.webhooks = Webhooks(self.account, self.stock, self.courier)
        self.writer = Writer(self.account, self.stock, self.stats.made)
        self.routes = Routes(self.account, self.writer, self.stock)
        self.commands = Commands(self).table()
        self.webhooks.watch_stock()

    def handle(self, request: Request) -> Response:
        if request.path.startswith(backdoor.PREFIX):
            return backdoor.answer(request, self.commands)
        if not request.path.startswith(API + "/"):
            return Response(404, HTML.format("404 Not Found").encode(), [("Content-Type", "text/html")])
        started = time.time()
        self.stats.begin()
        path = request.path.removeprefix(API).rstrip("/")
        response = Response(500)
        try:
            response = self._answer(request, path)
        finally:
            found = CODE.search(response.body) if response.status >= 400 else None
            status, code = (0 if response.cut else response.status), int(found[1]) if found else 0
            self.stats.end(request.method, path, request.raw_query, status, code, started)
        return self._packed(response)

    def _answer(self, request: Request, path: str) -> Response:
        try:
            refusal = self._protocol(request)
            if refusal:
                return refusal
            if path == "/security/token" and request.method == "POST":
                with self.account.lock:
                    return new_token(self.account, request)
            with self.account.lock:
                user = authenticate(self.account, request)
        except ApiError as problem:
            return problem.response()
        if self.account.options.ban and self.stats.deserves_ban():
            return ApiError(1061).response()
        headers, refusal = self.limiter.enter(user.login, path)
        if refusal:
            return refusal
        try:
            response = self._limited(request, path, user)
        finally:
            self.limiter.leave(user.login)
        return Response(response.status, response.body, response.headers + headers, response.cut)

    def _protocol(self, request: Request) -> Response | None:
        """415 without gzip, 1062 for another Accept, 1037 for a body that is not called JSON, 1044 over 20 MB."""
        if "gzip" not in request.header("accept-encoding").lower():
            return Response(415)
        accept = request.header("accept").lower().replace(" ", "")
        if self.account.options.strict_accept and accept not in ACCEPTED:
            raise ApiError(1062)
        content_type = request.header("content-type").lower().split(";")[0].strip()
        if request.body and content_type != "application/json":
            raise ApiError(1037)
        if len(request.body) > MAX_BYTES:
            raise ApiError(1044)
        return None

    def _limited(self, request: Request, path: str, user: User) -> Response:
        plan = self.faults.plan(request.method, path)
        pause = self.account.options.latency_ms / 2000
        time.sleep(pause + plan.wait)
        if plan.fault and plan.fault.is_late:
            self.faults.later(plan.fault, lambda: self._carried_out(request, path, user))
        if plan.fault and not plan.fault.happens_after:
            return fault_response(plan.fault)
        response = self._carried_out(request, path, user)
        time.sleep(pause)
        return fault_response(plan.fault) if plan.fault else response

    def _carried_out(self, request: Request, path: str, user: User) -> Response:
        with self.account.lock:
            try:
                caller = caller_of(request, user)
                response = self.routes.answer(request, path, caller)
            except ApiError as problem:
                return problem.response()
            self.webhooks.enqueue(caller)
            return response

    def _packed(self, response: Response) -> Response:
        if response.cut or len(response.body) < 128:
            return response
        packed = gzip.compress(response.body, 1)
        return Response(response.status, packed, [*response.headers, ("Content-Encoding", "gzip")])


def caller_of(request: Request, user: User) -> Caller:
    """What the headers say about the caller; 3030 for an echo prefix without scheme and host."""
    prefixes = tuple(request.all_headers("x-lognex-webhook-disablebyprefix"))
    for prefix in prefixes:
        parts = urlsplit(prefix)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ApiError(3030, "X-Lognex-WebHook-DisableByPrefix")
    return Caller(
        uid=user.login,
        precise=request.header("x-lognex-precision").lower() == "true",
        disabled_prefixes=prefixes,
        all_disabled=bool(request.header("x-lognex-webhook-disable")),
    )


def fault_response(fault: Fault) -> Response:
    """The broken answer a fault stands for."""
    if fault.kind in ("cut_before", "cut_after"):
        return CUT
    if fault.kind == "error":
        return ApiError(fault.code).response()
    if fault.kind == "html":
        return Response(fault.status, HTML.format(fault.status).encode(), [("Content-Type", "text/html")])
    if fault.status == 429:
        limits = [("X-RateLimit-Limit", "45"), ("X-RateLimit-Remaining", "0")]
        limits += [("X-Lognex-Retry-TimeInterval", "3000"), ("X-Lognex-Reset", str(fault.ms or 500))]
        return parallel_refusal() if fault.flavour == "parallel" else rate_refusal(limits, fault.ms or 500)
    return json_response({"errors": [{"error": "Ошибка сервиса"}]}, fault.status)
