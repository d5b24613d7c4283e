"""A refund on the site: goods still here leave the document, shipped ones come back as a return, the money goes out."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.connections.models import PaymentMethod, Shop
from bridge.orders.after_sale import Refund
from bridge.outbox.enqueue import retry
from bridge.sync import settings_changed
from bridge.sync.refunds import refund_plans

Json = dict[str, Any]


@pytest.fixture
def chosen(world: Any) -> Any:
    """Change choices of the shop for one test; paid orders make incoming payments, refunds have an expense item."""
    world.configure()
    before = Shop.objects.values().get()

    def change(**fields: Any) -> None:
        Shop.objects.update(**fields)

    expense_item = next(iter(world.box.moysklad.directory("expenseitem").values()))
    change(expense_item_id=expense_item)
    PaymentMethod.objects.create(shop=world.shop, method="bacs", document="paymentin")
    PaymentMethod.objects.create(shop=world.shop, method="cod", document="cashin")
    yield change
    world.quiet()
    Shop.objects.update(**{key: value for key, value in before.items() if key != "id"})
    PaymentMethod.objects.all().delete()


@pytest.fixture
def buy(world: Any, chosen: Any) -> Any:
    """Place a paid order of three and one pieces, and wait for its document."""

    def place(**more: Any) -> tuple[Json, Json]:
        values = {"payment_method": "bacs", "paid": True, "shipping": ("Курьер", "350.00"), **more}
        lines = values.pop("lines", {"S-00001": 3, "S-00002": 1})
        order = world.box.store.place_order(lines, **values)
        document = world.document(order["id"])
        world.quiet()
        return order, document

    return place


def positions(world: Any, document: Json) -> dict[str, Json]:
    """The positions of a document by the article of their goods."""
    rows = world.box.moysklad.document(document["id"])["positions"]["rows"]
    return {row["assortment"].get("article") or row["assortment"]["name"]: row for row in rows}


def returns(world: Any, document: Json) -> list[Json]:
    """The living returns of a document's shipments."""
    every = world.box.moysklad.documents("salesreturn")
    return [
        one for one in every if one.get("demand", {}).get("customerOrder", {}).get("id") == document["id"]
    ]


def money_back(world: Any, document: Json, kind: str = "paymentout") -> list[Json]:
    name = document["name"]
    return [one for one in world.box.moysklad.documents(kind) if name in one.get("paymentPurpose", "")]


def sum_of(world: Any, document: Json) -> float:
    return float(world.box.moysklad.document(document["id"])["sum"])


def kopecks(text: str) -> int:
    return round(float(text) * 100)


def parked(world: Any, order: Json) -> Any:
    return world.message(order["id"], kind="refund_to_moysklad", state="parked")


def row_of(order: Json, refund: Json) -> Refund:
    return Refund.objects.get(order__source_id=str(order["id"]), source_id=str(refund["id"]))


# --- nothing is shipped --------------------------------------------------------------------------


def test_refunded_pieces_that_are_not_shipped_leave_the_document_and_its_reserve(
    world: Any, buy: Any
) -> None:
    order, document = buy()
    before = positions(world, document)
    refund = world.box.store.refund(order["id"], {"S-00001": 1, "S-00002": 1})
    world.until(lambda: "S-00002" not in positions(world, document), "the goods left the document")
    world.quiet()
    after = positions(world, document)
    assert after["S-00001"]["id"] == before["S-00001"]["id"]
    assert (after["S-00001"]["quantity"], after["S-00001"]["reserve"]) == (2, 2)
    assert sum_of(world, document) == kopecks(order["total"]) - kopecks(refund["amount"])
    assert returns(world, document) == []
    [paid] = money_back(world, document)
    assert paid["sum"] == kopecks(refund["amount"])
    assert not paid.get("operations")


