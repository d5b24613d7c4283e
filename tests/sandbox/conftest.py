"""Running stand-ins, plain HTTP clients for them, and a place that receives webhooks and events."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import requests

from connectors.sandbox.control import Sandbox, running_sandbox
from connectors.sandbox.control_store import StoreControl
from tests.sandbox.stock_caller import DEFAULTS, SECRET, StockCaller

PAYLOADS = Path(__file__).parents[1] / "payloads"


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with running_sandbox(items=10, special=["bundle"], limiter=False) as running:
        yield running


class MoyskladApi:
    """MoySklad as a plain HTTP client meets it."""

    def __init__(self, box: Sandbox) -> None:
        self.box = box
        self.url = box.moysklad.url
        self.session = requests.Session()
        self.session.headers.update(
            {"Authorization": f"Bearer {box.moysklad.token}", "Accept": "application/json;charset=utf-8"}
        )

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        return self.session.request(method, self.url + path, json=body, timeout=20, **more)

    def get(self, path: str, **params: Any) -> Any:
        answer = self.call("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any, **more: Any) -> Any:
        answer = self.call("POST", path, body, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def put(self, path: str, body: Any, **more: Any) -> Any:
        answer = self.call("PUT", path, body, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, list[int]]:
        """Status and codes of a call that has to fail."""
        answer = self.call(method, path, body, **more)
        assert answer.status_code >= 400, answer.text
        return answer.status_code, [error["code"] for error in answer.json()["errors"]]

    def href(self, kind: str, id_: str) -> str:
        return f"{self.url}/entity/{kind}/{id_}"

    def ref(self, kind: str, id_: str) -> dict[str, Any]:
        return {"meta": {"href": self.href(kind, id_), "type": kind, "mediaType": "application/json"}}

    def organization(self) -> dict[str, Any]:
        return self.ref("organization", self.box.moysklad.organization)

    def store(self, name: str = "Основной склад") -> dict[str, Any]:
        return self.ref("store", self.box.moysklad.stores[name])

    def agent(self, **fields: Any) -> dict[str, Any]:
        return {"meta": self.post("/entity/counterparty", {"name": "Покупатель", **fields})["meta"]}

    def line(self, article: str, quantity: float = 1, **more: Any) -> dict[str, Any]:
        item = self.box.moysklad.item(article)
        return {"quantity": quantity, "price": 10000.0, "assortment": {"meta": item["meta"]}, **more}

    def order(self, *lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """The body of an order; `agent` is made when not given."""
        fields.setdefault("agent", self.agent())
        return {"organization": self.organization(), "positions": list(lines), **fields}

    def state(self, name: str) -> dict[str, Any]:
        href = f"{self.url}/entity/customerorder/metadata/states/{self.box.moysklad.states[name]}"
        return {"meta": {"href": href, "type": "state", "mediaType": "application/json"}}


@pytest.fixture(scope="module")
def api(box: Sandbox) -> Iterator[MoyskladApi]:
    client = MoyskladApi(box)
    yield client
    client.session.close()


class ShopApi:
    """The shop as a plain HTTP client with OAuth 1.0a meets it; signed as RFC 5849, section 3.4, says."""

    def __init__(self, box: Sandbox) -> None:
        self.box = box
        self.base = box.store.url + "/wp-json/wc/v3"
        self.key, self.secret = box.store.consumer_key, box.store.consumer_secret
        self.session = requests.Session()

    def signed(self, method: str, path: str, params: dict[str, Any], **oauth: str) -> str:
        parameters = {key: str(value) for key, value in params.items()}
        parameters |= {
            "oauth_consumer_key": self.key,
            "oauth_nonce": uuid.uuid4().hex,
            "oauth_signature_method": "HMAC-SHA256",
            "oauth_timestamp": str(int(time.time())),
        } | oauth

        def escape(text: str) -> str:
            return quote(text, safe="-._~")

        pairs = sorted((escape(key), escape(value)) for key, value in parameters.items())
        normal = "&".join(f"{key}={value}" for key, value in pairs)
        text = "&".join([method, escape(self.base + path), escape(normal)])
        digest = hmac.new(f"{self.secret}&".encode(), text.encode(), hashlib.sha256).digest()
        parameters["oauth_signature"] = base64.b64encode(digest).decode()
        return f"{self.base}{path}?{urlencode(parameters)}"

    def call(self, method: str, path: str, body: Any = None, **params: Any) -> requests.Response:
        return self.session.request(method, self.signed(method, path, params), json=body, timeout=20)

    def get(self, path: str, **params: Any) -> Any:
        answer = self.call("GET", path, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def shop_api(box: Sandbox) -> Iterator[ShopApi]:
    client = ShopApi(box)
    yield client
    client.session.close()


@dataclass
class Arrived:
    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """Takes POSTs. `answers` (a status, or status and body) are used up one by one, then it is 204."""

    url: str = ""
    arrived: list[Arrived] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)
    pause: float = 0.0

    def wait(self, count: int, timeout: float = 10.0) -> list[Arrived]:
        deadline = time.monotonic() + timeout
        while len(self.arrived) < count and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.arrived

    def clear(self) -> None:
        self.arrived.clear()
        self.answers.clear()
        self.pause = 0.0


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    state = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {key.lower(): value for key, value in self.headers.items()}
            state.arrived.append(Arrived(self.path, headers, body, time.monotonic()))
            answer = state.answers.pop(0) if state.answers else 204
            status, content = answer if isinstance(answer, tuple) else (answer, b"")
            time.sleep(state.pause)
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except ConnectionError:
                return  # the sender did not wait; that is what some tests are about

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def payload() -> Callable[[str], Any]:
    """A recorded or sample body by its path under tests/payloads, without the suffix."""

    def read(name: str) -> Any:
        return json.loads((PAYLOADS / f"{name}.json").read_text())

    return read


@pytest.fixture
def stock_site(box: Sandbox) -> Iterator[StoreControl]:
    """The shop paired with a bridge that does not listen; every switch of its stock as it was afterwards."""
    box.store.event_knobs(drop=True)
    box.store.pair("http://127.0.0.1:9/events", SECRET)
    yield box.store
    box.store.faults.clear()
    box.store.sell_no_more()
    box.store.accept_products()
    box.store.configure(**DEFAULTS)
    box.store.pair("", "")
    box.store.event_knobs(drop=False)


@pytest.fixture
def stock_caller(stock_site: StoreControl) -> Iterator[StockCaller]:
    caller = StockCaller(stock_site)
    yield caller
    caller.session.close()


@pytest.fixture
def new(shop_api: ShopApi) -> Iterator[Callable[..., Any]]:
    """A product made by POST, as the answer shows it."""
    count = iter(range(1000))
    made: list[int] = []

    def make(**fields: Any) -> Any:
        answer = shop_api.call("POST", "/products", {"name": f"Новый {next(count)}"} | fields)
        assert answer.status_code == 201, answer.text
        made.append(answer.json()["id"])
        assert answer.headers["Location"].endswith(f"/products/{made[-1]}")
        return answer.json()

    yield make
    shop_api.call("POST", "/products/batch", {"delete": made})
