"""Addresses of the API below /api/v1/: what the desk shows and does (docs/api.md)."""

from __future__ import annotations

from typing import Any, NoReturn

from django.http import Http404
from django.urls import path, re_path
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.routers import SimpleRouter

from bridge.api import (
    after_sale,
    alerts,
    calls,
    connections,
    diagnoses,
    events,
    failures,
    flows,
    goods,
    health,
    history,
    link_runs,
    orders,
    overview,
    pauses,
    personal_data,
    previews,
    problems,
    recipients,
    reconciliations,
    replays,
    shops,
    uploads,
)
from bridge.api.docs_page import WAYS_IN, ApiDocs
from bridge.api.resource import Resource

router = SimpleRouter(use_regex_path=False)
for name, resource in {
    "orders": orders.Orders,
    "refunds": after_sale.Refunds,
    "returns": after_sale.Returns,
    "failures/causes": failures.Causes,
    "failures": failures.Failures,
    "retries": failures.Retries,
    "problems": problems.Problems,
    "events": events.Events,
    "replays": replays.Replays,
    "calls": calls.Calls,
    "pauses": pauses.Pauses,
    "products": goods.Products,
    "listings": goods.Listings,
    "link-runs": link_runs.LinkRuns,
    "previews": previews.Previews,
    "changes": previews.Changes,
    "reconciliations": reconciliations.Reconciliations,
    "differences": reconciliations.Differences,
    "uploads": uploads.Uploads,
    "alerts/recipients": recipients.Recipients,
    "alerts": alerts.Alerts,
    "history": history.History,
    "diagnoses": diagnoses.Diagnoses,
    "flows": flows.Flows,
    "shops": shops.Shops,
    "connections": connections.Connections,
    "personal-data": personal_data.PersonalData,
}.items():
    router.register(name, resource, basename=f"api-{name.replace('/', '-')}")


@extend_schema(exclude=True)
class Nothing(Resource):
    """Any other address says so in the shape of all refusals."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> NoReturn:
        raise Http404

    def get(self, request: Request) -> None:
        """Never reached."""


one: dict[str, Any] = {"get": "retrieve"}
urlpatterns = [
    *router.urls,
    path("home/", overview.Home.as_view(one), name="api-home"),
    path("alerts/rules/", alerts.Rules.as_view(one), name="api-alerts-rules"),
    path("health/", health.Health.as_view(one), name="api-health"),
    path("status/", health.Status.as_view(one), name="status"),
    path("schema/", SpectacularAPIView.as_view(authentication_classes=WAYS_IN), name="schema"),
    path("docs/", ApiDocs.as_view(), name="api-docs"),
    re_path(".*", Nothing.as_view({"get": "get"})),
]
