"""Every address of the bridge."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from bridge.api import health, metrics, site_orders
from bridge.api.pairing import PairView
from bridge.api.wc_auth import WcAuthView
from bridge.inbox import views as inbox
from bridge.people import own_pages

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/password_change/", admin.site.admin_view(own_pages.new_password, cacheable=True)),
    path("admin/", admin.site.urls),
    path("people/", include("bridge.people.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/events/woocommerce/<int:connection_id>/", inbox.woocommerce_event, name="woocommerce-event"),
    *(
        path(
            f"hooks/moysklad/<str:token>/{topic}/",
            inbox.moysklad_hook,
            {"topic": topic},
            name=f"hook-{topic}",
        )
        for topic in inbox.MOYSKLAD_TOPICS
    ),
    path("api/v1/pair/", PairView.as_view(), name="pair"),
    path("api/v1/wc-auth/", WcAuthView.as_view(), name="wc-auth"),
    path("api/v1/site/<int:connection_id>/orders/", site_orders.states, name="site-orders"),
    path("api/v1/site/<int:connection_id>/orders/send/", site_orders.send, name="site-orders-send"),
    path("api/v1/", include("bridge.api.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.view, name="metrics"),
]
