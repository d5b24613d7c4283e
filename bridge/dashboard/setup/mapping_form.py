"""Step 4 as tables of select boxes: statuses and states, payment methods, shipping methods, filled with proposals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldBooleanWidget

from bridge.connections.models import DirectoryEntry, OrderRule, PaymentMethod, Shop, StatusMapping
from bridge.dashboard.shops.directory import Directory, Kind
from bridge.dashboard.words import sentence_case, status_choices
from bridge.domain.status import DEFAULT_BY_STATE_TYPE, NEVER_SENT
from bridge.history.deeds import Text
from bridge.setup import proposals
from bridge.setup.models import Setup
from bridge.wording import STATUSES
from bridge.wording import status as status_word

Direction, When, Sets = StatusMapping.Direction, OrderRule.When, OrderRule.Sets
NEW = "new"


class Line(NamedTuple):
    """A row of a table: what it is about, and its boxes."""

    name: Text
    note: str
    boxes: list[Any]


class MappingForm(forms.Form):
    """`fresh`: the owner has not agreed to this step yet, so what is likely meant is chosen where nothing is."""

    def __init__(self, *args: Any, setup: Setup, fresh: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shop: Shop = setup.shop
        self.site, self.fresh = setup.site, fresh
        self.directory = Directory(self.shop)
        self._add_statuses()
        self._add_states()
        self._add_payments()
        self._add_shipping()

    # What there is.

    @cached_property
    def states(self) -> list[DirectoryEntry]:
        return list(self._entries(Kind.STATE))

    @cached_property
    def stores(self) -> list[DirectoryEntry]:
        return list(self._entries(Kind.STORE))

    @cached_property
    def statuses(self) -> list[tuple[str, Text]]:
        """Statuses of the site with their names: as the desk calls them, those of plugins as the site does."""
        found: dict[str, Text] = {
            slug: sentence_case(STATUSES[slug]) if slug in STATUSES else name
            for slug, name in self.site.get("statuses") or status_choices()
            if slug not in NEVER_SENT
        }
        return [*found.items(), *([("trash", sentence_case(STATUSES["trash"]))] * ("trash" not in found))]

    @cached_property
    def mapped(self) -> dict[tuple[str, str], StatusMapping]:
        rows = StatusMapping.objects.filter(shop=self.shop)
        return {
            (row.direction, row.site_status if row.direction == Direction.TO_STATE else row.state_id): row
            for row in rows
        }

    @cached_property
    def methods(self) -> dict[str, PaymentMethod]:
        return {row.method: row for row in PaymentMethod.objects.filter(shop=self.shop)}

    @cached_property
    def rules(self) -> list[OrderRule]:
        return list(OrderRule.objects.filter(shop=self.shop).order_by("place", "pk"))

    @cached_property
    def shipping(self) -> list[tuple[str, str, str]]:
        return [(code, title, zone) for code, title, zone in self.site.get("shipping", ())]

    @cached_property
    def payments(self) -> list[tuple[str, str]]:
        return [(slug, title) for slug, title in self.site.get("payments", ())]

    # Boxes.

    def _add_statuses(self) -> None:
        sent = set(self.shop.send_statuses)
        offered = [(row.external_id, row.name) for row in self.states]
        for slug, _name in self.statuses:
            known = self.mapped.get((Direction.TO_STATE, slug))
            chosen = known.state_id if known else ""
            if not known and self.fresh and (slug in sent or slug in proposals.ENDS):
                chosen = proposals.state_of(slug, self.states)
            choices = [("", _("does not change")), *offered]
            if slug in proposals.NEW_STATES and not proposals.state_of(slug, self.states):
                label = _("create “%(name)s” in MoySklad") % {"name": proposals.NEW_STATES[slug][0]}
                choices.append((NEW, label))
            if chosen and chosen not in dict(choices):
                choices.append((chosen, _("no longer in MoySklad")))
            if slug != "trash":
                self._check(f"send:{slug}", slug in sent)
            self._choose(f"state:{slug}", choices, chosen)

    def _add_states(self) -> None:
        offered = [(slug, name) for slug, name in self.statuses if slug != "trash"]
        for state in self.states:
            known = self.mapped.get((Direction.TO_SITE, state.external_id))
            chosen = known.site_status if known else (proposals.status_of(state) if self.fresh else "")
            usual = DEFAULT_BY_STATE_TYPE.get(state.detail)
            none = (
                _("by its type: %(status)s") % {"status": status_word(usual)}
                if usual
                else _("does not change")
            )
            choices = [("", none), *offered]
            if chosen and chosen not in dict(choices):
                choices.append((chosen, chosen))
            self._choose(f"status:{state.external_id}", choices, chosen)

    def _add_payments(self) -> None:
        documents = [(value, sentence_case(label)) for value, label in PaymentMethod.Document.choices]
        accounts = self.directory.choices(Kind.ACCOUNT, detail=self.shop.organization_id)
        for slug, _title in self.payments:
            known = self.methods.get(slug)
            document = known.document if known else (proposals.document_of(slug) if self.fresh else "")
            account = known.organization_account_id if known else ""
            self._choose(f"document:{slug}", documents, document)
            kept = [] if not account or account in dict(accounts) else [(account, _("no longer in MoySklad"))]
            self._choose(f"account:{slug}", [("", _("the main one")), *accounts, *kept], account)

    def _add_shipping(self) -> None:
        offered = [(row.external_id, row.name) for row in self.stores]
        for code, _title, _zone in self.shipping:
            rule = self._rule_of(code)
            chosen = rule.external_id if rule else ""
            if rule is None and self.fresh:
                chosen = proposals.store_of(code, self.stores, self.shop.first_store_id)
            choices = [("", _("the usual one")), *offered]
            if chosen and chosen not in dict(choices):
                choices.append((chosen, _("no longer in MoySklad")))
            self._choose(f"store:{code}", choices, chosen)

    def _choose(self, name: str, choices: list[tuple[Any, Any]], initial: str) -> None:
        widget = UnfoldAdminSelectWidget()
        self.fields[name] = forms.ChoiceField(choices=choices, initial=initial, required=False, widget=widget)

    def _check(self, name: str, initial: bool) -> None:
        self.fields[name] = forms.BooleanField(initial=initial, required=False, widget=UnfoldBooleanWidget())

    def _entries(self, kind: str) -> Iterator[DirectoryEntry]:
        rows = DirectoryEntry.objects.filter(connection=self.shop.account_id, kind=kind)
        return iter(rows.order_by("pk"))

    def _rule_of(self, code: str) -> OrderRule | None:
        """The rule that says where goods of exactly this shipping method come from."""
        return next(
            (
                rule
                for rule in self.rules
                if (rule.when, rule.sets, rule.value) == (When.SHIPPING, Sets.STORE, code)
            ),
            None,
        )

    # Tables, for the template.

    def status_lines(self) -> list[Line]:
        return [
            Line(name, "", [self[f"send:{slug}"] if slug != "trash" else None, self[f"state:{slug}"]])
            for slug, name in self.statuses
        ]

    def state_lines(self) -> list[Line]:
        return [Line(row.name, "", [self[f"status:{row.external_id}"]]) for row in self.states]

    def payment_lines(self) -> list[Line]:
        return [
            Line(title, "", [self[f"document:{slug}"], self[f"account:{slug}"]])
            for slug, title in self.payments
        ]

    def shipping_lines(self) -> list[Line]:
        return [Line(title, zone, [self[f"store:{code}"]]) for code, title, zone in self.shipping]

    # What was chosen.

    def to_create(self) -> list[str]:
        """Statuses whose state is to be made in MoySklad."""
        return [slug for slug, _name in self.statuses if self.cleaned_data.get(f"state:{slug}") == NEW]

    def send_statuses(self) -> list[str]:
        """Those that are sent; what the site's list does not know stays as it was."""
        shown = [slug for slug, _name in self.statuses if slug != "trash"]
        chosen = [slug for slug in shown if self.cleaned_data.get(f"send:{slug}")]
        return chosen + [slug for slug in self.shop.send_statuses if slug not in shown]

    def to_state(self, created: dict[str, str]) -> list[StatusMapping]:
        """`created`: ids of the states made for statuses."""
        shown = [slug for slug, _name in self.statuses]
        kept = [
            (row.site_status, row.state_id)
            for (direction, key), row in self.mapped.items()
            if direction == Direction.TO_STATE and key not in shown
        ]
        chosen = [(slug, created.get(slug) or self.cleaned_data[f"state:{slug}"]) for slug in shown]
        return [
            StatusMapping(direction=Direction.TO_STATE, site_status=slug, state_id=state)
            for slug, state in chosen + kept
            if state and state != NEW
        ]

    def to_site(self) -> list[StatusMapping]:
        shown = [row.external_id for row in self.states]
        kept = [
            (row.state_id, row.site_status)
            for (direction, key), row in self.mapped.items()
            if direction == Direction.TO_SITE and key not in shown
        ]
        chosen = [(state, self.cleaned_data[f"status:{state}"]) for state in shown]
        return [
            StatusMapping(direction=Direction.TO_SITE, site_status=slug, state_id=state)
            for state, slug in chosen + kept
            if slug
        ]

    def payment_rows(self) -> list[PaymentMethod]:
        shown = [slug for slug, _title in self.payments]
        rows = []
        for slug in shown:
            known = self.methods.get(slug)
            document = self.cleaned_data[f"document:{slug}"]
            if document or known:
                rows.append(
                    PaymentMethod(
                        method=slug,
                        document=document,
                        organization_account_id=self.cleaned_data[f"account:{slug}"] if document else "",
                        project_id=known.project_id if known else "",
                    )
                )
        kept = [row for slug, row in self.methods.items() if slug not in shown]
        return rows + [
            PaymentMethod(
                method=row.method,
                document=row.document,
                organization_account_id=row.organization_account_id,
                project_id=row.project_id,
            )
            for row in kept
        ]

    def rule_rows(self) -> list[OrderRule]:
        """Rules keep their places; those of the methods shown say what was chosen now."""
        chosen = {code: self.cleaned_data[f"store:{code}"] for code, _title, _zone in self.shipping}
        rows = []
        for rule in self.rules:
            named = (rule.when, rule.sets) == (When.SHIPPING, Sets.STORE) and rule.value in chosen
            store = chosen.pop(rule.value) if named else rule.external_id
            if store:
                rows.append((rule.when, rule.value, rule.sets, store))
        rows += [(When.SHIPPING, code, Sets.STORE, store) for code, store in chosen.items() if store]
        return [
            OrderRule(place=place, when=when, value=value, sets=sets, external_id=external_id)
            for place, (when, value, sets, external_id) in enumerate(rows)
        ]
