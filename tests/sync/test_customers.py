"""Each buyer is looked for by every way there is, in few questions."""

from unittest import mock

import pytest

from bridge.connections.models import Shop
from bridge.domain.order import Customer
from bridge.sync import customers

pytestmark = pytest.mark.django_db
AT = "2026-01-01 00:00:00"


def client(emails: list[dict[str, str]], phones: list[dict[str, str]]) -> mock.Mock:
    made = mock.Mock()
    made.counterparties.by_emails.side_effect = lambda asked: [r for r in emails if r["email"] in asked]
    made.counterparties.by_phones.side_effect = lambda asked: [r for r in phones if r["phone"] in asked]
    made.counterparties.save.side_effect = lambda bodies: [{"id": "NEW"} for _ in bodies]
    return made


def resolve(shop: Shop, wire: mock.Mock, *buyers: Customer) -> list[object]:
    asked = {n: (buyer, customers.keys_of(buyer, "s", str(n))) for n, buyer in enumerate(buyers)}
    found = customers.resolve(wire, shop.account, asked)
    return [found[n] for n in range(len(buyers))]


def test_a_buyer_without_e_mail_is_found_by_phone_beside_one_found_by_e_mail(shop: Shop) -> None:
    wire = client(
        [{"id": "A", "email": "a@x.example", "updated": AT}],
        [{"id": "B", "phone": "+79161112233", "updated": AT}],
    )
    assert resolve(shop, wire, Customer(email="a@x.example"), Customer(phone="8 916 111-22-33")) == ["A", "B"]
    wire.counterparties.save.assert_not_called()


def test_phones_of_buyers_found_by_e_mail_are_not_asked_for(shop: Shop) -> None:
    wire = client([{"id": "A", "email": "a@x.example", "updated": AT}], [])
    assert resolve(shop, wire, Customer(email="a@x.example", phone="+79161112233")) == ["A"]
    wire.counterparties.by_phones.assert_not_called()


def test_an_e_mail_is_asked_for_as_typed_and_in_lower_case_in_one_call(shop: Shop) -> None:
    wire = client([{"id": "A", "email": "Anna@X.example", "updated": AT}], [])
    assert resolve(shop, wire, Customer(email="Anna@X.example")) == ["A"]
    assert wire.counterparties.by_emails.call_args_list == [mock.call(["Anna@X.example", "anna@x.example"])]
