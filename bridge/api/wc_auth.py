"""The door of WooCommerce's own screen for handing keys over: a one-time code says what the keys are for.

Source: REST API documentation, "Authentication endpoint": POST of JSON {key_id, user_id, consumer_key,
consumer_secret, key_permissions}; any answer but 200 shows the shop's administrator an error, and the key is deleted.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bridge.api.pairing import PRINTABLE, UNREAD, KeysDoor, RefusedSerializer, malformed
from bridge.pairing import codes
from bridge.pairing.pairing import Offer, pair
from bridge.pairing.refusals import PairingRefused, remedy, sentence


class KeysSerializer(serializers.Serializer[Any]):
    """What WooCommerce sends; `user_id` is our one-time code."""

    user_id = serializers.RegexField(PRINTABLE, max_length=100)
    consumer_key = serializers.RegexField(PRINTABLE, max_length=200)
    consumer_secret = serializers.RegexField(PRINTABLE, max_length=200)
    key_permissions = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)


class ConnectedSerializer(serializers.Serializer[Any]):
    connected = serializers.BooleanField()


class WcAuthView(KeysDoor):
    """Takes the keys that WooCommerce's screen hands over (docs/pairing.md)."""

    @extend_schema(
        request=KeysSerializer,
        auth=[],
        responses={
            200: ConnectedSerializer,
            400: RefusedSerializer,
            403: RefusedSerializer,
            404: RefusedSerializer,
            409: RefusedSerializer,
            410: RefusedSerializer,
            422: RefusedSerializer,
            **UNREAD,
        },
    )
    def post(self, request: Request) -> Response:
        given = request.data if isinstance(request.data, dict) else {}
        serializer = KeysSerializer(data=given)
        if not serializer.is_valid():
            return malformed(serializer)
        data = serializer.validated_data
        try:
            site = codes.known(data["user_id"]).site_url
            if not site:  # a code of the plugin: its shop names itself
                raise PairingRefused("code_unknown")
            pair(Offer(data["user_id"], site, data["consumer_key"], data["consumer_secret"]))
        except PairingRefused as refused:
            told = {"message": sentence(refused.code, refused.params), "remedy": remedy(refused.code)}
            return Response({"code": refused.code, **told}, status=refused.status)
        return Response({"connected": True})
