"""/link-runs/: many links at once, of suggestions, a table or an earlier plugin: checked, agreed to, taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from bridge.api import filters
from bridge.api.errors import Conflict
from bridge.api.long_work import LongWorkResource, LongWorkSerializer, work
from bridge.api.roles import note, person
from bridge.api.shapes import DoneSerializer, NamedSerializer, Shape, WordSerializer, number, text, word
from bridge.catalog import suggestions
from bridge.catalog.models import Listing, Product
from bridge.connections.models import Shop
from bridge.dashboard.links import link_run_page, link_words
from bridge.domain import link_table
from bridge.domain.suggestions import LEAST
from bridge.history.deeds import Sentence
from bridge.sync.links import link_runs, suggested
from bridge.sync.models import LinkRun

Kind = LinkRun.Kind
# A table of links may be longer than other bodies.
MOST_BYTES = 2_000_000


class LinkRunSerializer(LongWorkSerializer):
    """`step`: checking, ready (waits for a person), making, made, undoing, undone or dropped. `counts`: lines by what
    becomes of them.
    """

    kind = WordSerializer()
    step = WordSerializer()
    what = text()
    by = text()
    counts = serializers.DictField(child=number())


class LinkLineSerializer(Shape):
    """A line that needs a look: what becomes of it, and why."""

    line = number(allow_null=True, help_text="Of the table.")
    listing = NamedSerializer(allow_null=True)
    product = NamedSerializer(allow_null=True)
    code = text()
    message = text()


class WholeLinkRunSerializer(LinkRunSerializer):
    """With the first of the lines that need a look."""

    lines = LinkLineSerializer(many=True)


class OfShopSerializer(Shape):
    shop = number(min_value=1, max_value=filters.LARGEST_KEY)


class LeastSerializer(OfShopSerializer):
    """`least`: likeness in per cent from which on suggestions are meant."""

    least = number(min_value=LEAST, max_value=100)


class SureSerializer(Shape):
    """How many suggestions are sure from that likeness on."""

    count = number()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A table",
            {
                "shop": 1,
                "of": "file",
                "name": "links.csv",
                "content": "sku;article\nMUG-1;MUG-0001\n",
            },
            request_only=True,
        ),
        OpenApiExample(
            "Suggestions of 95 % and more", {"shop": 1, "of": "suggestions", "least": 95}, request_only=True
        ),
    ]
)
class BeginLinksSerializer(OfShopSerializer):
    """`least` belongs to suggestions; `name` and `content`, the text of a CSV table as the download of the desk has it,
    to a file. The body may have 2 MB; longer tables are read on the desk.
    """

    of = serializers.ChoiceField(choices=Kind.choices)
    least = number(required=False, min_value=LEAST, max_value=100)
    name = serializers.CharField(required=False, max_length=200)
    content = serializers.CharField(required=False, trim_whitespace=False)

    def validate(self, given: Any) -> Any:
        needed = {Kind.SUGGESTIONS: ("least",), Kind.FILE: ("content",)}.get(given["of"], ())
        missing = [name for name in needed if given.get(name) is None]
        if missing:
            raise serializers.ValidationError({name: [gettext("This is needed.")] for name in missing})
        return given


class LinkRunFilters(filters.Set):
    shop = filters.Key(field_name="shop")
    kind = filters.Choice(field_name="kind", choices=Kind.choices)
    step = filters.Choice(field_name="step", choices=LinkRun.Step.choices)


def link_run(run: LinkRun) -> dict[str, Any]:
    counts = {code: n for code, n in run.counts.items() if isinstance(n, int)}
    return {
        **work(run),
        "kind": word(run.kind, run.get_kind_display()),
        "step": word(run.step, run.get_step_display()),
        "what": link_run_page.described(run),
        "by": run.by,
        "counts": counts,
    }


@extend_schema_view(list=extend_schema(responses=LinkRunSerializer(many=True)))
class LinkRuns(LongWorkResource):
    table = "linkrun"
    queryset = LinkRun.objects.all()
    filterset_class = LinkRunFilters
    model = LinkRun
    shape = staticmethod(link_run)
    most_bytes = MOST_BYTES

    @extend_schema(responses=WholeLinkRunSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        """With the lines that need a look."""
        run = get_object_or_404(self.get_queryset(), pk=pk)
        return Response({**link_run(run), "lines": list(_lines(run))})

    @extend_schema(request=BeginLinksSerializer, responses={201: LinkRunSerializer})
    def create(self, request: Request) -> Response:
        """A table and links of an earlier plugin are checked first and wait until somebody agrees; suggestions become
        links at once (`estimate/` says how many). 409 while the shop has another at work.
        """
        given = self.given(BeginLinksSerializer)
        shop, by = self._shop(given["shop"]), str(person(request))
        run = self._begun(shop, by, given)
        note(request, run, _("Started."))
        return Response(link_run(run), status=201)

    @extend_schema(request=LeastSerializer, responses=SureSerializer)
    @action(detail=False, methods=["post"])
    def estimate(self, request: Request) -> Response:
        """How many links suggestions of this likeness would make. Nothing is done."""
        given = self.given(LeastSerializer)
        return Response({"count": suggestions.sure(self._shop(given["shop"]), given["least"]).count()})

    @extend_schema(request=OfShopSerializer, responses=DoneSerializer)
    @action(detail=False, methods=["post"])
    def look(self, request: Request) -> Response:
        """Look for links by SKU and for suggestions anew, as soon as a worker is free."""
        shop = self._shop(self.given(OfShopSerializer)["shop"])
        suggested.again(shop)
        said = _("Links and suggestions are looked for.")
        note(request, shop, said)
        return Response({"result": "looking", "message": said})

    @extend_schema(request=None, responses=DoneSerializer)
    @action(detail=True, methods=["post"])
    def agree(self, request: Request, pk: int) -> Response:
        """Make the links that were shown."""
        return self._decided(pk, link_runs.agree, _("The links are being made."))

    @extend_schema(request=None, responses=DoneSerializer)
    @action(detail=True, methods=["post"])
    def drop(self, request: Request, pk: int) -> Response:
        """Make no link."""
        return self._decided(pk, link_runs.drop, _("Nothing was linked."))

    @extend_schema(request=None, responses=DoneSerializer)
    @action(detail=True, methods=["post"], url_path="take-back")
    def take_back(self, request: Request, pk: int) -> Response:
        """Link each product again as it was before. Links that somebody has changed since stay."""
        return self._decided(pk, link_runs.take_back, _("The links are being taken back."))

    def _begun(self, shop: Shop, by: str, given: dict[str, Any]) -> LinkRun:
        match given["of"]:
            case Kind.SUGGESTIONS:
                return link_runs.from_suggestions(shop, by, given["least"])
            case Kind.EARLIER:
                return link_runs.from_earlier(shop, by)
        try:
            return link_runs.from_file(shop, by, given.get("name", ""), given["content"].encode())
        except link_table.NotATable as error:
            raise serializers.ValidationError({"content": [link_words.of_file(error.reason)]}) from error

    def _decided(self, pk: int, act: Callable[[LinkRun], bool], said: Sentence) -> Response:
        run = get_object_or_404(self.get_queryset(), pk=pk)
        if not act(run):
            raise Conflict("decided_already", gettext("This was decided on already."))
        note(self.request, run, said)
        run.refresh_from_db()
        return Response({"result": run.step, "message": said})

    @staticmethod
    def _shop(pk: int) -> Shop:
        return get_object_or_404(Shop.objects.select_related("site", "account"), pk=pk)


def _lines(run: LinkRun) -> Iterator[dict[str, Any]]:
    rows = run.counts.get("shown", [])
    listings = Listing.objects.in_bulk([listing for _line, listing, *_rest in rows if listing])
    products = Product.objects.in_bulk([product for _line, _listing, product, *_rest in rows if product])
    for line, listing, product, code, params in rows:
        yield {
            "line": line or None,
            "listing": _named(listings.get(listing)),
            "product": _named(products.get(product)),
            "code": code,
            "message": link_words.of_line(code, params),
        }


def _named(row: Listing | Product | None) -> dict[str, Any] | None:
    return None if row is None else {"id": row.pk, "name": str(row)}
