"""How orders look in answers."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request

from bridge.api.roles import personal, private
from bridge.api.shapes import (
    MoneySerializer,
    NamedSerializer,
    ProblemSerializer,
    Shape,
    WordSerializer,
    moment,
    money,
    number,
    problem,
    shop,
    text,
    word,
)
from bridge.catalog.bindings import find_listings
from bridge.dashboard.orders.order_states import ATTENTION, standing
from bridge.dashboard.orders.timeline import Step, timeline
from bridge.dashboard.words import KINDS
from bridge.dashboard.words import word as called
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.models import OutboxMessage
from bridge.wording import STATUSES

OBSTACLES = 10


class DocumentSerializer(Shape):
    """The order's document in MoySklad. `gone`: it was removed there."""

    number = text()
    url = text(help_text="Empty where there is nothing to open.")
    sum = MoneySerializer()
    gone = serializers.BooleanField()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "An order that waits for a link",
            {
                "id": 640,
                "number": "5001",
                "site_id": "5001",
                "shop": {"id": 1, "name": "site"},
                "placed_at": "2026-05-14T09:30:00Z",
                "changed_at": "2026-05-14T09:30:00Z",
                "status": {"code": "processing", "label": "processing"},
                "standing": {"code": "needs_you", "label": "needs you"},
                "remarks": False,
                "total": {"minor": 189170, "currency": "RUB"},
                "email": "buyer@example.com",
                "phone": "+79990001122",
                "document": None,
            },
        )
    ]
)
class OrderRowSerializer(Shape):
    """`standing`: sent, waiting, needs_you, held, not_sent or left. `remarks`: staff should know something about it.

    Viewers get the buyer's address and number masked.
    """

    id = number()
    number = text()
    site_id = text(help_text="The order's id on the site.")
    shop = NamedSerializer()
    placed_at = moment()
    changed_at = moment(help_text="On the site.")
    status = WordSerializer(help_text="On the site.")
    standing = WordSerializer()
    remarks = serializers.BooleanField()
    total = MoneySerializer()
    email = text()
    phone = text()
    document = DocumentSerializer(allow_null=True)


class LineSerializer(Shape):
    """`listing`: the item on the site; `product`: the item in MoySklad it is linked with."""

    name = text()
    sku = text()
    quantity = text(help_text="A decimal number.")
    total = MoneySerializer()
    listing = number(allow_null=True)
    product = number(allow_null=True)


class ChargeSerializer(Shape):
    name = text()
    total = MoneySerializer()


class ObstacleSerializer(Shape):
    """A message that waits for a person; `failure` is its id under /failures/."""

    failure = number()
    kind = WordSerializer()
    problem = ProblemSerializer(allow_null=True)


class RemarkSerializer(Shape):
    since = moment()
    problem = ProblemSerializer()


class CallSerializer(Shape):
    """`level`: success, info, warning, danger or muted."""

    at = moment()
    level = text()
    title = text()
    text = text()


class StepSerializer(CallSerializer):
    """A step and the calls that were made for it, the earliest first; `said` sums them up."""

    said = text()
    calls = CallSerializer(many=True)


class JourneySerializer(Shape):
    """A page of the journey, the newest step first. `earlier`: give it as `before` for the next page; empty at the
    end.
    """

    steps = StepSerializer(many=True)
    earlier = text()


class BuyerSerializer(Shape):
    """Empty for viewers."""

    name = text()
    company = text()
    address = text()
    note = text()


class OrderSerializer(OrderRowSerializer):
    """An order with the newest page of its journey."""

    buyer = BuyerSerializer()
    lines = LineSerializer(many=True)
    charges = ChargeSerializer(many=True)
    obstacles = ObstacleSerializer(many=True)
    remarked = RemarkSerializer(many=True)
    journey = JourneySerializer()


def order_row(order: Any, request: Request) -> dict[str, Any]:
    """Of an order that `with_standing` read."""
    now = standing(order)
    return {
        "id": order.pk,
        "number": order.number,
        "site_id": order.source_id,
        "shop": shop(order.shop),
        "placed_at": order.placed_at,
        "changed_at": order.modified_at,
        "status": word(order.status, called(STATUSES, order.status)),
        "standing": word(now.code, now.label),
        "remarks": order.flagged,
        "total": money(order.total_minor, order.currency),
        "email": personal(request, order.email),
        "phone": personal(request, order.phone),
        "document": _document(order),
    }


def whole_order(order: Order, request: Request) -> dict[str, Any]:
    content = order.canonical
    buyer = content.customer
    address = content.shipping.one_line() or content.billing.one_line()
    listings = find_listings(order.shop, ((line.product_id, line.variation_id) for line in content.lines))
    return {
        **order_row(order, request),
        "buyer": {
            "name": private(request, buyer.full_name),
            "company": private(request, buyer.company),
            "address": private(request, address),
            "note": private(request, content.note),
        },
        "lines": [
            {
                "name": line.name,
                "sku": line.sku,
                "quantity": str(line.quantity),
                "total": money(line.total_minor, order.currency),
                **_linked(listings.get((line.product_id, line.variation_id))),
            }
            for line in content.lines
        ],
        "charges": [
            {"name": charge.name, "total": money(charge.total_minor, order.currency)}
            for charge in content.charges
        ],
        "obstacles": _obstacles(order),
        "remarked": [
            {"since": row.raised_at, "problem": problem(row.code, row.params)} for row in order.flags.all()
        ],
        "journey": journey(order),
    }


def journey(order: Order, before: str = "") -> dict[str, Any]:
    page = timeline(order, before)
    return {
        "steps": [
            {**_call(step), "said": step.said, "calls": [_call(call) for call in step.calls]}
            for step in page.steps
        ],
        "earlier": page.earlier,
    }


def _call(step: Step) -> dict[str, Any]:
    return {"at": step.at, "level": step.colour, "title": step.title, "text": str(step.text)}


def _document(order: Order) -> dict[str, Any] | None:
    binding: OrderBinding | None = getattr(order, "binding", None)
    if binding is None or not binding.document_name:
        return None
    return {
        "number": binding.document_name,
        "url": "" if binding.gone else binding.page_url,
        "sum": money(binding.sum_minor, order.currency),
        "gone": bool(binding.gone),
    }


def _linked(listing: Any) -> dict[str, int | None]:
    binding = getattr(listing, "binding", None)
    return {
        "listing": listing.pk if listing is not None else None,
        "product": binding.product_id if binding is not None else None,
    }


def _obstacles(order: Order) -> list[dict[str, Any]]:
    rows = OutboxMessage.objects.filter(object_key=order.object_key, state__in=ATTENTION).order_by("-pk")
    return [
        {
            "failure": row.pk,
            "kind": word(row.kind, called(KINDS, row.kind)),
            "problem": problem(row.problem, row.problem_params),
        }
        for row in rows[:OBSTACLES]
    ]