def test_an_amount_alone_is_taken_off_the_prices_while_nothing_is_shipped(world: Any, buy: Any) -> None:
    order, document = buy()
    world.box.store.refund(order["id"], amount="100.00")
    total = kopecks(order["total"]) - 10000
    world.until(lambda: sum_of(world, document) == total, "the document costs less")
    world.quiet()
    rows = world.box.moysklad.document(document["id"])["positions"]["rows"]
    assert sum(row["quantity"] for row in rows) == 5


def test_refunded_shipping_leaves_the_document(world: Any, buy: Any) -> None:
    order, document = buy()
    world.box.store.refund(order["id"], shipping=True)
    world.until(lambda: "Доставка" not in positions(world, document), "shipping left the document")
    world.quiet()
    assert positions(world, document)["S-00001"]["quantity"] == 3
    assert sum_of(world, document) == kopecks(order["total"]) - 35000


def test_an_order_refunded_whole_keeps_its_lines_releases_its_reserve_and_has_the_mapped_state(
    world: Any, buy: Any
) -> None:
    order, document = buy()
    world.box.store.refund(order["id"])
    world.until(
        lambda: world.box.moysklad.document(document["id"])["state"]["name"] == "Отменен", "the mapped state"
    )
    world.quiet()
    rows = positions(world, document)
    assert sum_of(world, document) == kopecks(order["total"])
    assert [row.get("reserve", 0) for row in rows.values()] == [0, 0, 0]
    assert [one["sum"] for one in money_back(world, document)] == [kopecks(order["total"])]


def test_the_status_refunded_set_by_hand_is_a_refund_of_everything(world: Any, buy: Any) -> None:
    order, document = buy()
    world.box.store.set_status(order["id"], "refunded")
    world.until(
        lambda: world.box.moysklad.document(document["id"])["state"]["name"] == "Отменен", "the mapped state"
    )
    world.quiet()
    assert positions(world, document)["S-00001"]["quantity"] == 3
    assert [one["sum"] for one in money_back(world, document)] == [kopecks(order["total"])]


def test_a_deleted_refund_brings_the_goods_back_into_the_document(world: Any, buy: Any) -> None:
    order, document = buy(paid=False)
    refund = world.box.store.refund(order["id"], {"S-00001": 2})
    world.until(
        lambda: positions(world, document)["S-00001"]["quantity"] == 1, "two pieces left the document"
    )
    world.quiet()
    world.box.store.delete_refund(order["id"], refund["id"])
    world.until(lambda: positions(world, document)["S-00001"]["quantity"] == 3, "they are back")
    world.quiet()
    assert positions(world, document)["S-00001"]["reserve"] == 3
    assert sum_of(world, document) == kopecks(order["total"])


def test_a_refund_of_an_order_never_sent_is_the_order_less_the_refund(world: Any, chosen: Any) -> None:
    order = world.box.store.place_order({"S-00001": 3}, status="pending", shipping=None)
    refund = world.box.store.refund(order["id"], {"S-00001": 1})
    world.quiet()
    assert world.documents(order["id"]) == []
    world.box.store.set_status(order["id"], "processing")
    document = world.document(order["id"])
    world.quiet()
    assert positions(world, document)["S-00001"]["quantity"] == 2
    assert sum_of(world, document) == kopecks(order["total"]) - kopecks(refund["amount"])


def test_an_order_refunded_whole_before_it_was_sent_is_not_sent(world: Any, chosen: Any) -> None:
    order = world.box.store.place_order({"S-00001": 3}, status="pending", shipping=None)
    world.box.store.refund(order["id"])
    world.box.store.set_status(order["id"], "processing")
    world.quiet()
    assert world.documents(order["id"]) == []


# --- shipped -------------------------------------------------------------------------------------


