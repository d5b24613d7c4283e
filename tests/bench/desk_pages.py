"""Every page of the desk and every list of the API, as its owner reaches them.

Lists come from the desk's own register: each with all choices of its filters, its columns as orderings and later pages;
so a new list, filter or column is measured without anybody adding it. By hand stand only what a person types (searches,
periods), pages of their own, and what two filters do together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import combinations
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import RequestFactory
from django.urls import resolve, reverse
from django.utils import timezone

from bridge.dashboard.home.home_page import PARTS
from bridge.dashboard.orders.timeline import MARK
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.models import OutboxMessage
from bridge.sync.models import Drift, GoodsRun, Reconciliation
from tests.bench.desk_rows import last_id

DIFFERENT = 15
"""Different rows that are looked for or opened in turn."""
SHOWN_BEFORE = {
    "outboxmessage": {"state": "all"},
    "return": {"state": "all"},
    "drift": {"state": "all"},
}
"""Lists that show only what needs somebody unless asked for all; their filters are measured both ways."""
TOGETHER = ("order", "outboxmessage", "inboxevent", "apicall", "drift", "listing", "goodschange", "return")
"""Lists of large tables, in which every pair of filters is tried."""


@dataclass(frozen=True)
class Page:
    """Addresses of one sort, which are asked in turn."""

    name: str
    addresses: list[str]
    headers: dict[str, str] = field(default_factory=dict)


def pages(owner: User) -> Iterator[Page]:
    yield from _home()
    yield from _orders()
    yield from _lists(owner)
    yield from _attention()
    yield from _searches()
    yield from _periods()
    yield from _forms()
    yield from _api()


def _list(name: str, **asked: Any) -> str:
    label = {"logentry": "admin", "user": "auth"}.get(name, "bridge")
    url = reverse(f"admin:{label}_{name}_changelist")
    return f"{url}?{urlencode(asked)}" if asked else url


def _change(name: str, pk: int) -> str:
    label = {"logentry": "admin", "user": "auth"}.get(name, "bridge")
    return reverse(f"admin:{label}_{name}_change", args=[pk])


def _home() -> Iterator[Page]:
    yield Page("Home", ["/admin/"])
    for part in PARTS:
        yield Page(f"Home, its part {part}", ["/admin/"], {"HX-Request": "true", "HX-Target": part})
    today = timezone.localdate()
    day = {"placed_at_from": today.isoformat(), "placed_at_to": today.isoformat()}
    codes = ("sent", "waiting", "needs_you")
    yield Page("Home's links to today's orders", [_list("order", **day, standing=code) for code in codes])


def _orders() -> Iterator[Page]:
    spread = _spread()
    long = Order.objects.order_by("pk")[0].pk
    newest = list(Order.objects.order_by("-pk").values_list("pk", flat=True)[:DIFFERENT])
    yield Page("an order", [_change("order", pk) for pk in spread])
    yield Page("an order that needs you", [_change("order", pk) for pk in newest])
    yield Page("an order, 3500 steps", [_change("order", long)])
    moments = [(timezone.now() - timedelta(days=n * 3 + 1)).strftime(MARK) for n in range(DIFFERENT)]
    yield Page("an order, its earlier steps", [f"{_change('order', long)}?before={one}" for one in moments])


def _lists(owner: User) -> Iterator[Page]:
    """Of every list: itself, later pages, each column as its order, each choice of each filter, pairs of them."""
    for model, page in admin.site._registry.items():
        name = str(model._meta.model_name)
        if name in ("setup", "diagnosis"):  # pages of their own, below
            continue
        whole = SHOWN_BEFORE.get(name, {})
        yield Page(f"{name}: list", [_list(name)])
        if whole:
            yield Page(f"{name}: all", [_list(name, **whole)])
        yield Page(
            f"{name}: later pages", [_list(name, **whole, p=p) for p in (2, 5, 20, 50, 100, 200, 5000)]
        )
        changelist = _changelist(model, page, owner)
        columns = [
            number
            for number, column in enumerate(changelist.list_display)
            if number in changelist.get_ordering_field_columns() or _orders_by(changelist, column)
        ]
        if columns:
            sorts = [f"{sign}{number}" for number in columns for sign in ("", "-")]
            yield Page(f"{name}: sorted", [_list(name, **whole, o=one) for one in sorts])
        filters = {
            str(next(iter(spec.expected_parameters()))): _choices(spec) for spec in changelist.filter_specs
        }
        filters = {parameter: values for parameter, values in filters.items() if values}
        for parameter, values in filters.items():
            narrowed = [_list(name, **{parameter: value}) for value in values]
            if whole and parameter not in whole:
                narrowed += [_list(name, **whole, **{parameter: value}) for value in values]
            yield Page(f"{name}: filter {parameter}", narrowed)
        if name in TOGETHER:
            both = [
                _list(
                    name,
                    **({} if one == "state" or other == "state" else whole),
                    **{one: first, other: second},
                )
                for one, other in combinations(filters, 2)
                for first in filters[one]
                for second in filters[other]
            ]
            yield Page(f"{name}: two filters at once ({len(both)})", both)
        rows = [_change(name, pk) for pk in _keys(model)]
        if rows:
            yield Page(f"{name}: a row", rows)
            yield Page(
                f"{name}: history of a row", [url.replace("/change/", "/history/") for url in rows[:3]]
            )


def _changelist(model: type[Model], page: Any, owner: User) -> Any:
    request = RequestFactory().get(_list(str(model._meta.model_name)))
    request.user = owner
    request.resolver_match = resolve(request.path)
    return page.get_changelist_instance(request)


def _orders_by(changelist: Any, column: Any) -> bool:
    found = changelist.get_ordering_field(column)
    return bool(found)


def _choices(spec: Any) -> list[str]:
    """What can be chosen in a filter, without “all”."""
    if hasattr(spec, "lookup_choices"):
        return [str(choice[0]) for choice in spec.lookup_choices if choice[0] not in ("", None)]
    flat = getattr(getattr(spec, "field", None), "flatchoices", None)
    if flat:
        return [str(value) for value, _label in flat]
    return ["1", "0"] if "Boolean" in type(spec).__name__ else []


def _keys(model: type[Model]) -> list[int]:
    rows = model._default_manager.order_by("-pk").values_list("pk", flat=True)
    return list(rows[:DIFFERENT])


def _attention() -> Iterator[Page]:
    page = reverse("admin:bridge_outboxmessage_attention")
    shop = Order.objects.order_by("pk").values_list("shop", flat=True)[0]
    day = timezone.localdate().isoformat()
    asked = (
        {"shop": shop},
        {"cause": "unlinked_lines"},
        {"assigned": "nobody"},
        {"put_off": "on"},
        {"since": day, "until": day},
        {"shop": shop, "cause": "payload_not_an_order"},
    )
    yield Page("needs attention", [page])
    yield Page("needs attention, narrowed", [f"{page}?{urlencode(one)}" for one in asked])
    group = {"source": "messages", "of": shop, "of_cause": "unlinked_lines"}
    deeds = ("retry", "discard", "assign", "snooze")
    urls = [f"{reverse(f'admin:bridge_outboxmessage_attention_{deed}')}?{urlencode(group)}" for deed in deeds]
    yield Page("needs attention, what to do with a group", urls)
    yield Page("error catalogue", [reverse("admin:bridge_outboxmessage_catalogue")])


def _searches() -> Iterator[Page]:
    orders = [Order.objects.get(pk=pk) for pk in _spread()]
    documents = list(OrderBinding.objects.filter(order__in=orders))
    phones = [one.phone for one in orders]
    searches = {
        "number": [one.number for one in orders],
        "beginning of a number": [one.number[:3] for one in orders],
        "phone": [f"8 ({one[2:5]}) {one[5:8]}-{one[8:]}" for one in phones],
        "end of a phone": [one[-5:] for one in phones],
        "e-mail": [one.email.upper() for one in orders],
        "beginning of an e-mail": [one.email[:7] for one in orders],
        "number in MoySklad": [one.document_name for one in documents],
        "two words": [f"{one.number} {one.email}" for one in orders],
        "nothing found": ["нет такого"],
    }
    for what, words in searches.items():
        yield Page(f"order: search, {what}", [_list("order", q=word) for word in words])
    for name in ("outboxmessage", "refund", "return"):
        words = [one for found in searches.values() for one in found[:3]]
        yield Page(f"{name}: search", [_list(name, **SHOWN_BEFORE.get(name, {}), q=word) for word in words])
    numbers = [one.number for one in orders]
    others = {
        "inboxevent": ["many-1234", *numbers[:5], "nothing"],
        "apicall": ["customerorder", "503", "nothing", *numbers[:5]],
        "listing": ["MUG-1234", "кружка", "кружка 12", "nothing"],
        "product": ["MUG-1234", "кружка", "кружка 12", "nothing"],
        "drift": [*numbers[:3], "nothing"],
        "goodschange": ["MUG-1234", "кружка", "кружка 12", "nothing"],
        "logentry": ["поставлен", "nothing", numbers[0]],
        "user": ["owner", "nothing"],
        "shop": ["лавка", "nothing"],
        "connection": ["account", "nothing"],
    }
    for name, words in others.items():
        whole = SHOWN_BEFORE.get(name, {})
        yield Page(f"{name}: search", [_list(name, **whole, q=word) for word in words])
    calls = [_list("apicall", of=f"order:{one.pk}") for one in orders[:5]]
    messages = OutboxMessage.objects.order_by("-pk").values_list("pk", flat=True)[:5]
    calls += [_list("apicall", of=f"message:{pk}") for pk in messages]
    yield Page("apicall: of an order or message", calls)
    run = GoodsRun.objects.filter(step="ready").values_list("pk", flat=True)[0]
    yield Page("goodschange: a preview, searched", [_list("goodschange", run=run, q="MUG-1234")])
    night = Reconciliation.objects.order_by("pk").values_list("pk", flat=True)[0]
    yield Page("drift: of one comparison", [_list("drift", reconciliation__id__exact=night, state="all")])


def _periods() -> Iterator[Page]:
    """A week of each list that can be narrowed to days, and all that came before a year's end."""
    fields = {
        "order": "placed_at",
        "outboxmessage": "created_at",
        "inboxevent": "received_at",
        "apicall": "at",
    }
    fields["logentry"] = "action_time"
    today = timezone.localdate()
    for name, moment in fields.items():
        addresses = []
        for weeks in (1, 2, 4, 20, 40):
            begin = today - timedelta(weeks=weeks)
            week = {f"{moment}_from": begin.isoformat(), f"{moment}_to": (begin + timedelta(6)).isoformat()}
            addresses.append(_list(name, **SHOWN_BEFORE.get(name, {}), **week))
        addresses.append(_list(name, **SHOWN_BEFORE.get(name, {}), **{f"{moment}_to": today.isoformat()}))
        yield Page(f"{name}: some days", addresses)
    begin = (today - timedelta(30)).isoformat()
    month = {"placed_at_from": begin, "placed_at_to": today.isoformat()}
    codes = ("needs_you", "waiting", "held", "sent", "not_sent", "left", "differs")
    yield Page("order: a month by state", [_list("order", **month, standing=code) for code in codes])
    statuses = ("completed", "refunded", "failed")
    yield Page("order: a month by status", [_list("order", **month, status=code) for code in statuses])


