"""Lists: paging, expand and its limit, the filter grammar, order, search, the assortment."""

from __future__ import annotations

import uuid

import pytest


@pytest.fixture(scope="module")
def orders(api):
    """Three orders of one buyer: comments а1, а2 and б3, states Новый, Завершен and none."""
    agent = api.agent(email="lists@example.test")
    made = []
    for comment, state, quantity in (("а1", "Новый", 1), ("а2", "Завершен", 2), ("б3", None, 3)):
        more = {"state": api.state(state)} if state else {}
        body = api.order(api.line("S-00001", quantity), agent=agent, description=comment, **more)
        made.append(api.post("/entity/customerorder", body | {"syncId": str(uuid.uuid4())}))
    return agent["meta"]["href"], made


def comments(api, agent, condition="", **more):
    text = f"agent={agent}" + (f";{condition}" if condition else "")
    return [row["description"] for row in api.get("/entity/customerorder", filter=text, **more)["rows"]]


def test_pages_name_their_neighbours_and_the_total(api, orders, payload):
    agent, _ = orders
    query = {"filter": f"agent={agent}", "limit": 1, "offset": 1, "order": "updated,asc"}
    page = api.get("/entity/customerorder", **query)
    assert page.keys() == payload("moysklad/customerorder_list_page")["body"].keys()
    assert (page["meta"]["size"], page["meta"]["limit"], page["meta"]["offset"]) == (3, 1, 1)
    following = api.session.get(page["meta"]["nextHref"], timeout=10).json()
    assert following["rows"][0]["description"] == "б3"
    assert "nextHref" not in following["meta"]
    assert "offset=0" in page["meta"]["previousHref"]


def test_limits_over_a_thousand_are_cut_and_nonsense_is_refused(api):
    assert api.get("/entity/product", limit=5000)["meta"]["limit"] == 1000
    assert api.refused("GET", "/entity/product?limit=0") == (400, [1014])
    assert api.refused("GET", "/entity/product?offset=x") == (400, [1014])


def test_expand_opens_references_up_to_three_levels(api, orders):
    _, made = orders
    order = api.get(f"/entity/customerorder/{made[0]['id']}", expand="agent,positions.assortment,state")
    assert order["agent"]["email"] == "lists@example.test"
    assert order["positions"]["rows"][0]["assortment"]["article"] == "S-00001"
    assert order["state"]["name"] == "Новый"
    assert order["meta"]["href"].endswith("?expand=agent,positions.assortment,state")
    deep = f"/entity/customerorder/{made[0]['id']}?expand=a.b.c.d"
    assert api.refused("GET", deep) == (400, [1089])


def test_expand_is_silently_ignored_above_a_hundred_rows(api):
    shown = api.get("/entity/customerorder", limit=100, expand="positions,agent")["rows"][0]
    assert "rows" in shown["positions"]
    for limit in ({"limit": 101}, {}):
        hidden = api.get("/entity/customerorder", expand="positions,agent", **limit)["rows"][0]
        assert "rows" not in hidden["positions"]
        assert hidden["positions"]["meta"]["size"] >= 0
        assert "name" not in hidden["agent"]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("description=а1", ["а1"]),
        ("description=а1;description=б3", ["а1", "б3"]),
        ("description!=а1;description!=б3", ["а2"]),
        ("description~А", ["а1", "а2"]),
        ("description~=б", ["б3"]),
        ("description=~2", ["а2"]),
        ("state.name=Завершен", ["а2"]),
        ("state.name!=Завершен", ["а1", "б3"]),
        ("state=", ["б3"]),
        ("state!=", ["а1", "а2"]),
        ("sum>=20000", ["а2", "б3"]),
        ("sum>10000;sum<30000", ["а2"]),
        ("sum>10000;sum>25000", ["а2", "б3"]),
        ("updated>=2020-01-01 00:00", ["а1", "а2", "б3"]),
        ("updated<2020-01-01 00:00:00", []),
        ("applicable=true", ["а1", "а2", "б3"]),
        ("isDeleted=true;isDeleted=false", ["а1", "а2", "б3"]),
        ("isDeleted=true", []),
        ("description=ни\\;одного", []),
    ],
)
def test_the_filter_grammar(api, orders, condition, found):
    agent, _ = orders
    assert comments(api, agent, condition, order="sum,asc") == found


