"""A return in MoySklad becomes a refund on the site: the same goods, no money moved, no stock changed, once."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.connections.models import Shop, StatusMapping
from bridge.orders.after_sale import Refund, Return
from bridge.sync.returns import returns_to_site

Json = dict[str, Any]


@pytest.fixture
def chosen(world: Any) -> Any:
    """Change choices of the shop for one test."""
    world.configure()
    before = Shop.objects.values().get()

    def change(**fields: Any) -> None:
        Shop.objects.update(**fields)

    yield change
    world.box.moysklad.webhook_knobs(drop=False)
    world.quiet()
    Shop.objects.update(**{key: value for key, value in before.items() if key != "id"})


@pytest.fixture
def shipped(world: Any, chosen: Any) -> Any:
    """Place an order of three and one pieces; its document is shipped whole."""

    def place(**more: Any) -> tuple[Json, Json, Json]:
        values = {"shipping": ("Курьер", "350.00"), **more}
        lines = values.pop("lines", {"S-00001": 3, "V-00001-1": 1})
        order = world.box.store.place_order(lines, **values)
        document = world.document(order["id"])
        demand = world.box.moysklad.ship(document["id"])
        world.quiet()
        return order, document, demand

    return place


def refunds(world: Any, order: Json) -> list[Json]:
    return list(world.box.store.refunds(order["id"]))


def the_refund(world: Any, order: Json) -> Json:
    """The one refund of an order, waiting for it."""
    world.until(lambda: refunds(world, order), "a refund on the site")
    world.quiet()
    [found] = refunds(world, order)
    return dict(found)


def goods(refund: Json) -> list[tuple[str, float]]:
    return sorted((row["sku"], -row["quantity"]) for row in refund["line_items"])


def returned(row: Json) -> Return:
    return Return.objects.select_related("order__shop__site").get(external_id=row["id"])


def parked(world: Any, order: Json) -> Any:
    return world.message(order["id"], kind="return_to_site", state="parked")


def kopecks(text: str) -> int:
    return round(float(text) * 100)


def test_a_return_makes_a_refund_with_the_same_goods_and_moves_neither_money_nor_stock(
    world: Any, shipped: Any
) -> None:
    order, _document, demand = shipped()
    moved = world.box.store.stock_writes(sku="S-00001", who="order")
    back = world.box.moysklad.return_goods(demand["id"], {"S-00001": 2, "V-00001-1": 1})
    refund = the_refund(world, order)
    assert goods(refund) == [("S-00001", 2), ("V-00001-1", 1)]
    assert kopecks(refund["amount"]) == back["sum"]
    assert refund["refunded_payment"] is False
    assert refund["reason"] == f"Возврат {back['name']} в МойСклад"
    assert {"key": "_sklad_bridge_return", "value": back["id"]}.items() <= refund["meta_data"][-1].items()
    # What came back is in MoySklad's number, which the site gets; the refund itself moves nothing.
    assert world.box.store.stock_writes(sku="S-00001", who="order") == moved
    assert world.site_status(order["id"]) == "processing"
    assert returned(back).refund.source_id == str(refund["id"])


def test_a_return_costs_one_call(world: Any, shipped: Any) -> None:
    order, _document, demand = shipped()
    world.box.moysklad.reset_stats()
    world.box.moysklad.return_goods(demand["id"], {"S-00001": 1})
    the_refund(world, order)
    every = [(call["method"], call["path"].rsplit("/", 1)[-1]) for call in world.box.moysklad.calls()]
    calls = [call for call in every if call != ("GET", "current")]  # the stock report reads by itself
    assert calls == [("GET", "salesreturn")]


def test_the_refund_of_a_return_neither_leaves_the_document_nor_comes_back_as_a_return(
    world: Any, shipped: Any
) -> None:
    order, document, demand = shipped()
    world.box.moysklad.return_goods(demand["id"], {"S-00001": 1})
    the_refund(world, order)
    world.box.store.resend(order["id"])
    world.run_flow("returns")
    after = world.box.moysklad.document(document["id"])
    assert after["sum"] == document["sum"]
    assert len([one for one in world.box.moysklad.documents("salesreturn") if of(one, document)]) == 1
    assert len(refunds(world, order)) == 1
    assert not world.row(order["id"]).documents.exists()


def of(one: Json, document: Json) -> bool:
    return bool(one.get("demand", {}).get("customerOrder", {}).get("id") == document["id"])


def test_a_return_made_for_a_refund_of_the_site_is_not_sent_back(world: Any, shipped: Any) -> None:
    order, document, _demand = shipped()
    world.box.store.refund(order["id"], {"S-00001": 1})
    world.until(lambda: any(of(x, document) for x in world.box.moysklad.documents("salesreturn")), "a return")
    world.quiet()
    world.run_flow("returns")
    assert len(refunds(world, order)) == 1
    assert not Return.objects.filter(order=world.row(order["id"])).exists()


def test_without_webhooks_a_return_is_found_by_looking(world: Any, shipped: Any) -> None:
    order, _document, demand = shipped()
    world.box.moysklad.webhook_knobs(drop=True)
    world.box.moysklad.return_goods(demand["id"], {"S-00001": 1})
    world.box.settle()
    assert refunds(world, order) == []
    world.run_flow("returns")
    assert goods(the_refund(world, order)) == [("S-00001", 1)]


def test_several_partial_returns_make_a_refund_each_and_the_last_one_takes_the_rest(
    world: Any, shipped: Any
) -> None:
    order, document, demand = shipped(
        lines=[{"sku": "S-00003", "quantity": 3, "total": "1000.00"}], shipping=None
    )
    for n in (1, 2, 3):
        world.box.moysklad.return_goods(demand["id"], {"S-00003": 1})
        world.until(lambda n=n: len(refunds(world, order)) == n, "one more refund")
        world.quiet()
    assert sum(kopecks(one["amount"]) for one in refunds(world, order)) == 100000
    assert world.site_status(order["id"]) == "refunded"
    assert world.box.moysklad.document(document["id"])["state"]["name"] == "Новый"


def test_shipping_and_taxes_come_back_with_the_goods(world: Any, chosen: Any) -> None:
    order = world.box.store.place_order(
        {"S-00001": 2, "S-00002": 1}, shipping=("Курьер", "350.00"), tax_rates=[{"percent": 20}]
    )
    document = world.document(order["id"])
    demand = world.box.moysklad.ship(document["id"])
    world.quiet()
    world.box.moysklad.return_goods(demand["id"], {"S-00001": 1, "DELIVERY": 1})
    refund = the_refund(world, order)
    line = next(row for row in order["line_items"] if row["sku"] == "S-00001")
    [given] = refund["line_items"]
    assert kopecks(given["total_tax"]) == -round(kopecks(line["total_tax"]) / 2)
    assert kopecks(given["total"]) == -round(kopecks(line["total"]) / 2)
    assert [row["total"] for row in refund["shipping_lines"]] == [f"-{order['shipping_total']}"]


def test_a_coupon_and_a_negative_fee_come_back_with_their_goods(world: Any, shipped: Any) -> None:
    order, _document, demand = shipped(
        coupon={"code": "sale10", "percent": 10},
        fees=[{"name": "Скидка постоянного покупателя", "total": "-77.77"}],
    )
    part = world.box.moysklad.return_goods(demand["id"], {"S-00001": 1})
    refund = the_refund(world, order)
    assert abs(kopecks(refund["amount"]) - part["sum"]) <= 1
    world.box.moysklad.return_goods(demand["id"], {"S-00001": 2, "V-00001-1": 1, "DELIVERY": 1})
    world.until(lambda: world.site_status(order["id"]) == "refunded", "everything is back")
    world.quiet()
    assert sum(kopecks(one["amount"]) for one in refunds(world, order)) == kopecks(order["total"])


def test_a_return_of_everything_makes_the_order_refunded_and_sets_no_state_in_moysklad(
    world: Any, shipped: Any
) -> None:
    order, document, demand = shipped()
    world.box.moysklad.return_goods(demand["id"], {"S-00001": 3, "V-00001-1": 1, "DELIVERY": 1})
    refund = the_refund(world, order)
    assert refund["amount"] == order["total"]
    world.until(lambda: world.site_status(order["id"]) == "refunded", "the shop says refunded")
    world.quiet()
    assert world.box.moysklad.document(document["id"])["state"]["name"] == "Новый"


def test_a_state_the_owner_chose_for_refunded_orders_is_set_though(world: Any, shipped: Any) -> None:
    order, document, demand = shipped(lines={"S-00001": 1}, shipping=None)
    states = world.box.moysklad.states
    mapping = StatusMapping.objects.create(
        shop=world.shop, direction="to_state", site_status="refunded", state_id=states["Подтвержден"]
    )
    try:
        world.box.moysklad.return_goods(demand["id"], {"S-00001": 1})
        world.until(
            lambda: world.box.moysklad.document(document["id"])["state"]["name"] == "Подтвержден", "the state"
        )
        world.quiet()
        assert world.site_status(order["id"]) == "refunded"
    finally:
        mapping.delete()


def test_a_refund_whose_answer_was_lost_is_not_made_twice(world: Any, shipped: Any) -> None:
    order, _document, demand = shipped()
    world.box.store.faults.add("cut_after", method="POST", path="refunds$")
    world.box.moysklad.return_goods(demand["id"], {"S-00001": 1})
    the_refund(world, order)
    assert not Return.objects.filter(sending=True).exists()


def test_a_refund_that_the_site_makes_after_its_gateway_gave_up_is_not_made_twice(
    world: Any, shipped: Any
) -> None:
    order, _document, demand = shipped()
    world.box.store.faults.add("late", method="POST", path="refunds$", status=504, ms=5000)
    back = world.box.moysklad.return_goods(demand["id"], {"S-00001": 1})
    world.until(lambda: Return.objects.filter(external_id=back["id"], sending=True).exists(), "a try")
    world.until(lambda: world.message(order["id"], kind="return_to_site").problem, "it had no answer")
    the_refund(world, order)
    world.quiet()
    assert len(refunds(world, order)) == 1
    assert not Return.objects.filter(sending=True).exists()


def test_a_return_beyond_what_the_order_has_left_waits_for_a_person(
    world: Any, shipped: Any, chosen: Any
) -> None:
    chosen(send_refunds=False)
    order, _document, demand = shipped()
    world.box.store.refund(order["id"], {"S-00001": 2})
    world.quiet()
    back = world.box.moysklad.return_goods(demand["id"], {"S-00001": 3})
    message = parked(world, order)
    assert (message.problem, message.problem_params["left"]) == ("return_exceeds_order", "1")
    assert len(refunds(world, order)) == 1
    returns_to_site.settle(returned(back))
    world.until(
        lambda: world.message(order["id"], pk=message.pk).state == "done", "nothing is asked any more"
    )
    world.run_flow("returns")
    assert len(refunds(world, order)) == 1


def test_goods_that_are_not_in_the_order_wait_for_a_person(world: Any, chosen: Any) -> None:
    order = world.box.store.place_order({"S-00001": 1}, shipping=None)
    document = world.document(order["id"])
    world.quiet()
    world.box.moysklad.add_position(document["id"], "S-00004", 1, 10000.0)
    demand = world.box.moysklad.ship(document["id"])
    world.quiet()
    world.box.moysklad.return_goods(demand["id"], {"S-00004": 1})
    message = parked(world, order)
    assert message.problem == "return_line_unknown"
    assert world.box.moysklad.item("S-00004")["name"] in message.problem_params["lines"]


def test_returns_without_a_basis_are_listed_for_our_buyers_and_never_guessed(
    world: Any, shipped: Any
) -> None:
    order, document, _demand = shipped()
    stranger = world.box.moysklad.add_counterparty(name="Чужой покупатель")
    ours = world.box.moysklad.return_goods(None, {"S-00001": 1}, agent=document["agent"]["id"])
    foreign = world.box.moysklad.return_goods(None, {"S-00001": 1}, agent=stranger["id"])
    world.until(lambda: Return.objects.filter(external_id=ours["id"]).exists(), "the return is listed")
    world.run_flow("returns")
    assert returned(ours).order is None
    assert not Return.objects.filter(external_id=foreign["id"]).exists()
    assert refunds(world, order) == []


def test_a_return_of_somebody_elses_order_is_passed_over(world: Any, shipped: Any) -> None:
    _order, _document, demand = shipped()
    body = {name: {"meta": demand[name]["meta"]} for name in ("organization", "agent", "store")}
    goods_of = {
        "quantity": 1,
        "price": 100.0,
        "assortment": {"meta": world.box.moysklad.item("S-00001")["meta"]},
    }
    foreign = world.box.moysklad.create("demand", body | {"positions": [goods_of]})
    back = world.box.moysklad.return_goods(foreign["id"], {"S-00001": 1})
    world.run_flow("returns")
    assert not Return.objects.filter(external_id=back["id"]).exists()


def test_a_return_edited_later_asks_a_person_once_who_may_have_its_refund_made_anew(
    world: Any, shipped: Any
) -> None:
    order, _document, demand = shipped()
    back = world.box.moysklad.return_goods(demand["id"], {"S-00001": 1})
    first = the_refund(world, order)
    fewer(world, back, 2)
    message = parked(world, order)
    assert message.problem == "return_changed"
    assert the_refund(world, order)["id"] == first["id"]
    returns_to_site.follow(returned(back))
    world.until(lambda: any(row["id"] != first["id"] for row in refunds(world, order)), "a new refund")
    assert goods(the_refund(world, order)) == [("S-00001", 2)]


def fewer(world: Any, back: Json, quantity: int) -> None:
    """A manager changes the quantity of the first goods of a return."""
    rows = world.box.moysklad.document(back["id"], "salesreturn")["positions"]["rows"]
    changed = [{"id": rows[0]["id"], "quantity": quantity}, *({"id": row["id"]} for row in rows[1:])]
    world.box.moysklad.edit("salesreturn", back["id"], {"positions": changed})


@pytest.mark.parametrize("how", ["trash", "delete"])
def test_a_return_removed_later_asks_a_person(world: Any, shipped: Any, how: str) -> None:
    order, _document, demand = shipped()
    back = world.box.moysklad.return_goods(demand["id"], {"S-00001": 1})
    the_refund(world, order)
    getattr(world.box.moysklad, how)(back["id"], "salesreturn")
    message = parked(world, order)
    assert message.problem == "return_removed"
    assert len(refunds(world, order)) == 1
    if how == "trash":
        world.box.moysklad.restore(back["id"], "salesreturn")
        world.until(lambda: world.message(order["id"], pk=message.pk).state == "done", "the question is idle")
        assert len(refunds(world, order)) == 1
    else:
        returns_to_site.follow(returned(back))
        world.until(lambda: refunds(world, order) == [], "the refund is deleted")


def test_where_the_owner_wants_it_refunds_follow_their_returns(world: Any, shipped: Any, chosen: Any) -> None:
    chosen(follow_returns=True)
    order, document, demand = shipped()
    back = world.box.moysklad.return_goods(demand["id"], {"S-00001": 1})
    first = the_refund(world, order)
    fewer(world, back, 2)
    world.until(lambda: any(row["id"] != first["id"] for row in refunds(world, order)), "a new refund")
    assert goods(the_refund(world, order)) == [("S-00001", 2)]
    world.box.moysklad.trash(back["id"], "salesreturn")
    world.until(lambda: refunds(world, order) == [], "the refund is deleted")
    world.quiet()
    assert world.box.moysklad.document(document["id"])["sum"] == document["sum"]
    assert Refund.objects.filter(order=world.row(order["id"]), deleted_at=None).count() == 0


def test_an_owner_who_makes_refunds_himself_has_the_returns_listed(
    world: Any, shipped: Any, chosen: Any
) -> None:
    chosen(accept_returns=False)
    order, _document, demand = shipped()
    back = world.box.moysklad.return_goods(demand["id"], {"S-00001": 1})
    world.until(lambda: Return.objects.filter(external_id=back["id"]).exists(), "the return is listed")
    world.quiet()
    assert refunds(world, order) == []
    chosen(accept_returns=True)
    world.run_flow("returns")
    assert refunds(world, order) == []


def test_a_return_made_for_a_refund_and_removed_by_staff_is_shown(world: Any, shipped: Any) -> None:
    order, document, _demand = shipped()
    world.box.store.refund(order["id"], {"S-00001": 1})
    world.until(lambda: any(of(x, document) for x in world.box.moysklad.documents("salesreturn")), "a return")
    world.quiet()
    made = next(one for one in world.box.moysklad.documents("salesreturn") if of(one, document))
    world.box.moysklad.trash(made["id"], "salesreturn")
    assert world.flag(order["id"], "refund_return_removed")["document"] == made["name"]
    world.box.store.resend(order["id"])
    world.quiet()
    assert not any(of(one, document) for one in world.box.moysklad.documents("salesreturn"))
    world.box.moysklad.restore(made["id"], "salesreturn")
    world.until(lambda: not world.row(order["id"]).flags.exists(), "the flag is gone")


def test_a_price_changed_in_moysklad_is_shown_with_both_figures(world: Any, chosen: Any) -> None:
    order = world.box.store.place_order({"S-00001": 1}, shipping=None)
    document = world.document(order["id"])
    world.quiet()
    world.box.moysklad.set_position(document["id"], "S-00001", price=100.0)
    demand = world.box.moysklad.ship(document["id"])
    world.quiet()
    world.box.moysklad.return_goods(demand["id"], {"S-00001": 1})
    figures = world.flag(order["id"], "return_amount_differs")
    assert (figures["local"], figures["remote"]) == (order["total"], "1.00")


def test_shipments_and_payments_are_looked_at_where_the_site_follows_them(world: Any, chosen: Any) -> None:
    world.box.moysklad.webhook_knobs(drop=True)
    chosen(status_when_shipped="completed")
    order = world.box.store.place_order({"S-00001": 1}, shipping=None)
    document = world.document(order["id"])
    world.quiet()
    world.run_flow("progress")
    world.box.moysklad.ship(document["id"])
    world.run_flow("progress")
    world.until(lambda: world.site_status(order["id"]) == "completed", "the shipment is seen")
