"""What follows the site after a document was made: only what changed there, cleared where it was cleared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from factories import EntryFactory, canonical_order

from bridge.connections.models import AttributeMapping, DirectoryEntry, Shop
from bridge.domain.order import Address, Meta, Order
from bridge.orders.models import OrderBinding
from bridge.sync.document import order_document
from bridge.sync.document.document_body import FLAGS, header_changes, header_of, notes_of, whole_body

HOME = Address(city="Москва", line1="ул. Лесная, 5", line2="кв. 1", country="RU")
ORDER = replace(canonical_order("1"), lines=(), charges=(), total_minor=0, shipping=HOME, note="Позвоните")


def written_after(*bodies: Mapping[str, Any]) -> dict[str, Any]:
    """What the bridge remembers of the header after these bodies were carried out."""
    binding = OrderBinding(written={})
    for body in bodies:
        order_document.confirm(binding, order_document.record_of(body, ORDER, reserved=False))
    return dict(binding.written)


def test_a_new_document_has_the_whole_header_and_nothing_is_sent_again(shop: Shop) -> None:
    shop.planned_days = 2
    body = whole_body(shop, ORDER)
    assert {"description", "shipmentAddressFull", "deliveryPlannedMoment"} <= set(body)
    assert header_changes(shop, ORDER, written_after(body)) == {}


def test_an_order_with_nothing_to_say_has_no_header(shop: Shop) -> None:
    bare = replace(ORDER, shipping=Address(), note="", shipping_method="", payment_title="")
    assert set(header_of(shop, bare).values()) == {None}
    assert header_changes(shop, bare, {}) == {}


def test_only_what_changed_on_the_site_is_sent(shop: Shop) -> None:
    written = written_after(whole_body(shop, ORDER))
    changed = header_changes(shop, replace(ORDER, note="Не звоните"), written)
    assert set(changed) == {"description"}
    assert changed["description"].startswith("Не звоните")


def test_a_comment_and_a_date_that_are_gone_are_cleared(shop: Shop) -> None:
    shop.planned_days = 2
    written = written_after(whole_body(shop, ORDER))
    shop.planned_days = None
    silent = replace(ORDER, note="", shipping_method="", payment_title="")
    cleared = header_changes(shop, silent, written)
    assert cleared == {"description": "", "deliveryPlannedMoment": None}


def test_an_address_is_cleared_by_its_text_and_can_come_back(shop: Shop) -> None:
    first = whole_body(shop, ORDER)
    gone = header_changes(shop, replace(ORDER, shipping=Address()), written_after(first))
    assert gone == {"shipmentAddress": ""}
    again = header_changes(shop, ORDER, written_after(first, gone))
    assert again["shipmentAddressFull"]["city"] == "Москва"
    assert header_changes(shop, ORDER, written_after(first, gone, again)) == {}


def test_a_part_of_an_address_that_is_gone_is_emptied(shop: Shop) -> None:
    written = written_after(whole_body(shop, ORDER))
    changed = header_changes(shop, replace(ORDER, shipping=replace(HOME, line2="")), written)
    assert changed["shipmentAddressFull"]["apartment"] == ""
    assert (
        header_changes(
            shop,
            replace(ORDER, shipping=replace(HOME, line2="")),
            written_after(whole_body(shop, ORDER), changed),
        )
        == {}
    )


def test_only_the_fields_that_changed_are_named(shop: Shop) -> None:
    for key in ("gift", "card"):
        EntryFactory(
            connection=shop.account,
            kind=DirectoryEntry.Kind.ORDER_ATTRIBUTE,
            external_id=key,
            name=key,
            detail="string",
        )
        AttributeMapping.objects.create(shop=shop, source=key, attribute_id=key)
    first = replace(ORDER, meta=(Meta("gift", "a"), Meta("card", "b")))
    body = whole_body(shop, first)
    second: Order = replace(ORDER, meta=(Meta("gift", "a"),))
    changed = header_changes(shop, second, written_after(body))
    assert [(row["meta"]["href"][-4:], row["value"]) for row in changed["attributes"]] == [("card", None)]
    assert header_changes(shop, second, written_after(body, changed)) == {}


def test_every_note_has_a_code_that_is_taken_back_when_it_is_true_no_longer(shop: Shop) -> None:
    shop.planned_field = "day"
    unclear = replace(ORDER, note="я" * 5000, meta=(Meta("day", "потом"),))
    assert {note.code for note in notes_of(shop, unclear)} == {"comment_cut", "planned_date_not_read"}
    assert {note.code for note in notes_of(shop, unclear)} <= set(FLAGS)
    assert notes_of(shop, ORDER) == []
