"""The way to one WooCommerce site, and the only file that touches the `woocommerce` package.

The package knows the addresses and the signing; its transport is replaced: it opens a connection per call,
follows redirects (turning POST into GET) and sends the parameters twice. Over TLS the keys go as Basic, over
plain http requests are signed by OAuth 1.0a, as the REST API's page "Authentication" asks.
"""

from __future__ import annotations

import json
import secrets
import time
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlencode

from woocommerce import API
from woocommerce.oauth import OAuth

from connectors.errors import TransientError, WrongHost
from connectors.transport.call import Answer, Timeouts, perform
from connectors.transport.hosts import normal_address
from connectors.transport.record import Observer, recorded
from connectors.transport.session import pooled_session
from connectors.woocommerce.customers import Customers
from connectors.woocommerce.errors import error_from, unreadable
from connectors.woocommerce.orders import Orders
from connectors.woocommerce.paging import MAX_PER_PAGE
from connectors.woocommerce.plugin import Plugin
from connectors.woocommerce.products import Products
from connectors.woocommerce.refunds import Refunds
from connectors.woocommerce.site import Site

USER_AGENT = "sklad-bridge/1.0"

Param = str | int | bool | list[int] | list[str] | None


class WooCommerce:
    """One site. `url` is its home address (a path is fine), without `/wp-json`."""

    def __init__(
        self,
        url: str,
        consumer_key: str,
        consumer_secret: str,
        *,
        allow_private: bool = False,
        connect_timeout: float = 5.0,
        read_timeout: float = 60.0,
        observer: Observer | None = None,
        about: Callable[[], str] | None = None,
    ) -> None:
        """`about` says which order a call is for ('' where it is for none): the site's own logs can name it too."""
        self.url = normal_address(url)
        self._api = _PooledAPI(
            self.url,
            consumer_key,
            consumer_secret,
            allow_private=allow_private,
            timeouts=Timeouts(connect_timeout, read_timeout),
            observer=observer,
            about=about,
        )
        self.orders = Orders(self)
        self.refunds = Refunds(self)
        self.products = Products(self)
        self.customers = Customers(self)
        self.site = Site(self)
        self.plugin = Plugin(self)

    @property
    def server_time(self) -> datetime | None:
        """When the last answer was made, by the site's own clock (header Date); None before the first."""
        return self._api.server_time

    def get(self, path: str, **params: Param) -> Any:
        """The decoded body. Booleans become true/false, lists comma lists, None is left out."""
        return self._decoded(self._api.get(_endpoint(path), params=_plain(params)), "GET")

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._decoded(self._api.post(_endpoint(path), body), "POST")

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._decoded(self._api.put(_endpoint(path), body), "PUT")

    def delete(self, path: str, **params: Param) -> Any:
        """DELETE; without `force=True` an order goes to the trash."""
        return self._decoded(self._api.delete(_endpoint(path), params=_plain(params)), "DELETE")

    def post_signed(self, route: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """POST to a route of a plugin that checks a signature of its own; an answer of any status."""
        return self._api.send("POST", f"{self.url}/wp-json/{route}", headers, body)

    def rows(self, path: str, *, per_page: int = MAX_PER_PAGE, **params: Param) -> Iterator[dict[str, Any]]:
        """All rows of a list, page after page as they are consumed.

        Pages are counted by `X-WP-TotalPages`; `Link` is never followed (it echoes the OAuth parameters).
        """
        page = 1
        while True:
            found, pages = self.page(path, per_page=per_page, page=page, **params)
            yield from found
            if (
                not found
                or (pages is not None and page >= pages)
                or (pages is None and len(found) < per_page)
            ):
                return
            page += 1

    def rows_by_ids(self, path: str, ids: Iterable[int], **params: Any) -> list[dict[str, Any]]:
        """The rows of a list that have these ids, as far as they are there; one call per 100."""
        wanted = list(dict.fromkeys(int(one) for one in ids))
        found: list[dict[str, Any]] = []
        for start in range(0, len(wanted), MAX_PER_PAGE):
            found += self.rows(path, include=wanted[start : start + MAX_PER_PAGE], **params)
        return found

    def page(self, path: str, **params: Param) -> tuple[list[dict[str, Any]], int | None]:
        """One page of a list and the number of pages (None when a proxy took the header away)."""
        answer = self._api.get(_endpoint(path), params=_plain(params))
        found = self._decoded(answer, "GET")
        if not isinstance(found, list):
            raise TransientError(
                "The site answered with something that is not a list.", code="net_shape", why="unreadable"
            )
        return found, _number(answer, "X-WP-TotalPages")

    def count(self, path: str, **params: Param) -> int | None:
        """How many rows a list has, in one small call (None when a proxy took the header away)."""
        answer = self._api.get(_endpoint(path), params=_plain({**params, "per_page": 1, "_fields": "id"}))
        self._decoded(answer, "GET")
        return _number(answer, "X-WP-Total")

    @staticmethod
    def _decoded(answer: Answer, method: str) -> Any:
        if not 200 <= answer.status < 300:
            raise error_from(answer, method)
        try:
            return answer.json()
        except ValueError:
            raise unreadable(answer, method) from None


class _Signature(OAuth):  # type: ignore[misc]  # the package has no types
    """The package's OAuth, encoding as WooCommerce 11 does (`wc_rest_urlencode_rfc3986`).

    The package leaves `/` as it is and decodes `%xx` inside values, so a SKU such as "A/1" or "50%25"
    would not verify. Its nonce of 8 digits is drawn from a better source.
    """

    @staticmethod
    def normalize_parameters(params: Mapping[str, Any]) -> dict[str, str]:
        def twice(value: Any) -> str:
            return quote(quote(str(value), safe="~"), safe="~")

        return {twice(key): twice(value) for key, value in params.items()}

    @staticmethod
    def generate_nonce() -> str:
        return secrets.token_hex(20)


class _PooledAPI(API):  # type: ignore[misc]  # the package has no types
    """The package's API over the pooled session; its public methods return an Answer."""

    def __init__(
        self,
        url: str,
        consumer_key: str,
        consumer_secret: str,
        *,
        allow_private: bool,
        timeouts: Timeouts,
        observer: Observer | None,
        about: Callable[[], str] | None,
    ) -> None:
        super().__init__(url, consumer_key, consumer_secret, version="wc/v3", user_agent=USER_AGENT)
        self._allow_private = allow_private
        self._timeouts = timeouts
        self._observer = observer
        self._about = about
        self.server_time: datetime | None = None

    def _API__request(
        self, method: str, endpoint: str, data: Any, params: Mapping[str, str] | None = None
    ) -> Answer:
        url = self._API__get_url(endpoint)
        if params:
            url = f"{url}?{urlencode(params)}"
        headers = {}
        if self.is_ssl:
            keys = f"{self.consumer_key}:{self.consumer_secret}"
            headers["Authorization"] = f"Basic {b64encode(keys.encode()).decode('ascii')}"
        else:
            url = self._API__get_oauth_url(url, method)
        body = json.dumps(data, ensure_ascii=False, allow_nan=False).encode() if data is not None else None
        return self.send(method, url, headers, body)

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """One call as it is given, with its credentials, over the pooled session; the observer is told of it."""
        whole = {"User-Agent": self.user_agent, "Accept": "application/json", **headers}
        if self._about is not None and (order := self._about()):
            whole["X-Sklad-Bridge-Order"] = order
        if body is not None:
            whole["Content-Type"] = "application/json;charset=utf-8"
        with recorded(self._observer, method, url, body) as record:
            answer = perform(
                pooled_session(allow_private=self._allow_private),
                method,
                url,
                headers=whole,
                body=body,
                timeouts=self._timeouts,
            )
            self.server_time = _date(answer) or self.server_time
            record.status = answer.status
            record.response_bytes = len(answer.body)
            record.response_body = answer.body
            if not 200 <= answer.status < 300:
                record.failed(error_from(answer, method))
            elif answer.body.lstrip()[:1] == b"<":
                record.failed(unreadable(answer, method))
        return answer

    def _API__get_oauth_url(self, url: str, method: str) -> str:
        signature = _Signature(
            url=url,
            consumer_key=self.consumer_key,
            consumer_secret=self.consumer_secret,
            version=self.version,
            method=method,
            oauth_timestamp=int(time.time()),
        )
        return str(signature.get_oauth_url())


def _date(answer: Answer) -> datetime | None:
    try:
        return parsedate_to_datetime(str(answer.headers.get("Date", "")))
    except (TypeError, ValueError):
        return None


def _number(answer: Answer, header: str) -> int | None:
    value = str(answer.headers.get(header, ""))
    return int(value) if value.isdigit() else None


def _endpoint(path: str) -> str:
    """A path below `wc/v3`, made of plain segments: values (a SKU may hold anything) belong into
    parameters.
    """
    path = path.strip("/")
    if not path or any(part in ("", ".", "..") or quote(part, safe="-_") != part for part in path.split("/")):
        raise WrongHost("This path does not lie below the site's API; it was not called.", why="outside")
    return path


def _plain(params: Mapping[str, Param]) -> dict[str, str]:
    """Parameters as text. Empty ones are left out: the package drops them from the signed address too."""
    plain: dict[str, str] = {}
    for key, value in params.items():
        if value is None or value == "" or value == []:
            continue
        if isinstance(value, bool):
            plain[key] = "true" if value else "false"
        elif isinstance(value, list):
            plain[key] = ",".join(str(item) for item in value)
        else:
            plain[key] = str(value)
    return plain