def test_refunded_pieces_that_were_shipped_make_a_return_and_an_outgoing_payment_linked_to_it(
    world: Any, buy: Any
) -> None:
    order, document = buy()
    demand = world.box.moysklad.ship(document["id"])
    world.quiet()
    refund = world.box.store.refund(order["id"], {"S-00001": 2}, reason="не подошли")
    world.until(lambda: money_back(world, document), "the money goes out")
    world.quiet()
    [back] = returns(world, document)
    assert back["demand"]["id"] == demand["id"]
    assert [(row["assortment"]["article"], row["quantity"]) for row in back["positions"]["rows"]] == [
        ("S-00001", 2)
    ]
    assert back["sum"] == kopecks(refund["amount"])
    assert "не подошли" in back["description"]
    [paid] = money_back(world, document)
    assert paid["sum"] == kopecks(refund["amount"])
    assert [(row["linkedSum"], row["id"]) for row in paid["operations"]] == [(paid["sum"], back["id"])]
    assert world.box.moysklad.document(back["id"], "salesreturn")["payedSum"] == back["sum"]
    assert positions(world, document)["S-00001"]["quantity"] == 3


def test_a_refund_costs_three_calls(world: Any, buy: Any) -> None:
    order, document = buy()
    world.box.moysklad.ship(document["id"])
    world.quiet()
    world.box.moysklad.reset_stats()
    world.box.store.refund(order["id"], {"S-00001": 1, "S-00002": 1})
    world.until(lambda: money_back(world, document), "the money goes out")
    world.quiet()
    every = [(call["method"], call["path"].rsplit("/", 1)[-1]) for call in world.box.moysklad.calls()]
    calls = [call for call in every if call != ("GET", "current")]  # the stock report reads by itself
    assert calls == [("GET", "customerorder"), ("POST", "salesreturn"), ("POST", "paymentout")]


def test_quantities_are_spread_over_several_shipments_the_oldest_first(world: Any, buy: Any) -> None:
    order, document = buy()
    first = world.box.moysklad.ship(document["id"], {"S-00001": 1})
    second = world.box.moysklad.ship(document["id"], {"S-00001": 2, "S-00002": 1})
    world.quiet()
    refund = world.box.store.refund(order["id"], {"S-00001": 2})
    world.until(lambda: money_back(world, document), "the money goes out")
    world.quiet()
    made = {one["demand"]["id"]: one for one in returns(world, document)}
    assert {key: one["positions"]["rows"][0]["quantity"] for key, one in made.items()} == {
        first["id"]: 1,
        second["id"]: 1,
    }
    [paid] = money_back(world, document)
    assert sum(row["linkedSum"] for row in paid["operations"]) == kopecks(refund["amount"])
    assert len(paid["operations"]) == 2


def test_a_refund_of_more_than_was_shipped_is_split_between_document_and_return(world: Any, buy: Any) -> None:
    order, document = buy()
    world.box.moysklad.ship(document["id"], {"S-00001": 2})
    world.quiet()
    refund = world.box.store.refund(order["id"], {"S-00001": 2})
    world.until(lambda: returns(world, document), "one piece comes back")
    world.quiet()
    assert positions(world, document)["S-00001"]["quantity"] == 2
    [back] = returns(world, document)
    assert back["positions"]["rows"][0]["quantity"] == 1
    assert sum_of(world, document) == kopecks(order["total"]) - kopecks(refund["amount"]) + back["sum"]


def test_prices_a_kopeck_apart_come_back_as_they_were_sold(world: Any, buy: Any) -> None:
    order, document = buy(lines=[{"sku": "S-00003", "quantity": 3, "total": "1000.00"}], shipping=None)
    world.box.moysklad.ship(document["id"])
    world.quiet()
    for pieces in (1, 2):
        world.box.store.refund(order["id"], {"S-00003": pieces})
        world.until(lambda n=pieces: len(returns(world, document)) == n, "a return of each refund")
        world.quiet()
    assert sum(one["sum"] for one in returns(world, document)) == 100000


