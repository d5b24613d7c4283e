"""Pages before the desk: a one-time link, the code of the second step, setting that up."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from bridge.history import deeds
from bridge.people import knocks, links, roles, second_step, sessions
from bridge.people.forms import AccountForm, CodeForm, PasswordForm
from bridge.people.models import OneTimeLink
from bridge.people.roles import Role

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


@never_cache
@sensitive_post_parameters()
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """What a one-time link opens: a new account, or a new password. The person is signed in after it."""
    try:
        with transaction.atomic():
            link = links.find(token, lock=request.method == "POST")
            form = _form_of(request, link)
            if request.method != "POST" or not form.is_valid():
                return _small_page(request, "welcome", _title_of(link), {"form": form, "link": link})
            person = _used(link, form)
    except links.NoLongerValid:
        page = _small_page(request, "welcome", gettext("This link is no longer valid"), status=410)
        if knocks.count("links", request) > knocks.GUESSES:
            page.status_code, page["Retry-After"] = 429, str(knocks.seconds_left())
        return page
    login(request, person, backend=MODEL_BACKEND)
    return redirect("admin:index")


@never_cache
@login_required
@sensitive_post_parameters()
def second_step_page(request: HttpRequest) -> HttpResponse:
    """The code that is asked for after the password."""
    person = roles.person_of(request)
    if request.session.get(sessions.STEP) != sessions.CODE:
        return redirect("admin:index")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if second_step.passes(person, form.cleaned_data["code"]):
            sessions.finished(request)
            return redirect("admin:index")
        form.add_error("code", refused(person))
    return _small_page(request, "code", gettext("Second step"), {"form": form})


@never_cache
@login_required
@sensitive_post_parameters()
def set_up(request: HttpRequest) -> HttpResponse:
    """The secret for an app; a code of it switches the second step on and shows the recovery codes once."""
    person = roles.person_of(request)
    if second_step.has_one(person):
        return redirect("people:me")
    device = second_step.begin(person)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if codes := second_step.switch_on(person, form.cleaned_data["code"]):
            sessions.finished(request)
            sessions.end_all(person, but=request.session.session_key)
            deeds.note(person, person, _("The second step of signing in is switched on."))
            return _small_page(request, "recovery_codes", gettext("Recovery codes"), {"codes": codes})
        form.add_error("code", gettext("This is not the app's present code. Wait for the next one."))
    context = {
        "form": form,
        "picture": second_step.picture(device),
        "secret": second_step.typed_secret(device),
        "must": request.session.get(sessions.STEP) == sessions.SET_UP,
    }
    return _small_page(request, "set_up", gettext("Second step"), context)


def refused(person: User) -> str:
    """Why a code was not taken."""
    if seconds := second_step.seconds_to_wait(person):
        text = gettext("This code is not right. The next one is looked at in %(n)s s.")
        return text % {"n": seconds}
    return gettext("This code is not right.")


def _form_of(request: HttpRequest, link: OneTimeLink) -> forms.BaseForm:
    data = request.POST if request.method == "POST" else None
    return AccountForm(data) if link.person is None else PasswordForm(link.person, data)


def _title_of(link: OneTimeLink) -> str:
    if link.person is None:
        return gettext("Your account")
    return gettext("New password for %(name)s") % {"name": link.person.get_username()}


def _used(link: OneTimeLink, form: Any) -> User:
    """The person whose account was made or whose password changed."""
    person: User = form.save(commit=False) if link.person is None else form.save()
    if link.person is None:
        roles.give_role(person, Role(link.role))
        text = _("Made an account with a one-time link.")
    else:
        if (
            link.made_by is None
        ):  # from the console, by whoever runs the server: the way back when a phone is lost
            second_step.switch_off(person)
        sessions.end_all(person)
        text = _("Chose a new password with a one-time link.")
    links.use_up(link)
    deeds.note(person, person, text)
    return person


def _small_page(
    request: HttpRequest, name: str, title: str, context: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    whole = {**admin.site.each_context(request), "title": title, **(context or {})}
    return render(request, f"people/{name}.html", whole, status=status)