def _forms() -> Iterator[Page]:
    """Pages on which something is begun, and those that are no list."""
    names = [name for name in (_add(model) for model in admin.site._registry) if name]
    for name in names:
        yield Page(f"{name}: new", [reverse(f"admin:{name}_add")])
    yield Page("set-up assistant", ["/admin/bridge/setup/"])
    yield Page("diagnosis", ["/admin/bridge/diagnosis/"])
    listing = Drift._meta.get_field("listing").related_model.objects.order_by("-pk")[0].pk
    url = reverse("admin:bridge_listing_products", args=[listing])
    yield Page(
        "products to choose from", [f"{url}?term={term}" for term in ("", "MUG-1234", "кружка", "none")]
    )
    yield Page("my sign-in", [reverse("people:me")])


def _add(model: type[Model]) -> str:
    page = admin.site._registry[model]
    request = RequestFactory().get("/")
    request.user = User.objects.get(username="owner")
    name = f"{model._meta.app_label}_{model._meta.model_name}"
    return name if page.has_add_permission(request) else ""


def _api() -> Iterator[Page]:
    order = Order.objects.get(pk=_spread()[0])
    document = OrderBinding.objects.filter(order__in=_spread())[0].document_name
    codes = ("needs_you", "waiting", "held", "sent", "not_sent", "left", "differs")
    standing = [f"/api/v1/orders/?standing={code}" for code in codes]
    found = [
        *(
            f"/api/v1/orders/?search={word}"
            for word in (order.number, order.email, order.phone[-10:], "none")
        ),
        f"/api/v1/orders/?number={order.number}",
        f"/api/v1/orders/?site_id={order.source_id}",
        f"/api/v1/orders/?{urlencode({'document': document})}",
        "/api/v1/orders/?status=failed",
        "/api/v1/orders/?status=completed",
        f"/api/v1/orders/?shop={order.shop_id}",
        "/api/v1/orders/?ordering=placed_at",
        "/api/v1/orders/?placed_from=2026-01-01T00:00:00Z&placed_until=2026-02-01T00:00:00Z",
    ]
    yield Page("API: orders", ["/api/v1/orders/"])
    yield Page("API: orders by standing", standing)
    yield Page("API: orders, filtered", found)
    yield Page("API: an order", [f"/api/v1/orders/{pk}/" for pk in _spread()])
    yield Page("API: journey of an order", [f"/api/v1/orders/{pk}/journey/" for pk in _spread()])
    causes = [f"/api/v1/failures/?{one}" for one in ("cause=unlinked_lines", "state=dead", "assigned=nobody")]
    yield Page("API: failures", ["/api/v1/failures/", *causes])
    grouped = "/api/v1/failures/causes/"
    yield Page("API: causes of failures", [grouped, f"{grouped}?shop={order.shop_id}"])
    for name in (
        "retries",
        "products",
        "listings",
        "previews",
        "changes",
        "reconciliations",
        "differences",
        "shops",
    ):
        yield Page(f"API: {name}", [f"/api/v1/{name}/"])
    yield Page("API: goods searched", [f"/api/v1/{one}/?search=MUG-1234" for one in ("products", "listings")])
    yield Page("API: status", ["/api/v1/status/"])


def _spread() -> list[int]:
    """Orders from the newest to the oldest, equally far from one another."""
    oldest, newest = Order.objects.order_by("pk").values_list("pk", flat=True)[0], last_id(Order)
    wanted = [newest - (n + 1) * (newest - oldest) // (DIFFERENT + 2) for n in range(DIFFERENT)]
    return [Order.objects.filter(pk__lte=pk).order_by("-pk").values_list("pk", flat=True)[0] for pk in wanted]
