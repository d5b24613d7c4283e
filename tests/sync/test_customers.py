"""Each buyer is looked for by every way there is, in few questions, and made once however many look at a time."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from counterparties import old_and_new
from django.db import connection
from factories import ShopFactory, canonical_order

from bridge.connections import clients
from bridge.connections.models import Connection, Shop
from bridge.domain.errors import DomainError
from bridge.domain.order import Address, Customer, Order
from bridge.mapping import buyer_to_moysklad
from bridge.orders.models import CustomerBinding
from bridge.sync.buyers import buyer_links, customers
from bridge.sync.buyers.customers import Found
from connectors.errors import PermanentError
from connectors.sandbox.control import running_sandbox
from connectors.transport.session import pooled_session

pytestmark = pytest.mark.django_db
AT = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def box() -> Iterator[Any]:
    with running_sandbox(items=2, limiter=False) as running:
        yield running
    pooled_session(allow_private=True).close()


@pytest.fixture
def moysklad(box: Any) -> Any:
    for row in box.moysklad.counterparties():
        box.moysklad.delete(row["id"], "counterparty")
    box.moysklad.reset_stats()
    return box.moysklad


@pytest.fixture(autouse=True)
def own_host(settings: Any) -> None:
    settings.BRIDGE_ALLOW_PRIVATE_HOSTS = True


def shop_of(box: Any, **choices: Any) -> Shop:
    account = Connection.objects.create(
        vendor="moysklad",
        name=f"box-{Connection.objects.count()}",
        base_url=box.moysklad.url,
        account_id="account",
        credentials={"token": box.moysklad.token},
    )
    return ShopFactory(account=account, **choices)  # type: ignore[return-value]


@pytest.fixture
def shop(box: Any, moysklad: Any) -> Shop:
    return shop_of(box)


def order(
    number: int = 1, placed_at: datetime = AT, billing: Address | None = None, **customer: Any
) -> Order:
    return canonical_order(
        str(number), placed_at=placed_at, billing=billing or Address(), customer=Customer(**customer)
    )


def resolve_all(shop: Shop, *orders: Order) -> list[Any]:
    asked = {n: (shop, one) for n, one in enumerate(orders)}
    found = customers.resolve(clients.moysklad(shop.account), shop.account, asked)
    return [found[n] for n in asked]


def resolve(shop: Shop, one: Order) -> Any:
    return resolve_all(shop, one)[0]


def agent(shop: Shop, **customer: Any) -> str:
    found = resolve(shop, order(**customer))
    assert isinstance(found, Found), found
    return found.agent_id


def asked(moysklad: Any) -> list[str]:
    return [call["method"] for call in moysklad.calls()]


# --- known buyers ---------------------------------------------------------------------------------


def test_a_known_buyer_costs_no_call(shop: Shop, moysklad: Any) -> None:
    first = agent(shop, email="a@x.example", phone="+7 916 111-22-33")
    moysklad.reset_stats()
    assert agent(shop, email="A@X.example") == first
    assert agent(shop, phone="8 (916) 111 22 33") == first
    assert asked(moysklad) == []


def test_an_account_stays_its_counterparty_when_the_e_mail_changes(shop: Shop) -> None:
    first = agent(shop, source_id="7", email="old@x.example")
    assert agent(shop, source_id="7", email="new@x.example") == first


def test_one_who_is_gone_is_looked_for_anew(shop: Shop, moysklad: Any) -> None:
    first = agent(shop, email="a@x.example")
    moysklad.delete(first, "counterparty")
    assert customers.forget(shop.account, first)
    assert not customers.forget(shop.account, first), "nothing led to it any more"
    assert agent(shop, email="a@x.example") != first


# --- looking for them -----------------------------------------------------------------------------


@pytest.mark.parametrize("stored", ["anna@x.example", "Anna@x.example", "ANNA@X.EXAMPLE", "aNNa@x.example"])
def test_an_e_mail_is_found_in_whatever_case_it_stands(shop: Shop, moysklad: Any, stored: str) -> None:
    there = moysklad.add_counterparty(name="Анна", email=stored)["id"]
    typed = stored if stored == "aNNa@x.example" else "anna@X.EXAMPLE"
    assert agent(shop, email=typed) == there


@pytest.mark.parametrize(
    "stored", ["+7 (916) 111-22-33", "89161112233", "8 916 111-22-33", "+79161112233", "7 916 1112233"]
)
def test_a_phone_is_found_however_it_was_typed(shop: Shop, moysklad: Any, stored: str) -> None:
    there = moysklad.add_counterparty(name="Анна", phone=stored)["id"]
    typed = stored if stored == "7 916 1112233" else "8(916)1112233"
    assert agent(shop, phone=typed, country="RU") == there


def test_phones_of_buyers_found_by_e_mail_are_not_asked_for(shop: Shop, moysklad: Any) -> None:
    moysklad.add_counterparty(name="Анна", email="a@x.example")
    moysklad.reset_stats()
    agent(shop, email="a@x.example", phone="+79161112233")
    assert asked(moysklad) == ["GET"]


def test_the_owners_order_of_ways_decides(box: Any, moysklad: Any) -> None:
    by_email = moysklad.add_counterparty(name="По почте", email="a@x.example")["id"]
    by_phone = moysklad.add_counterparty(name="По телефону", phone="+79161112233")["id"]
    buyer = {"email": "a@x.example", "phone": "+79161112233"}
    assert agent(shop_of(box), **buyer) == by_email
    assert agent(shop_of(box, match_by=["phone", "email"]), **buyer) == by_phone
    assert agent(shop_of(box, match_by=["inn"]), **buyer) not in (by_email, by_phone)


def test_of_several_the_linked_one_is_taken_else_the_newest(shop: Shop, moysklad: Any) -> None:
    old, new = (one["id"] for one in old_and_new(moysklad, "a@x.example"))
    found = resolve(shop, order(email="a@x.example"))
    assert found.agent_id == new
    assert [note.code for note in found.notes] == ["buyers_several"]
    assert found.notes[0].params["count"] == "2"
    assert "Старый" in found.notes[0].params["names"]
    CustomerBinding.objects.all().delete()
    CustomerBinding.objects.create(
        connection=shop.account, key="phone", value="+79160000000", external_id=old
    )
    assert agent(shop, email="a@x.example") == old


def test_an_archived_one_is_named_and_a_live_one_is_used_or_made(shop: Shop, moysklad: Any) -> None:
    archived = moysklad.add_counterparty(name="В архиве", email="a@x.example", archived=True)["id"]
    found = resolve(shop, order(email="a@x.example"))
    assert found.agent_id != archived
    assert [(note.code, note.params["names"]) for note in found.notes] == [("buyer_archived", "“В архиве”")]


def test_one_we_made_and_staff_archived_is_not_brought_back(shop: Shop, moysklad: Any) -> None:
    first = agent(shop, email="a@x.example")
    moysklad.archive(first, "counterparty")
    customers.forget(shop.account, first)
    second = agent(shop, email="a@x.example")
    assert second != first
    assert not moysklad.document(second, "counterparty").get("archived")


def test_a_company_is_not_found_in_another_with_the_same_e_mail(shop: Shop, moysklad: Any) -> None:
    other = moysklad.add_counterparty(name="Другая", email="buh@x.example", inn="7736207543")["id"]
    ours = agent(shop, email="buh@x.example", company="ООО Ромашка", inn="7707083893")
    assert ours != other
    assert agent(shop, email="buh@x.example", company="ООО Другая", inn="7736207543") == other


def test_of_branches_with_one_inn_the_one_with_the_kpp_is_taken(shop: Shop, moysklad: Any) -> None:
    branch = moysklad.add_counterparty(name="Филиал", inn="7707083893", kpp="773601001")["id"]
    moysklad.add_counterparty(name="Головной", inn="7707083893", kpp="770001001")
    assert agent(shop, company="Ромашка", inn="7707083893", kpp="773601001") == branch


def test_a_wrong_inn_is_told_and_finds_nobody(shop: Shop, moysklad: Any) -> None:
    wrong = moysklad.add_counterparty(name="Чужой", inn="7707083894")["id"]
    found = resolve(shop, order(company="Ромашка", inn="7707083894"))
    assert found.agent_id != wrong
    assert [note.code for note in found.notes] == ["inn_wrong"]


# --- the owner's choices --------------------------------------------------------------------------


def test_retail_orders_share_the_common_buyer_and_companies_keep_their_own(box: Any, moysklad: Any) -> None:
    common = moysklad.add_counterparty(name="Розница")["id"]
    shop = shop_of(box, common_buyer_id=common)
    moysklad.reset_stats()
    assert agent(shop, email="a@x.example") == common
    assert asked(moysklad) == []
    assert agent(shop, email="a@x.example", company="ООО Ромашка") != common


def test_where_buyers_are_not_made_the_order_waits_with_the_reason(box: Any, moysklad: Any) -> None:
    shop = shop_of(box, create_buyers=False)
    error = resolve(shop, order(first_name="Анна", email="a@x.example"))
    assert isinstance(error, DomainError)
    assert error.problem.code == "buyer_not_found"
    assert "a@x.example" in error.problem.params["buyer"]
    moysklad.add_counterparty(name="Архивная", email="a@x.example", archived=True)
    archived = resolve(shop, order(email="a@x.example"))
    assert (error.problem.params["archived"], archived.problem.params["archived"]) == ("—", "“Архивная”")
    there = moysklad.add_counterparty(name="Анна", email="a@x.example")["id"]
    assert agent(shop, email="a@x.example") == there


def test_contacts_follow_the_site_only_where_they_changed_there(box: Any, moysklad: Any) -> None:
    shop = shop_of(box, update_buyers=True)
    said = {"source_id": "7", "first_name": "Анна", "last_name": "Белова", "email": "a@x.example"}
    first = agent(shop, phone="+79161112233", **said)
    moysklad.edit("counterparty", first, {"name": "Белова А. (постоянная)"})
    resolve(shop, order(2, AT + timedelta(days=1), phone="+79164445566", **said))
    row = moysklad.document(first, "counterparty")
    assert row["phone"] == "+79164445566"
    assert row["name"] == "Белова А. (постоянная)", "a manager's correction stays"
    resolve(shop, order(3, AT + timedelta(days=2), **said))
    assert moysklad.document(first, "counterparty")["phone"] == "+79164445566", (
        "nothing overwritten with empty"
    )
    resolve(shop, order(4, AT - timedelta(days=9), phone="+79160000000", **said))
    assert moysklad.document(first, "counterparty")["phone"] == "+79164445566", "an older order is no news"


def test_contacts_that_may_not_be_changed_are_told_and_the_order_goes(box: Any, moysklad: Any) -> None:
    shop = shop_of(box, update_buyers=True)
    first = agent(shop, email="a@x.example", first_name="Анна", phone="+79161112233")
    moysklad.faults.add("error", method="POST", path="/entity/counterparty", code=1017)
    moved = order(2, AT + timedelta(days=1), email="a@x.example", first_name="Анна", phone="+79164445566")
    found = resolve(shop, moved)
    assert found.agent_id == first
    assert [(note.code, note.params["name"]) for note in found.notes] == [("buyer_not_updated", "Анна")]


def test_a_moved_buyer_has_no_trace_of_the_old_address(box: Any, moysklad: Any) -> None:
    shop = shop_of(box, update_buyers=True)
    old = Address(city="Москва", postcode="101000", line1="ул. Лесная, 5", line2="кв. 7")
    new = Address(city="Тверь", line1="ул. Речная, 1")
    first = resolve(shop, order(1, AT, old, email="a@x.example")).agent_id
    resolve(shop, order(2, AT + timedelta(days=1), new, email="a@x.example"))
    full = moysklad.document(first, "counterparty")["actualAddressFull"]
    assert {key: text for key, text in full.items() if text} == {"city": "Тверь", "street": "ул. Речная, 1"}


def test_contacts_of_found_buyers_are_left_alone_by_default(shop: Shop, moysklad: Any) -> None:
    there = moysklad.add_counterparty(name="Анна", email="a@x.example")["id"]
    for day, phone in enumerate(["+79161112233", "+79164445566"]):
        resolve(shop, order(day, AT + timedelta(days=day), email="a@x.example", phone=phone))
    assert "phone" not in moysklad.document(there, "counterparty")


# --- making them ----------------------------------------------------------------------------------


def test_a_batch_of_new_buyers_costs_few_calls(shop: Shop, moysklad: Any) -> None:
    new = [
        order(n, email=f"Buyer{n}@mail.example.org", phone=f"8 (916) {n:03}-22-33", first_name="Анна")
        for n in range(100)
    ]
    found = resolve_all(shop, *new)
    assert len({one.agent_id for one in found}) == 100
    assert len(asked(moysklad)) <= 15, "with two such batches a thousand orders stay below 80"


def test_orders_of_one_batch_that_share_a_key_share_a_counterparty(shop: Shop) -> None:
    guest = order(1, email="a@x.example")
    account = order(2, source_id="7", email="A@x.example", phone="+79161112233")
    by_phone = order(3, phone="8 916 111-22-33")
    assert len({one.agent_id for one in resolve_all(shop, guest, account, by_phone)}) == 1


@pytest.fixture
def any_e_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    """MoySklad refuses an address that looks right to us."""
    monkeypatch.setattr(buyer_to_moysklad, "EMAIL", re.compile(".*"))


def test_one_refused_buyer_keeps_no_other_from_being_made(shop: Shop, any_e_mail: None) -> None:
    refused, made = resolve_all(shop, order(1, email="no e-mail"), order(2, email="a@x.example"))
    assert isinstance(refused, PermanentError)
    assert isinstance(made, Found)


def test_a_try_that_failed_leaves_nothing_locked(shop: Shop, moysklad: Any, any_e_mail: None) -> None:
    assert isinstance(resolve(shop, order(1, email="no e-mail", phone="+79161112233")), PermanentError)
    assert agent(shop, email="right@x.example", phone="+79161112233")
    assert len(moysklad.counterparties()) == 1
    assert not CustomerBinding.objects.filter(
        key="phone", external_id__startswith=buyer_links.MAKING
    ).exists()


@pytest.mark.django_db(transaction=True)
def test_workers_who_make_a_buyer_at_the_same_moment_make_one(
    box: Any, moysklad: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them have looked and found nobody before the first begins to make anybody."""
    shop = shop_of(box)
    orders = [
        order(1, email="same@x.example"),
        order(2, source_id="7", email="Same@x.example"),
        order(3, source_id="8", email="same@X.example", phone="+79161112233"),
        order(4, email="other@x.example", phone="8 (916) 111-22-33"),
    ]
    together, claim = threading.Barrier(len(orders)), buyer_links.claim

    def claim_together(*arguments: Any) -> dict[int, str]:
        together.wait(timeout=20)
        return claim(*arguments)

    monkeypatch.setattr(buyer_links, "claim", claim_together)
    found: list[Any] = []

    def worker(one: Order) -> None:
        try:
            found.append(resolve(shop, one))
        except BaseException as error:
            found.append(error)
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=worker, args=(one,)) for one in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    same = {one.agent_id for one in found}
    rows = moysklad.counterparties()
    assert {row["id"] for row in rows} == same
    assert len([row for row in rows if row["email"].lower() == "same@x.example"]) <= 1
    assert len(rows) == len(same) <= 2
    monkeypatch.undo()
    moysklad.reset_stats()
    assert resolve(shop, orders[2]).agent_id in same
    assert asked(moysklad) == [], "the links are settled"