def test_shipping_that_was_shipped_comes_back_with_the_goods(world: Any, buy: Any) -> None:
    order, document = buy(lines={"S-00001": 1})
    world.box.moysklad.ship(document["id"])
    world.quiet()
    world.box.store.refund(order["id"], {"S-00001": 1}, shipping=True)
    world.until(lambda: returns(world, document), "a return")
    world.quiet()
    [back] = returns(world, document)
    assert back["sum"] == kopecks(order["total"])
    assert len(back["positions"]["rows"]) == 2


def test_an_order_that_was_not_paid_and_a_method_without_document_pay_nothing_back(
    world: Any, buy: Any
) -> None:
    unpaid, document = buy(payment_method="cod", paid=False)
    world.box.moysklad.ship(document["id"])
    world.quiet()
    world.box.store.refund(unpaid["id"], {"S-00001": 1})
    world.until(lambda: returns(world, document), "a return")
    other, second = buy(payment_method="gift_card")
    world.box.moysklad.ship(second["id"])
    world.quiet()
    world.box.store.refund(other["id"], {"S-00001": 1})
    world.until(lambda: returns(world, second), "a return")
    world.quiet()
    assert money_back(world, document, "cashout") == money_back(world, second) == []


def test_money_of_a_cash_order_goes_out_of_the_till(world: Any, buy: Any) -> None:
    order, document = buy(payment_method="cod")
    world.box.moysklad.ship(document["id"])
    world.quiet()
    world.box.store.refund(order["id"], {"S-00001": 1})
    world.until(lambda: money_back(world, document, "cashout"), "cash goes out")


def test_answers_that_are_lost_make_nothing_twice(world: Any, buy: Any) -> None:
    order, document = buy()
    world.box.moysklad.ship(document["id"])
    world.quiet()
    world.box.moysklad.faults.add("cut_after", method="POST", path="entity/salesreturn$")
    world.box.moysklad.faults.add("cut_after", method="POST", path="entity/paymentout$")
    world.box.store.refund(order["id"], {"S-00001": 1})
    world.until(lambda: money_back(world, document), "the money goes out")
    world.box.store.resend(order["id"])
    world.quiet()
    assert len(returns(world, document)) == len(money_back(world, document)) == 1
    assert not world.row(order["id"]).documents.filter(sending=True).exists()


def test_a_shipment_of_another_organization_gives_its_own_to_the_return_and_the_payment(
    world: Any, buy: Any
) -> None:
    """Otherwise MoySklad refuses the return (3004) and the bank account of the payment (17000)."""
    ours = world.box.moysklad.directory("organization")["ООО «Ромашка»"]
    account = world.box.moysklad.directory("account")
    PaymentMethod.objects.filter(method="bacs").update(
        organization_account_id=next(iter(account.values()), "")
    )
    other = world.box.moysklad.create("organization", {"name": "ИП Ромашкин"})
    order, document = buy()
    demand = world.box.moysklad.ship(document["id"])
    world.box.moysklad.edit("demand", demand["id"], {"organization": {"meta": other["meta"]}})
    world.quiet()
    world.box.store.refund(order["id"], {"S-00001": 1})
    world.until(lambda: money_back(world, document), "the money goes out")
    [back], [paid] = returns(world, document), money_back(world, document)
    assert back["organization"]["meta"]["href"].split("?")[0].endswith(other["id"])
    assert paid["organization"]["id"] == other["id"] != ours
    assert "organizationAccount" not in paid


def test_a_refund_in_another_currency_comes_back_in_it(world: Any, buy: Any) -> None:
    if "USD" not in world.box.moysklad.directory("currency"):
        world.box.moysklad.add_currency("USD", 90.0)
    world.run_flow("catalogue")
    order, document = buy(currency="USD")
    world.box.moysklad.ship(document["id"])
    world.quiet()
    refund = world.box.store.refund(order["id"], {"S-00001": 1})
    world.until(lambda: money_back(world, document), "the money goes out")
    [back], [paid] = returns(world, document), money_back(world, document)
    assert back["sum"] == paid["sum"] == kopecks(refund["amount"])
    currency = world.box.moysklad.directory("currency")["USD"]
    for one in (back, paid):
        assert one["rate"]["currency"]["meta"]["href"].split("?")[0].endswith(currency)