def test_orders_are_found_by_our_keys_and_by_references(api, orders):
    _, made = orders
    for condition in (
        f"syncId={made[1]['syncId']}",
        f"id={made[1]['id']}",
        f"externalCode={made[1]['externalCode']}",
    ):
        rows = api.get("/entity/customerorder", filter=condition)["rows"]
        assert [row["id"] for row in rows] == [made[1]["id"]]
    item = api.box.moysklad.item("S-00001")["meta"]["href"]
    state = api.state("Завершен")["meta"]["href"]
    rows = api.get("/entity/customerorder", filter=f"assortment={item};state={state}")["rows"]
    assert made[1]["id"] in [row["id"] for row in rows]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("filter=nonsense=1", 1034),
        ("filter=nonsense", 1034),
        ("filter=sum=many", 1035),
        ("filter=updated>yesterday", 1035),
        ("filter=sum=1;sum>2", 1030),
        ("filter=id=not-a-uuid", 1052),
        ("filter=sum~1", 1041),
        ("filter=agent=https://api.example.test/x", 1059),
        ("order=positions,asc", 1063),
        ("order=name,sideways", 1063),
    ],
)
def test_wrong_filters_and_orders_have_their_codes(api, query, code):
    assert api.refused("GET", f"/entity/customerorder?{query}") == (400, [code])


def test_order_takes_several_fields(api, orders):
    agent, _ = orders
    assert comments(api, agent, order="sum,desc") == ["б3", "а2", "а1"]
    assert comments(api, agent, order="applicable,desc;description,desc") == ["б3", "а2", "а1"]


def test_counterparties_are_found_by_mail_and_phone_and_archived_ones_are_not(api):
    mail = f"{uuid.uuid4().hex}@example.test"
    twins = [
        api.post("/entity/counterparty", {"name": "Двойник", "email": mail, "phone": "+79990001122"})
        for _ in "12"
    ]
    path = "/entity/counterparty"
    assert api.get(path, filter=f"email={mail}")["meta"]["size"] == 2
    api.put(f"{path}/{twins[0]['id']}", {"archived": True})
    assert [row["id"] for row in api.get(path, filter=f"email={mail}")["rows"]] == [twins[1]["id"]]
    both = f"email={mail};archived=true;archived=false"
    assert api.get(path, filter=both)["meta"]["size"] == 2
    assert api.get(path, filter=f"phone=+79990001122;email={mail}")["meta"]["size"] == 1
    assert api.get(path, search=mail[:10])["meta"]["size"] >= 1


def test_goods_are_found_by_article_code_barcode_and_parent(api):
    item = api.get("/entity/product", filter="article=S-00002")["rows"][0]
    barcode = item["barcodes"][0]["ean13"]
    assert api.get("/entity/product", filter=f"barcode={barcode}")["rows"][0]["id"] == item["id"]
    assert api.get("/entity/product", filter=f"code={item['code']}")["rows"][0]["id"] == item["id"]
    parent = api.box.moysklad.item("V-00001")["id"]
    variants = api.get("/entity/variant", filter=f"productid={parent}")["rows"]
    assert {row["article"] for row in variants} == {"V-00001-1", "V-00001-2"}
    assert "syncId" not in variants[0]


def test_the_old_assortment_carries_stock_for_goods_only(api):
    rows = api.get("/entity/assortment")["rows"]
    kinds = {row["meta"]["type"] for row in rows}
    assert {"product", "variant", "service"} <= kinds
    for row in rows:
        assert ("stock" in row) is (row["meta"]["type"] in ("product", "variant"))
    one = api.get("/entity/assortment", filter="article=S-00001")["rows"][0]
    assert one["stock"] == api.box.moysklad.stock("S-00001")["stock"]


def test_the_new_assortment_has_no_stock_and_fewer_filters(api):
    header = {"X-Lognex-Remap-Beta-Feature": "assortmentWithoutStock"}
    rows = api.call("GET", "/entity/assortment", headers=header).json()["rows"]
    assert all("stock" not in row for row in rows)
    refused = api.refused("GET", "/entity/assortment?filter=article=S-00001", headers=header)
    assert refused == (400, [1034])
    refused = api.refused("GET", "/entity/assortment?expand=uom&limit=10", headers=header)
    assert refused == (400, [1089])
    expanded = api.call("GET", "/entity/assortment?expand=product&limit=100", headers=header).json()["rows"]
    assert all("name" in row["product"] for row in expanded if row["meta"]["type"] == "variant")
