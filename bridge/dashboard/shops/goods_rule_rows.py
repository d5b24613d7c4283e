"""Rows of a shop's form that say what holds for a folder of goods or for one item."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from bridge.catalog.models import Product
from bridge.configuration.goods_rules import PIECES, SHAPES
from bridge.configuration.keys import AS_THE_SITE, MOST_PIECES
from bridge.configuration.shapes import NAME_THERE, OneOf
from bridge.connections.models import GoodsRule, Shop
from bridge.dashboard.form_fields import NOT_CHOSEN, Choices, choice, text
from bridge.dashboard.shops.row_forms import BETWEEN, RowForm, RowFormSet
from bridge.dashboard.words import sentence_case
from bridge.domain.fields import MOYSKLAD, SITE

Scope, Sets = GoodsRule.Scope, GoodsRule.Sets
WORDS = {
    MOYSKLAD: _("MoySklad"),
    SITE: _("the site"),
    "no": Shop.Backorders.NO.label,
    "notify": Shop.Backorders.NOTIFY.label,
    "yes": Shop.Backorders.YES.label,
}


class GoodsRuleForm(RowForm):
    place = text(_("Which"), most=NAME_THERE, required=True)
    rule = choice(_("Holds for it"), required=True)
    pieces = forms.IntegerField(
        label=_("Pieces"),
        required=False,
        min_value=0,
        max_value=MOST_PIECES,
        widget=UnfoldAdminIntegerFieldWidget(attrs={"style": "width: 7rem"}),
    )

    class Meta:
        model = GoodsRule
        fields = ("scope",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row: GoodsRule = self.instance
        if row.external_id:
            of_pieces = row.sets in PIECES
            self.initial["rule"] = row.sets if of_pieces else f"{row.sets}{BETWEEN}{row.value}"
            self.initial["pieces"] = int(row.value) if of_pieces else None

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("rule") in PIECES and data.get("pieces") is None:
            self.add_error("pieces", _("Say how many."))
        return data


class GoodsRuleFormSet(RowFormSet):
    needed = ("scope", "place", "rule")
    twice = _("Two lines say the same of one folder or item.")

    def offer(self, form: Any) -> None:
        form.fields["rule"].choices = [("", NOT_CHOSEN), *_rules()]
        row: GoodsRule = form.instance
        if row.external_id:
            folder = self.directory.folders.get(row.external_id, "") if row.scope == Scope.FOLDER else ""
            form.initial["place"] = folder or (row.name if row.scope == Scope.ITEM else row.external_id)

    def clean(self) -> None:
        """Folders and items are found here, so that a word that means none is said beside its line."""
        self.meant: dict[tuple[str, str], str] = {}
        seen: set[tuple[str, str]] = set()
        for form in self.forms:
            data = getattr(form, "cleaned_data", {})
            if data.get("DELETE") or not all(data.get(name) for name in self.needed):
                continue
            scope, word = data["scope"], data["place"].strip()
            found = self._folders(word) if scope == Scope.FOLDER else self._items(word, form.instance)
            if len(found) != 1:
                form.add_error("place", _not_one(scope, found))
                continue
            self.meant[scope, word] = found[0]
            key = (found[0], data["rule"].partition(BETWEEN)[0])
            if key in seen:
                raise forms.ValidationError(self.twice)
            seen.add(key)

    def present(self) -> QuerySet[Any]:
        return super().present().order_by("pk")

    def row(self, data: dict[str, Any]) -> GoodsRule:
        sets, _between, value = data["rule"].partition(BETWEEN)
        word = data["place"].strip()
        return GoodsRule(
            scope=data["scope"],
            external_id=self.meant[data["scope"], word],
            name=word,
            sets=sets,
            value=value or str(data["pieces"]),
        )

    def _folders(self, word: str) -> list[str]:
        known = self.directory.folders
        return [one for one, path in known.items() if path == word] or [one for one in known if one == word]

    def _items(self, word: str, row: GoodsRule) -> list[str]:
        """By article, code or id; the item a line means already stays meant."""
        rows = Product.objects.filter(connection=self.instance.account_id, present=True)
        named = Q(article=word) | Q(code=word) | Q(external_id=word)
        found = list(rows.filter(named).values_list("external_id", flat=True)[:3])
        if row.external_id and row.name == word and (row.external_id in found or not found):
            return [row.external_id]
        return found


def _rules() -> Choices:
    """(`price:moysklad`, "Price follows: MoySklad"); what is a number of pieces has none in its code."""
    found: Choices = []
    for sets, shape in SHAPES.items():
        label = sentence_case(Sets(sets).label)
        if isinstance(shape, OneOf):
            words = {**WORDS, AS_THE_SITE: Shop.Backorders.SITE.label} if sets == Sets.BACKORDERS else WORDS
            found += [
                (f"{sets}{BETWEEN}{one}", format_lazy("{}: {}", label, words[one])) for one in shape.choices
            ]
        else:
            found.append((str(sets), label))
    return found


def _not_one(scope: str, found: list[str]) -> forms.ValidationError:
    if found:
        return forms.ValidationError(_("Several are called so. Write the id of the one you mean."))
    if scope == Scope.FOLDER:
        return forms.ValidationError(
            _("MoySklad has no such folder. Write its whole path, with “/” between.")
        )
    return forms.ValidationError(_("MoySklad has no goods with this article, code or id."))