def test_an_order_with_a_coupon_and_a_negative_fee_is_given_back_whole(world: Any, buy: Any) -> None:
    order, document = buy(
        coupon={"code": "sale10", "percent": 10},
        fees=[{"name": "Скидка постоянного покупателя", "total": "-77.77"}],
    )
    world.box.moysklad.ship(document["id"])
    world.quiet()
    world.box.store.refund(order["id"])
    world.until(lambda: money_back(world, document), "the money goes out")
    world.quiet()
    assert [one["sum"] for one in returns(world, document)] == [kopecks(order["total"])]
    assert not world.row(order["id"]).flags.filter(code="refund_rounding").exists()


# --- what waits for a person ---------------------------------------------------------------------


def test_an_amount_only_refund_of_shipped_goods_waits_for_a_person_who_may_settle_it(
    world: Any, buy: Any
) -> None:
    order, document = buy()
    world.box.moysklad.ship(document["id"])
    world.quiet()
    refund = world.box.store.refund(order["id"], amount="100.00")
    message = parked(world, order)
    assert (message.problem, message.problem_params["amount"]) == ("refund_amount_only", "100.00")
    world.quiet()
    assert returns(world, document) == money_back(world, document) == []
    refund_plans.settle_by_hand(row_of(order, refund))
    world.until(
        lambda: world.message(order["id"], pk=message.pk).state == "done", "nothing is asked any more"
    )
    world.box.store.resend(order["id"])
    world.quiet()
    assert returns(world, document) == money_back(world, document) == []


def test_a_price_changed_in_a_refund_waits_for_a_person_with_both_figures(world: Any, buy: Any) -> None:
    order, document = buy()
    world.box.moysklad.ship(document["id"])
    world.quiet()
    world.box.store.refund(order["id"], {"S-00001": 1}, amount="10.00")
    message = parked(world, order)
    assert message.problem == "refund_price_differs"
    price = positions(world, document)["S-00001"]["price"] / 100
    assert (message.problem_params["local"], message.problem_params["remote"]) == ("10.00", f"{price:.2f}")


def test_an_over_refund_waits_for_a_person_and_goes_when_the_shipment_is_there(world: Any, buy: Any) -> None:
    """The warehouse has taken the goods back already; when that return was a mistake, a person tries again."""
    order, document = buy(lines={"S-00001": 1}, shipping=None)
    demand = world.box.moysklad.ship(document["id"])
    world.quiet()
    chosen_before = Shop.objects.values_list("accept_returns", flat=True).get()
    Shop.objects.update(accept_returns=False)
    taken = world.box.moysklad.return_goods(demand["id"], {"S-00001": 1})
    world.quiet()
    Shop.objects.update(accept_returns=chosen_before)
    world.box.store.refund(order["id"], {"S-00001": 1})
    message = parked(world, order)
    assert message.problem == "refund_more_than_ordered"
    world.box.moysklad.delete(taken["id"], "salesreturn")
    assert retry(message)
    world.until(lambda: returns(world, document), "the return is made")
    world.quiet()
    assert len(returns(world, document)) == 1


def test_a_shipment_unposted_before_its_return_is_decided_anew(world: Any, buy: Any) -> None:
    order, document = buy()
    demand = world.box.moysklad.ship(document["id"])
    world.quiet()
    world.box.moysklad.faults.add("error", method="POST", path="entity/salesreturn$", code=17005)
    world.box.store.refund(order["id"], {"S-00001": 1})
    message = parked(world, order)
    assert message.problem == "refund_shipment_changed"
    world.box.moysklad.unship(demand["id"])
    world.box.store.resend(order["id"])
    retry(message)
    world.until(
        lambda: positions(world, document)["S-00001"]["quantity"] == 2, "it left the document instead"
    )
    world.quiet()
    assert returns(world, document) == []


