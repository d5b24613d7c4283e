"""The MoySklad client on the wire: headers, addresses, pages, bulk answers, refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connectors.errors import (
    NotFound,
    OutcomeUnknown,
    PermanentError,
    RateLimited,
    TransientError,
    WrongHost,
)
from connectors.moysklad.auth import Login, Token, issue_token
from connectors.moysklad.client import MoySklad
from connectors.moysklad.limits import Budget, Governor, MemoryStore, Priority
from connectors.transport.record import CallRecord

ID = "3c9a4b1e-5e01-11f0-0a80-16b200001a01"
OPEN = Budget(calls=1000, learn=False)
API = "/api/remap/1.2"

Make = Callable[..., MoySklad]


def page(rows: list[Any], size: int) -> dict[str, Any]:
    return {"meta": {"size": size, "nextHref": "https://evil.example/api/remap/1.2/entity/x"}, "rows": rows}


def test_every_call_carries_what_the_api_demands(make_moysklad: Make, stub: Any, reply: Any) -> None:
    stub.replies(reply(200, {"id": ID}))
    client = make_moysklad(webhook_prefix="https://bridge.example/hooks")
    client.get("entity/customerorder", filter="name=№ 1;sum>5", limit=1, expand=None)
    client.post("entity/customerorder", {"name": "Заказ"})
    read, write = stub.seen
    assert read.path == f"{API}/entity/customerorder"
    assert read.query == {"filter": "name=№ 1;sum>5", "limit": "1"}
    assert "%20" in read.target
    assert "+" not in read.target
    assert read.headers["Authorization"] == "Bearer secret-token"
    assert read.headers["Accept"] == "application/json;charset=utf-8"
    assert read.headers["Accept-Encoding"] == "gzip"
    assert read.headers["User-Agent"].startswith("sklad-bridge/")
    assert read.headers["Content-Type"] is None
    assert read.headers["X-Lognex-WebHook-DisableByPrefix"] is None
    assert write.json == {"name": "Заказ"}
    assert write.headers["Content-Type"] == "application/json"
    assert write.headers["X-Lognex-WebHook-DisableByPrefix"] == "https://bridge.example/hooks"


def test_login_and_password_go_as_basic(make_moysklad: Make, stub: Any, reply: Any) -> None:
    stub.replies(reply(200, {}))
    make_moysklad(auth=Login("admin@shop", "пароль")).get("context/employee")
    assert stub.seen[0].headers["Authorization"] == "Basic YWRtaW5Ac2hvcDrQv9Cw0YDQvtC70Yw="


def test_credentials_do_not_show_in_a_traceback() -> None:
    assert "пароль" not in repr(Login("admin@shop", "пароль"))
    assert "secret" not in repr(Token("secret"))


@pytest.mark.parametrize(
    "prefix", ["bridge.example", "https://a.example,https://b.example", "https://a\r\nX: y"]
)
def test_a_webhook_prefix_the_api_would_refuse_is_refused_here(make_moysklad: Make, prefix: str) -> None:
    with pytest.raises(ValueError, match="scheme and full domain"):
        make_moysklad(webhook_prefix=prefix)


def test_a_token_is_issued_with_login_and_password(stub: Any, reply: Any) -> None:
    stub.replies(reply(201, {"access_token": "f00"}))
    token = issue_token(f"{stub.root}{API}", Login("a@b", "c"), allow_private=True)
    assert token == Token("f00")
    assert (stub.seen[0].method, stub.seen[0].path) == ("POST", f"{API}/security/token")


def test_an_address_of_an_answer_is_called_on_our_own_base_only(
    make_moysklad: Make, stub: Any, reply: Any
) -> None:
    stub.replies(reply(200, {"id": ID}))
    make_moysklad().get(f"https://evil.example/api/remap/1.2/entity/product/{ID}?expand=x")
    assert stub.seen[0].target == f"{API}/entity/product/{ID}"


def test_an_inner_redirect_of_a_read_is_followed_once(make_moysklad: Make, stub: Any, reply: Any) -> None:
    target = f"{stub.root}{API}/entity/product/{ID}"
    stub.replies(reply(308, b"", {"Location": target}), reply(200, {"id": ID}))
    assert make_moysklad().get("entity/product/ui-id") == {"id": ID}
    stub.replies(reply(308, b"", {"Location": target}))
    with pytest.raises(WrongHost):
        make_moysklad().get("entity/product/ui-id")


@pytest.mark.parametrize(
    "location",
    ["https://evil.example/api/remap/1.2/entity/product/1", "/api/other", "{root}/api/remap/1.2x/entity"],
)
def test_a_redirect_to_anywhere_else_is_not_followed(
    make_moysklad: Make, stub: Any, reply: Any, location: str
) -> None:
    stub.replies(reply(308, b"", {"Location": location.replace("{root}", stub.root)}))
    with pytest.raises(WrongHost):
        make_moysklad().get("entity/product/1")
    assert len(stub.seen) == 1


def test_a_redirected_write_is_never_repeated(make_moysklad: Make, stub: Any, reply: Any) -> None:
    stub.replies(reply(308, b"", {"Location": f"{stub.root}{API}/entity/product"}))
    with pytest.raises(WrongHost):
        make_moysklad().post("entity/product", {})
    assert len(stub.seen) == 1


def test_pages_are_asked_for_one_after_another(make_moysklad: Make, stub: Any, reply: Any) -> None:
    rows = [{"id": str(number)} for number in range(2500)]

    def listing(request: Any) -> Any:
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        return reply(200, page(rows[offset : offset + limit], len(rows)))

    stub.script = listing
    found = make_moysklad().rows("entity/product")
    assert next(found) == {"id": "0"}
    assert len(stub.seen) == 1, "the next page is asked for only when it is needed"
    assert [row["id"] for row in found] == [str(number) for number in range(1, 2500)]
    assert [request.query["offset"] for request in stub.seen] == ["0", "1000", "2000"]


def test_expand_forces_small_pages(make_moysklad: Make, stub: Any, reply: Any) -> None:
    stub.replies(reply(200, page([], 0)))
    client = make_moysklad()
    list(client.rows("entity/customerorder", expand=("agent", "positions")))
    assert stub.seen[0].query == {"expand": "agent,positions", "limit": "100", "offset": "0"}
    with pytest.raises(ValueError, match="100 together with expand"):
        client.rows("entity/customerorder", expand="agent", limit=101)
    with pytest.raises(ValueError, match="between 1 and 1000"):
        client.rows("entity/customerorder", limit=1001)


def test_a_list_that_is_none_is_a_passing_fault(make_moysklad: Make, stub: Any, reply: Any) -> None:
    stub.replies(reply(200, {"rows": None}))
    with pytest.raises(TransientError, match="not a list"):
        list(make_moysklad().rows("entity/product"))


def test_a_walk_along_updated_misses_no_row_that_is_pushed_by_a_change(
    make_moysklad: Make, stub: Any, reply: Any
) -> None:
    """While page one is read, its first row changes and jumps to the end: by offset, row 100 would be
    skipped.
    """
    rows = {f"r{number:03}": f"2026-07-10 11:{number // 60:02}:{number % 60:02}.000" for number in range(250)}

    def listing(request: Any) -> Any:
        since = next(
            (part[9:] for part in request.query["filter"].split(";") if part.startswith("updated>=")), ""
        )
        order = sorted((moment, name) for name, moment in rows.items() if moment >= since)
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        part = [{"id": name, "updated": moment} for moment, name in order[offset : offset + limit]]
        if len(stub.seen) == 1:
            rows["r000"] = "2026-07-10 12:00:00.000"
        return reply(200, page(part, len(order)))

    stub.script = listing
    pages = make_moysklad().orders.updated(("2026-07-10 11:00:00", 0), expand=("state",))
    found = [row for rows, _following in pages for row in rows]
    versions = [(row["id"], row["updated"]) for row in found]
    assert len(set(versions)) == 251
    assert {row["id"] for row in found} == set(rows)
    assert stub.seen[0].query["order"] == "updated,asc"
    assert "isDeleted=false" in stub.seen[0].query["filter"]


def test_more_rows_of_one_second_than_a_page_holds_are_all_read(
    make_moysklad: Make, stub: Any, reply: Any
) -> None:
    rows = [{"id": str(number), "updated": "2026-07-10 11:00:00.500"} for number in range(2300)]

    def listing(request: Any) -> Any:
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        return reply(200, page(rows[offset : offset + limit], len(rows)))

    stub.script = listing
    assert len(list(make_moysklad().assortment.products())) == 2300


def test_an_answer_lost_after_a_write_is_an_unknown_outcome(
    make_moysklad: Make, stub: Any, reply: Any
) -> None:
    stub.replies(reply(200, cut="before"))
    with pytest.raises(OutcomeUnknown):
        make_moysklad().orders.create({"name": "1"})
    with pytest.raises(TransientError):
        make_moysklad().orders.get(ID)


@pytest.mark.parametrize(("method", "kind"), [("get", TransientError), ("post", OutcomeUnknown)])
def test_a_good_status_with_a_web_page_is_no_success(
    make_moysklad: Make, stub: Any, reply: Any, method: str, kind: type
) -> None:
    stub.replies(reply(200, b"<html>hello</html>"))
    with pytest.raises(kind):
        getattr(make_moysklad(), method)("entity/product")


def test_empty_answers_of_writes_are_fine(make_moysklad: Make, stub: Any, reply: Any) -> None:
    stub.replies(reply(200))
    client = make_moysklad()
    client.orders.trash(ID)
    client.orders.delete(ID)
    assert [(seen.method, seen.path) for seen in stub.seen] == [
        ("POST", f"{API}/entity/customerorder/{ID}/trash"),
        ("DELETE", f"{API}/entity/customerorder/{ID}"),
    ]


def test_a_missing_object_is_not_found(make_moysklad: Make, stub: Any, reply: Any, payload: Any) -> None:
    stub.replies(reply(404, payload("moysklad/error_404.json")["body"]))
    with pytest.raises(NotFound) as caught:
        make_moysklad().orders.get(ID)
    assert caught.value.code == "1021"


def test_a_read_refused_by_the_limit_is_asked_again_after_the_time_it_named(
    make_moysklad: Make, stub: Any, reply: Any, payload: Any
) -> None:
    sample = payload("moysklad/error_429_rate.json")
    headers = {**sample["http"]["headers"], "X-Lognex-Reset": "200", "X-Lognex-Retry-After": "200"}
    stub.replies(reply(429, sample["body"], headers), reply(200, {"id": ID}))
    governor = Governor(MemoryStore(), OPEN)
    assert make_moysklad(governor=governor).orders.get(ID) == {"id": ID}
    assert len(stub.seen) == 2


def test_a_write_refused_by_the_limit_is_told_and_blocks_the_account(
    make_moysklad: Make, stub: Any, reply: Any, payload: Any
) -> None:
    sample = payload("moysklad/error_429_rate.json")
    stub.replies(reply(429, sample["body"], sample["http"]["headers"]))
    governor = Governor(MemoryStore(), OPEN)
    with pytest.raises(RateLimited) as caught:
        make_moysklad(governor=governor).orders.create({})
    assert caught.value.retry_after == 1.84
    assert 1.5 < governor.usage().blocked_seconds <= 1.84


def test_the_client_asks_the_governor_before_each_call(make_moysklad: Make, stub: Any, reply: Any) -> None:
    stub.replies(reply(200, {}))
    governor = Governor(MemoryStore(), Budget(calls=2, learn=False))
    client = make_moysklad(governor=governor, max_wait=0.0)
    client.get("context/employee")
    client.get("context/employee")
    with pytest.raises(RateLimited) as caught:
        client.get("context/employee")
    assert caught.value.status == 0
    assert len(stub.seen) == 2


def test_extended_stock_reports_weigh_more(make_moysklad: Make, stub: Any, reply: Any) -> None:
    stub.replies(reply(200, {}))
    governor = Governor(MemoryStore(), Budget(calls=11))
    make_moysklad(governor=governor).get("report/stock/all")
    assert governor.usage().calls == 1.25
    make_moysklad(governor=governor).get("report/stock/all/current")
    assert governor.usage().calls == 2.25


def test_another_priority_is_the_same_account(make_moysklad: Make, stub: Any, reply: Any) -> None:
    stub.replies(reply(200, []))
    client = make_moysklad()
    other = client.for_priority(Priority.STOCK, max_wait=1.0)
    assert (client.priority, other.priority, other.governor) == (
        Priority.ORDERS,
        Priority.STOCK,
        client.governor,
    )
    other.stock.all_current("stock")
    assert other.stock._client is other


def test_every_call_is_recorded(make_moysklad: Make, stub: Any, reply: Any) -> None:
    records: list[CallRecord] = []
    stub.replies(reply(200, page([], 0)), reply(412, {"errors": [{"error": "x", "code": 3000}]}))
    client = make_moysklad(observer=records.append)
    client.counterparties.by_emails(["ivan@shop.example"])
    with pytest.raises(PermanentError):
        client.counterparties.create({})
    good, bad = records
    assert (good.method, good.status, good.error) == ("GET", 200, "")
    assert "ivan" not in repr(good)
    assert (bad.status, bad.error, bad.code, bad.request_bytes) == (412, "PermanentError", "3000", 2)


def test_numbers_the_api_cannot_read_are_not_sent(make_moysklad: Make, stub: Any) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        make_moysklad().post("entity/product", {"price": float("nan")})
    assert stub.seen == []


def test_the_parts_of_a_bundle_are_a_list_of_their_own(make_moysklad: Make, stub: Any, reply: Any) -> None:
    part = {"id": "p", "quantity": 2.0, "assortment": {"meta": {"type": "product", "href": "x"}}}
    stub.replies(reply(200, page([part], 1)))
    assert make_moysklad().assortment.components(ID) == [part]
    assert stub.seen[0].path == f"{API}/entity/bundle/{ID}/components"
