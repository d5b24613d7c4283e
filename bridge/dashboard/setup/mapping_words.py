"""What step 4 has set, line by line, for the history: states, statuses, documents of payments, warehouses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.text import format_lazy

from bridge.connections.models import DirectoryEntry, OrderRule, PaymentMethod, Shop, StatusMapping
from bridge.history.deeds import Text, short
from bridge.history.forms import joined
from bridge.wording import STATUSES

if TYPE_CHECKING:
    from bridge.dashboard.setup.mapping_form import MappingForm

Direction = StatusMapping.Direction


def mapped(shop: Shop, form: MappingForm) -> dict[Text, Text]:
    """As it is stored now, each line by what it is about; `form` knows what the site calls its methods."""
    return dict(_lines(shop, form))


def _lines(shop: Shop, form: MappingForm) -> Iterator[tuple[Text, Text]]:
    names = dict(DirectoryEntry.objects.filter(connection=shop.account_id).values_list("external_id", "name"))
    statuses = dict(form.statuses) | STATUSES
    sent = Shop._meta.get_field("send_statuses").verbose_name
    yield sent, short(joined(", ", [statuses.get(slug, slug) for slug in sorted(shop.send_statuses)]))
    for row in StatusMapping.objects.filter(shop=shop).order_by("pk"):
        status, state = statuses.get(row.site_status, row.site_status), names.get(row.state_id, "?")
        about, becomes = (status, state) if row.direction == Direction.TO_STATE else (state, status)
        yield format_lazy("{}: {}", Direction(row.direction).label, about), becomes
    methods = dict(form.payments)
    for method in PaymentMethod.objects.filter(shop=shop).order_by("pk"):
        about = methods.get(method.method, method.method)
        account = names.get(method.organization_account_id, "")
        document = PaymentMethod.Document(method.document).label
        yield format_lazy("{}: {}", method._meta.verbose_name, about), joined(", ", [document, account])
    shipping = {code: title for code, title, _zone in form.shipping}
    for rule in OrderRule.objects.filter(shop=shop).order_by("place", "pk"):
        about = shipping.get(rule.value, rule.value)
        when, sets = OrderRule.When(rule.when).label, OrderRule.Sets(rule.sets).label
        yield format_lazy("{} {}: {}", when, about, sets), names.get(rule.external_id, "?")