def test_a_closed_period_has_its_reason(world: Any, buy: Any) -> None:
    order, document = buy()
    world.box.moysklad.ship(document["id"])
    world.quiet()
    world.box.moysklad.faults.add("error", method="POST", path="entity/salesreturn$", code=17009)
    world.box.store.refund(order["id"], {"S-00001": 1})
    message = world.message(order["id"], kind="refund_to_moysklad", state="dead")
    assert message.problem == "closed_period"
    assert retry(message)
    world.until(lambda: returns(world, document), "the period is open again")


def test_without_an_expense_item_the_return_is_made_and_the_money_waits_for_it(
    world: Any, buy: Any, chosen: Any
) -> None:
    item = world.shop.expense_item_id
    chosen(expense_item_id="")
    order, document = buy()
    world.box.moysklad.ship(document["id"])
    world.quiet()
    world.box.store.refund(order["id"], {"S-00001": 1})
    message = parked(world, order)
    assert message.problem == "expense_item_missing"
    assert len(returns(world, document)) == 1
    before, after = world.shop, world.shop
    after.expense_item_id = item
    after.save()
    settings_changed.shop_changed(before, after)
    world.until(lambda: money_back(world, document), "the money goes out")
    world.quiet()
    assert len(returns(world, document)) == 1


def test_a_refund_deleted_after_its_return_was_made_is_put_before_a_person(world: Any, buy: Any) -> None:
    order, document = buy()
    world.box.moysklad.ship(document["id"])
    world.quiet()
    refund = world.box.store.refund(order["id"], {"S-00001": 1})
    world.until(lambda: money_back(world, document), "the money goes out")
    world.quiet()
    world.box.store.delete_refund(order["id"], refund["id"])
    message = parked(world, order)
    assert message.problem == "refund_deleted_after_return"
    assert returns(world, document)[0]["name"] in message.problem_params["documents"]
    refund_plans.settle_by_hand(row_of(order, refund))
    world.box.store.resend(order["id"])
    world.quiet()
    assert not world.row(order["id"]).documents.filter(gone=True).exists()
    assert world.message(order["id"], pk=message.pk).state == "done"


def test_an_owner_who_makes_returns_himself_is_told_of_the_refund(world: Any, buy: Any, chosen: Any) -> None:
    chosen(send_refunds=False)
    order, document = buy()
    world.box.moysklad.ship(document["id"], {"S-00001": 3})
    world.quiet()
    world.box.store.refund(order["id"], {"S-00001": 1, "S-00002": 1})
    world.flag(order["id"], "refund_not_sent")
    world.until(lambda: "S-00002" not in positions(world, document), "what is not shipped left the document")
    world.quiet()
    assert returns(world, document) == money_back(world, document) == []


def test_a_refund_that_was_read_before_its_lines_were_stored_is_understood_once_they_are(
    world: Any, buy: Any
) -> None:
    order, document = buy()
    before = positions(world, document)
    world.box.store.hold_events()
    world.box.store.configure(half_stored_refunds=True)
    try:
        refund = world.box.store.refund(order["id"], {"S-00001": 1}, restock=False)
        world.run_flow("orders")
        half = world.until(lambda: world.row(order["id"]).refunds.first(), "the refund is recorded")
        assert (half.source_id, half.canonical.lines) == (str(refund["id"]), ())
    finally:
        world.box.store.configure(half_stored_refunds=False)
        world.box.store.release_events()
    wanted = {article: (row["quantity"], row["price"]) for article, row in before.items()}
    wanted["S-00001"] = (2, before["S-00001"]["price"])

    def said() -> dict[str, tuple[float, float]]:
        return {
            article: (row["quantity"], row["price"]) for article, row in positions(world, document).items()
        }

    world.until(lambda: said() == wanted, "a piece leaves the document, prices stay")
    assert sum_of(world, document) == kopecks(order["total"]) - kopecks(refund["amount"])
