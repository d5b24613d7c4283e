"""Guessing passwords: five wrong ones for a name from one address, and that name waits there (django-axes); fifty from
one address, and all names wait there."""

from __future__ import annotations

import math
from ipaddress import ip_address
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext


class AddressBackend:
    """Comes first, and lets an address that tries one name after another go no further."""

    def authenticate(self, request: HttpRequest | None, **_credentials: Any) -> None:
        if request is None:
            return
        since = timezone.now() - settings.AXES_COOLOFF_TIME
        tries = AccessAttempt.objects.filter(ip_address=address_of(request), attempt_time__gte=since)
        if (tries.aggregate(sum=Sum("failures_since_start"))["sum"] or 0) >= settings.ADDRESS_FAILURE_LIMIT:
            request.axes_locked_out = True  # type: ignore[attr-defined]
            raise PermissionDenied


def address_of(request: HttpRequest) -> str:
    """Who asks. Behind a proxy it is the entry that the proxy itself wrote, the last one: those before it are the
    asker's own words."""
    direct = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.BEHIND_PROXY:
        return direct
    told = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    try:
        return str(ip_address(told))
    except ValueError:
        return direct


def locked_out(request: HttpRequest, _response: Any, _credentials: Any = None) -> HttpResponse:
    """What the person reads instead of the form, with 429."""
    minutes = math.ceil(settings.AXES_COOLOFF_TIME.total_seconds() / 60)
    title = gettext("Too many wrong passwords")
    context = {**admin.site.each_context(request), "title": title, "minutes": minutes}
    return render(request, "people/locked.html", context, status=429)
