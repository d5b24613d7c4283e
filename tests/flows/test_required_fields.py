"""A field MoySklad insists on is known before the first order fails, and named where an order has nothing for it."""

from __future__ import annotations

from typing import Any

from bridge.connections.models import AttributeMapping
from bridge.sync.document.document_attributes import unfilled_required


def test_a_required_field_is_known_first_and_named_when_an_order_lacks_it(world: Any) -> None:
    needed = world.box.moysklad.add_attribute("customerorder", "Источник сделки", "string", required=True)
    world.configure()
    assert [entry.name for entry in unfilled_required(world.shop)] == ["Источник сделки"]
    order = world.box.store.place_order({"S-00001": 1})
    message = world.message(order["id"], state="parked")
    assert message.problem == "attribute_required_missing"
    assert message.problem_params == {"attribute": "Источник сделки", "source": "—"}
    assert world.documents(order["id"]) == []
    AttributeMapping.objects.create(shop=world.shop, source="order.created_via", attribute_id=needed)
    assert unfilled_required(world.shop) == []
    later = world.document(world.box.store.place_order({"S-00001": 1})["id"])
    assert [(row["name"], row["value"]) for row in later["attributes"]] == [("Источник сделки", "store-api")]
