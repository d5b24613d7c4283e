"""Orders in other currencies than the account's: at its rate, without decimals, unknown to it, not exact in it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from world import SLOW_MACHINE

from bridge.connections.models import PaymentMethod, Shop
from bridge.outbox.enqueue import release, retry
from bridge.sync.account.check import check

Json = dict[str, Any]


@pytest.fixture(scope="module")
def money(bridge: Any) -> dict[str, str]:
    """Currencies of the account beside its own, id by letters; the bridge knows them."""
    rates = {"USD": 92.5, "JPY": 0.61, "KWD": 301.25}
    ids = {iso: bridge.box.moysklad.add_currency(iso, rate) for iso, rate in rates.items()}
    bridge.configure()
    return ids


@pytest.fixture
def chosen(world: Any) -> Any:
    """Change choices of the shop for one test."""
    before = Shop.objects.values().get()

    def change(**fields: Any) -> None:
        Shop.objects.update(**fields)

    yield change
    Shop.objects.update(**before)
    PaymentMethod.objects.all().delete()


def of(world: Any, total: str, quantity: float = 1, **order: Any) -> Json:
    line = {"sku": "S-00001", "quantity": quantity, "total": total, "subtotal": total}
    return dict(world.box.store.place_order([line], **{"shipping": None, **order}))


def yen(world: Any, total: str, quantity: float = 1, **order: Any) -> Json:
    return of(world, total, quantity, currency="JPY", decimals=0, **order)


def pieces(document: Json) -> list[tuple[float, float]]:
    return [(row["quantity"], row["price"]) for row in document["positions"]["rows"]]


def currency_of(document: Json) -> str:
    return str(document["rate"]["currency"]["meta"]["href"]).rpartition("/")[2]


def again(world: Any, document: Json, kind: str = "customerorder") -> Json:
    return dict(world.box.moysklad.document(document["id"], kind))


# --- a currency other than the account's --------------------------------------------------------------


def test_the_accounts_own_currency_has_no_rate(world: Any, money: Any) -> None:
    document = world.document(of(world, "100.00")["id"])
    assert currency_of(document) not in money.values()
    assert "value" not in document["rate"]


def test_another_currency_is_named_and_has_the_rate_of_moysklad(world: Any, money: Any) -> None:
    order = of(world, "100.00", 3, currency="USD", shipping=("Courier", "9.99"), tax_rates=[{"percent": 20}])
    document = world.document(order["id"])
    assert (currency_of(document), document["rate"]["value"]) == (money["USD"], 92.5)
    assert order["total"] == "111.99"
    assert document["sum"] == 11199
    assert document["vatSum"] == pytest.approx(1867, abs=2)
    assert pieces(document) == [(2, 3333), (1, 3334), (1, 1199)]
    assert not world.row(order["id"]).flags.exists()


# --- currencies without decimals ----------------------------------------------------------------------


def test_yen_have_no_decimals(world: Any, money: Any) -> None:
    fees = [{"name": "Скидка", "total": "-100"}]
    order = yen(world, "1100", 3, fees=fees, shipping=("Courier", "350"))
    document = world.document(order["id"])
    assert currency_of(document) == money["JPY"]
    assert (order["total"], document["sum"]) == ("1350", 135000)
    assert pieces(document) == [(2, 33300), (1, 33400), (1, 35000)]
    assert world.row(order["id"]).total_minor == 1350


def test_tax_of_yen_is_stated_within_a_yen_a_line(world: Any, money: Any) -> None:
    order = yen(world, "1000", 3, tax_rates=[{"percent": 10}], shipping=("Courier", "350"))
    document = world.document(order["id"])
    assert (order["total"], order["total_tax"], document["sum"]) == ("1385", "126", 138500)
    assert document["vatSum"] == pytest.approx(12600, abs=200)
    assert {(row["vatEnabled"], row["vat"]) for row in document["positions"]["rows"]} == {(True, 10)}
    world.quiet()
    assert not world.row(order["id"]).flags.exists()


def test_yen_changed_on_the_site_follow(world: Any, money: Any) -> None:
    order = yen(world, "1000", 3)
    document = world.document(order["id"])
    world.box.store.set_line(order["id"], "S-00001", quantity=4, total="1401")
    world.until(lambda: again(world, document)["sum"] == 140100, "the new sum")
    assert pieces(again(world, document)) == [(3, 35000), (1, 35100)]
    assert currency_of(again(world, document)) == money["JPY"]


def test_yen_changed_in_moysklad_reach_the_site(world: Any, money: Any, chosen: Any) -> None:
    chosen(accept_edits=True)
    order = yen(world, "1000", 2)
    document = world.document(order["id"])
    world.quiet()
    world.box.moysklad.set_position(document["id"], "S-00001", price=45000.0)
    world.until(lambda: world.box.store.order(order["id"])["total"] == "900", "the new total on the site")
    world.quiet()
    assert again(world, document)["sum"] == 90000
    assert not world.row(order["id"]).flags.exists()


def test_yen_given_back_before_shipping_leave_the_document(world: Any, money: Any) -> None:
    order = yen(world, "1000", 4, shipping=("Courier", "350"))
    document = world.document(order["id"])
    world.quiet()
    world.box.store.refund(order["id"], {"S-00001": 1})
    world.until(lambda: again(world, document)["sum"] == 110000, "three pieces and the courier")
    assert pieces(again(world, document)) == [(3, 25000), (1, 35000)]


def test_yen_paid_and_given_back_after_shipping(world: Any, money: Any, chosen: Any) -> None:
    expense = world.box.moysklad.directory("expenseitem")["Возврат"]
    chosen(send_refunds=True, expense_item_id=expense)
    PaymentMethod.objects.create(shop=world.shop, method="*", document="paymentin")
    order = yen(world, "1000", 4)
    document = world.document(order["id"])
    world.box.store.pay(order["id"])
    world.until(lambda: again(world, document)["payedSum"] == 100000, "paid in full")
    world.box.moysklad.ship(document["id"])
    world.quiet()
    world.box.store.refund(order["id"], {"S-00001": 1})
    [came_back] = world.until(lambda: world.box.moysklad.documents("salesreturn"), "the return")
    [paid_back] = world.until(lambda: world.box.moysklad.documents("paymentout"), "the money")
    [paid] = world.box.moysklad.documents("paymentin")
    assert [one["sum"] for one in (paid, came_back, paid_back)] == [100000, 25000, 25000]
    assert {currency_of(one) for one in (paid, came_back, paid_back)} == {money["JPY"]}


# --- a currency unknown to MoySklad -------------------------------------------------------------------


def parked(world: Any, currency: str) -> Json:
    """An order that waits because MoySklad does not have its currency."""
    order = of(world, "10.00", currency=currency)
    message = world.message(order["id"], state="parked")
    assert (message.problem, message.problem_params) == ("currency_unknown", {"currency": currency})
    assert world.documents(order["id"]) == []
    return order


def went(world: Any, order: Json, currency_id: str) -> None:
    document = world.document(order["id"])
    assert (document["sum"], currency_of(document)) == (1000, currency_id)


def test_a_currency_unknown_to_moysklad_parks_the_order_until_it_is_added_and_retried(world: Any) -> None:
    order = parked(world, "EUR")
    added = world.box.moysklad.add_currency("EUR", 101.7)
    assert retry(world.message(order["id"], state="parked"))
    went(world, order, added)


def test_of_a_currency_added_meanwhile_the_next_order_lets_the_waiting_ones_go(world: Any) -> None:
    first = parked(world, "CNY")
    added = world.box.moysklad.add_currency("CNY", 12.9)
    second = of(world, "10.00", currency="CNY")
    for order in (second, first):
        went(world, order, added)


def test_the_next_look_at_the_account_lets_the_waiting_orders_go(world: Any) -> None:
    order = parked(world, "AED")
    added = world.box.moysklad.add_currency("AED", 25.2)
    world.run_flow("catalogue")
    went(world, order, added)


def test_a_check_of_the_connection_lets_the_waiting_orders_go(world: Any, settings: Any) -> None:
    order = parked(world, "GEL")
    added = world.box.moysklad.add_currency("GEL", 34.1)
    settings.BRIDGE_ALLOW_PRIVATE_HOSTS = True
    assert check(world.shop.account).ok
    went(world, order, added)


def test_many_orders_of_an_unknown_currency_cost_one_look_together(world: Any) -> None:
    orders = [parked(world, "BRL") for _ in range(4)]
    world.quiet()
    world.bridge.worker.terminate()  # so that they wait for one batch
    world.bridge.worker.wait(SLOW_MACHINE)
    assert release(world.shop, "currency_unknown") == len(orders)
    world.box.moysklad.reset_stats()
    world.bridge.start_worker()
    for order in orders:
        world.message(order["id"], state="parked")
    looks = [call for call in world.box.moysklad.calls() if "entity/currency" in call["path"]]
    assert len(looks) == 1


# --- amounts that MoySklad cannot hold ----------------------------------------------------------------


def test_thousandths_of_a_dinar_that_are_whole_hundredths_go(world: Any, money: Any) -> None:
    document = world.document(of(world, "10.230", 3, currency="KWD", decimals=3)["id"])
    assert (document["sum"], currency_of(document)) == (1023, money["KWD"])
    assert pieces(document) == [(3, 341)]


@pytest.mark.parametrize(
    ("total", "currency", "decimals"), [("1.234", "KWD", 3), ("10.1234", "RUB", 4)], ids=["KWD", "RUB"]
)
def test_an_amount_moysklad_cannot_hold_exactly_parks_the_order(
    world: Any, money: Any, total: str, currency: str, decimals: int
) -> None:
    order = of(world, total, currency=currency, decimals=decimals)
    message = world.message(order["id"], state="parked")
    assert message.problem == "currency_not_exact"
    assert message.problem_params == {"amount": total, "currency": currency}
    assert world.documents(order["id"]) == []
    rounded = str(round(Decimal(total), 2))
    world.box.store.set_line(order["id"], "S-00001", total=rounded)
    document = world.document(order["id"])
    assert document["sum"] == int(Decimal(rounded) * 100)
