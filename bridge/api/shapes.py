"""Small shapes that several answers have: money, problems, words for codes, links."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from bridge.api.filters import LARGEST_KEY, in_our_times
from bridge.connections.models import Shop
from bridge.problems import remedy, sentence


class Shape(serializers.Serializer[Any]):
    """An answer, or a part of one; never written to."""


def text(**options: Any) -> serializers.CharField:
    return serializers.CharField(**options)


def number(**options: Any) -> serializers.IntegerField:
    return serializers.IntegerField(**options)


def moment(**options: Any) -> serializers.DateTimeField:
    return serializers.DateTimeField(**options)


class Day(serializers.DateField):
    """A day in years that can be reckoned with."""

    def to_internal_value(self, value: Any) -> date:
        found: date = super().to_internal_value(value)
        try:
            in_our_times(found)
        except DjangoValidationError as error:
            raise serializers.ValidationError(error.messages) from error
        return found


class Moment(serializers.DateTimeField):
    """A moment in years that can be reckoned with; without an offset it is of the bridge's time zone."""

    def to_internal_value(self, value: Any) -> datetime:
        try:
            found: datetime = super().to_internal_value(value)
            in_our_times(found)
        except DjangoValidationError as error:
            raise serializers.ValidationError(error.messages) from error
        except (OverflowError, ValueError):
            self.fail("invalid", format="ISO 8601")
        return found


class MoneySerializer(Shape):
    """`minor`: whole kopecks, cents, … of `currency` (ISO 4217)."""

    minor = number()
    currency = text()


class WordSerializer(Shape):
    """A code, and what people call it in the reader's language."""

    code = text()
    label = text()  # type: ignore[assignment]


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "An item nobody linked",
            {
                "code": "unlinked_lines",
                "message": "These items are not linked with MoySklad: Mug (MUG-0001).",
                "remedy": "Link each of them.",
            },
        )
    ]
)
class ProblemSerializer(Shape):
    """What stands in the way and what to do about it, in the reader's language. `code` is of the error catalogue."""

    code = text()
    message = text()
    remedy = text()


class NamedSerializer(Shape):
    id = number()
    name = text()


class ProgressSerializer(Shape):
    """Long work: how far it is."""

    done = number()
    total = number()


class RelatedDocumentSerializer(Shape):
    """A document in MoySklad. `url` is empty where it is not there to be opened."""

    kind = WordSerializer()
    number = text()
    url = text()
    gone = serializers.BooleanField()


def money(minor: int, currency: str) -> dict[str, Any]:
    return {"minor": minor, "currency": currency}


def word(code: str, label: object) -> dict[str, str]:
    return {"code": code, "label": str(label)}


def problem(code: str, params: Mapping[str, Any]) -> dict[str, str] | None:
    """None where nothing is wrong."""
    if not code:
        return None
    return {"code": code, "message": sentence(code, params), "remedy": remedy(code)}


def shop(row: Shop) -> dict[str, Any]:
    return {"id": row.pk, "name": row.name}


def opened(url: str, *, gone: bool = False) -> str:
    """The address of a page in MoySklad, where it is one and the document is there."""
    return url if url.startswith("https://") and not gone else ""


def progress(run: Any) -> dict[str, int]:
    return {"done": run.done, "total": run.total}


class DoneSerializer(Shape):
    """What was done: `result` is a code, `message` a sentence."""

    result = text()
    message = text()


class CountSerializer(Shape):
    """To how many it was done; `left`: to how many it could not be, being on their way or finished."""

    done = number()
    left = number()


class RowsSerializer(Shape):
    """Rows by their ids."""

    ids = serializers.ListField(
        child=number(min_value=1, max_value=LARGEST_KEY), min_length=1, max_length=500
    )
