"""/alerts/recipients/: a test message to one of those who are told. The owner's, as who is told what."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from bridge.alerts import send
from bridge.alerts.models import Recipient
from bridge.api.errors import Conflict
from bridge.api.resource import Resource
from bridge.api.roles import note
from bridge.api.shapes import DoneSerializer


class Recipients(Resource):
    table = "recipient"
    queryset = Recipient.objects.all()

    @extend_schema(request=None, responses=DoneSerializer)
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: int) -> Response:
        """A short message is sent at once, whatever the hour. 409 says why it was not."""
        recipient = get_object_or_404(self.get_queryset(), pk=pk)
        problem = send.try_out(recipient)
        if problem is not None:
            note(request, recipient, _("A test could not be sent."))
            raise Conflict(problem=problem)
        said = _("The test is sent. Look whether it has come.")
        note(request, recipient, said)
        return Response({"result": "sent", "message": said})
