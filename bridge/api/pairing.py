"""The door of shops that come with a pairing code: read, throttled, answered in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import translation
from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from bridge.api.errors import refusal
from bridge.pairing.pairing import Offer, pair
from bridge.pairing.refusals import PairingRefused, remedy, sentence
from bridge.people import knocks

LANGUAGES = {"ru": "ru", "en": "en"}
PRINTABLE = r"^[\x21-\x7e]+$"


def malformed(given: serializers.Serializer[Any]) -> Response:
    """The refusal of a body whose fields are not as agreed, naming them."""
    message = gettext("These fields are missing or wrong: %(fields)s.") % {"fields": ", ".join(given.errors)}
    return Response({"code": "malformed", "message": message, "remedy": ""}, status=400)


def unread(error: Exception, context: dict[str, Any]) -> Response | None:
    """The refusal of a request that was not even read: no JSON, too many of them."""
    answer = refusal(error, context)
    if answer is not None:
        code = "malformed" if answer.status_code == 400 else answer.data["code"]
        answer.data = {"code": code, "message": answer.data["message"], "remedy": ""}
    return answer


class PairingThrottle(BaseThrottle):
    """Spares the database and the shops; the length of a code is what guards it."""

    TRIES_A_MINUTE = 20

    def allow_request(self, request: Request, view: APIView) -> bool:
        return knocks.count("pairing", request._request) <= self.TRIES_A_MINUTE

    def wait(self) -> float:
        return knocks.seconds_left()


class OfferSerializer(serializers.Serializer[Any]):
    """What the plugin sends; `language` is that of its administrator."""

    code = serializers.RegexField(PRINTABLE, max_length=100)
    site = serializers.CharField(max_length=255)
    consumer_key = serializers.RegexField(PRINTABLE, max_length=200)
    consumer_secret = serializers.RegexField(PRINTABLE, max_length=200)
    plugin_version = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)
    woocommerce_version = serializers.CharField(max_length=20, required=False, allow_blank=True)
    wordpress_version = serializers.CharField(max_length=20, required=False, allow_blank=True)
    language = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)


class PairedSerializer(serializers.Serializer[Any]):
    """What the plugin stores."""

    event_url = serializers.URLField()
    event_secret = serializers.CharField()


class RefusedSerializer(serializers.Serializer[Any]):
    """`code` for the plugin, `message` and `remedy` for its administrator."""

    code = serializers.CharField()
    message = serializers.CharField()
    remedy = serializers.CharField()


class KeysDoor(APIView):
    """Takes keys from whoever has a code. Its refusals are of one shape, whatever was wrong with the request."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (PairingThrottle,)

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response | None]:
        return unread


UNREAD = {
    405: OpenApiResponse(RefusedSerializer, "Only POST is taken."),
    406: OpenApiResponse(RefusedSerializer, "The answer is JSON; the request asks for something else."),
    415: OpenApiResponse(RefusedSerializer, "The body is not sent as JSON."),
    429: OpenApiResponse(RefusedSerializer, "Too many tries; Retry-After says when."),
}


class PairView(KeysDoor):
    """Connects a shop with a one-time code (docs/pairing.md)."""

    @extend_schema(
        request=OfferSerializer,
        auth=[],
        responses={
            200: PairedSerializer,
            400: RefusedSerializer,
            403: OpenApiResponse(RefusedSerializer, "The bridge has no address that keys may be sent to."),
            404: OpenApiResponse(RefusedSerializer, "Unknown code."),
            409: OpenApiResponse(RefusedSerializer, "Used, being checked, or a shop of another account."),
            410: OpenApiResponse(RefusedSerializer, "Too old, or failed too often."),
            422: OpenApiResponse(RefusedSerializer, "The shop did not answer the bridge as it should."),
            **UNREAD,
        },
    )
    def post(self, request: Request) -> Response:
        given = request.data if isinstance(request.data, dict) else {}
        language = LANGUAGES.get(str(given.get("language", ""))[:2].lower(), "en")
        with translation.override(language):
            return self._answer(given)

    @staticmethod
    def _answer(given: dict[str, Any]) -> Response:
        serializer = OfferSerializer(data=given)
        if not serializer.is_valid():
            return malformed(serializer)
        data = serializer.validated_data
        try:
            paired = pair(
                Offer(
                    code=data["code"],
                    site=data["site"],
                    consumer_key=data["consumer_key"],
                    consumer_secret=data["consumer_secret"],
                    plugin_version=data["plugin_version"],
                )
            )
        except PairingRefused as refused:
            said = {
                "code": refused.code,
                "message": sentence(refused.code, refused.params),
                "remedy": remedy(refused.code),
            }
            return Response(said, status=refused.status)
        answer = Response({"event_url": paired.event_url, "event_secret": paired.event_secret})
        answer["Cache-Control"] = "no-store"
        return answer
