"""Every address of the bridge."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView

from bridge.api import health
from bridge.inbox import views as inbox

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
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
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/status/", health.StatusView.as_view(), name="status"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
