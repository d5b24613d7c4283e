"""My sign-in: the second step, recovery codes, and signing out on every device."""

from __future__ import annotations

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from bridge.history import deeds
from bridge.people import second_step, sessions
from bridge.people.coming_in import refused
from bridge.people.forms import CodeForm
from bridge.people.models import AccessRules
from bridge.people.roles import person_of, role_of


@never_cache
@sensitive_post_parameters()
def me(request: HttpRequest) -> HttpResponse:
    """POST `do`: "everywhere" signs out elsewhere; "off" and "codes" ask for a code first."""
    person = person_of(request)
    form = CodeForm(request.POST if request.POST.get("do") in ("off", "codes") else None)
    form.fields["code"].widget.attrs.pop("autofocus", None)
    if request.POST.get("do") == "everywhere":
        return _everywhere(request, person)
    codes: list[str] = []
    must = AccessRules.now().second_step_required
    if form.is_bound and form.is_valid() and not (request.POST["do"] == "off" and must):
        if not second_step.passes(person, form.cleaned_data["code"]):
            form.add_error("code", refused(person))
        elif request.POST["do"] == "off":
            second_step.switch_off(person)
            text = _("The second step of signing in is switched off.")
            deeds.note(person, person, text)
            messages.success(request, text)
            return redirect("people:me")
        else:
            codes = second_step.new_recovery_codes(person)
            deeds.note(person, person, _("New recovery codes were made."))
    role = role_of(person)
    context = {
        **admin.site.each_context(request),
        "title": gettext("My sign-in"),
        "person": person,
        "role": role.label if role else gettext("no role"),
        "form": form,
        "codes": codes,
        "must": must,
        "has_step": second_step.has_one(person),
        "codes_left": second_step.codes_left(person),
    }
    return render(request, "people/me.html", context)


@never_cache
@sensitive_post_parameters()
def new_password(request: HttpRequest) -> HttpResponse:
    """The page of Django's admin on which people change their password themselves, with an entry in the history."""
    answer: HttpResponse = admin.site.password_change(request)
    if request.method == "POST" and answer.status_code == 302:  # on to the page that says it is done
        person = person_of(request)
        deeds.note(person, person, _("Changed their own password."))
    return answer


def _everywhere(request: HttpRequest, person: User) -> HttpResponse:
    ended = sessions.end_all(person, but=request.session.session_key)
    deeds.note(person, person, _("Signed out on all other devices."))
    messages.success(request, gettext("Signed out on other devices: %(n)s.") % {"n": ended})
    return redirect("people:me")
