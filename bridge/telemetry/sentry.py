"""Errors to Sentry (SENTRY_DSN): what went wrong and for which order, without secrets and without people."""

from __future__ import annotations

import logging
from typing import Any

import sentry_sdk
from django.conf import settings
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.logging import LoggingIntegration, ignore_logger

from bridge.apilog.occasions import present
from bridge.domain import masking
from bridge.telemetry.words import masked_all

# All of a request that says what failed; the rest holds cookies, tokens, addresses and what buyers wrote.
OF_A_REQUEST = ("method", "url")


def start() -> None:
    """Called by every process once; nothing happens where no address is set."""
    if not settings.SENTRY_DSN:
        return
    # Answers of 5xx that we mean (not ready, busy); what a page breaks with comes by itself.
    ignore_logger("django.request")
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        environment=settings.SENTRY_ENVIRONMENT,
        # No people: what the library leaves out unless it is told otherwise; `_before_send` takes out the rest.
        include_local_variables=False,
        max_request_body_size="never",
        # What is installed beside the bridge has no business in it.
        auto_enabling_integrations=False,
        integrations=[DjangoIntegration(), LoggingIntegration(level=None, event_level=logging.ERROR)],
        max_breadcrumbs=0,
        before_send=_before_send,  # type: ignore[arg-type]
        shutdown_timeout=1,  # the last of the ten seconds a process has to stop in
    )


def _before_send(event: dict[str, Any], _hint: dict[str, Any]) -> dict[str, Any]:
    """The event with what it is about as tags, everything else masked. Runs where the error happened."""
    about = {name: str(value) for name, value in present().about().items()}
    event["tags"] = {**(event.get("tags") or {}), **about}
    for name in ("user", "breadcrumbs", "extra", "modules"):
        event.pop(name, None)
    request = event.pop("request", None) or {}
    kept = {name: request[name] for name in OF_A_REQUEST if name in request}
    if "url" in kept:
        address = masking.address(kept["url"])
        kept["url"] = f"//{address.host}{address.path}"
    for name in ("message", "logentry", "exception", "transaction"):
        if name in event:
            event[name] = masked_all(event[name])
    return event | ({"request": kept} if kept else {})
