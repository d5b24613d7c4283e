"""How long a person stays signed in, and what is still asked of them before they see anything.

A session ends 12 hours after the person last did something, and a week after signing in whatever they do. Pages that
refresh themselves do not count as doing something. `step` in the session says what is still missing: the code of the
second step, or setting that up where the owner asks it of everybody.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from bridge.people import second_step
from bridge.people.models import AccessRules

MOST_SECONDS = 7 * 24 * 3600
TOUCH_SECONDS = 300
STEP, SIGNED_IN, SEEN = "step", "signed_in_at", "seen_at"
CODE, SET_UP = "code", "set-up"
# Where each unfinished sign-in may go; everything else leads to the first of these.
ALLOWED = {
    CODE: ("people:second_step", "admin:logout", "set_language"),
    SET_UP: ("people:set_up", "admin:logout", "set_language"),
}


class Sessions:
    """Middleware, after Django's own for sessions and people."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if SESSION_KEY not in request.session:
            return self.get_response(request)
        now = int(timezone.now().timestamp())
        if now - request.session.setdefault(SIGNED_IN, now) > MOST_SECONDS:
            logout(request)
            return self.get_response(request)
        if now - request.session.get(SEEN, 0) > TOUCH_SECONDS and _by_a_person(request):
            request.session[SEEN] = now
        step = request.session.get(STEP)
        if step in ALLOWED and request.path not in {reverse(name) for name in ALLOWED[step]}:
            return _first(request, step)
        return self.get_response(request)


def signed_in(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    """Signal of Django: what is asked of this person before the desk opens."""
    request.session[SIGNED_IN] = request.session[SEEN] = int(timezone.now().timestamp())
    ask_second_step(request, user)


def ask_second_step(request: HttpRequest, person: User) -> None:
    """Mark the session with what is missing of the second step, if anything is."""
    if second_step.has_one(person):
        request.session[STEP] = CODE
    elif AccessRules.now().second_step_required:
        request.session[STEP] = SET_UP
    else:
        request.session.pop(STEP, None)


def require_second_step(required: bool, but: HttpRequest | None = None) -> None:
    """From now on everybody needs it, or nobody has to. Who is signed in without one is signed out; `but` the person
    who asks here, who goes straight on to setting it up."""
    AccessRules.objects.update_or_create(pk=1, defaults={"second_step_required": required})
    if not required:
        return
    for person in User.objects.filter(is_staff=True, is_active=True):
        if second_step.has_one(person):
            continue
        if but is not None and but.user.pk == person.pk:
            but.session[STEP] = SET_UP
            end_all(person, but=but.session.session_key)
        else:
            end_all(person)


def finished(request: HttpRequest) -> None:
    """Nothing is missing any more. A new session key, as after every rise in rights."""
    request.session.pop(STEP, None)
    request.session.cycle_key()


def end_all(person: User, *, but: str | None = None) -> int:
    """End this person's sessions on every device, except the one with the key `but`; how many there were."""
    ended = 0
    for session in Session.objects.filter(expire_date__gt=timezone.now()).exclude(session_key=but or ""):
        if session.get_decoded().get(SESSION_KEY) == str(person.pk):
            session.delete()
            ended += 1
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    return ended


def _by_a_person(request: HttpRequest) -> bool:
    """Parts of pages are fetched by the pages themselves, whether anybody looks or not."""
    return request.method == "POST" or "HX-Request" not in request.headers


def _first(request: HttpRequest, step: str) -> HttpResponse:
    target = reverse(ALLOWED[step][0])
    if request.path.startswith("/api/"):
        said = gettext("The second step of signing in is missing.")
        return JsonResponse({"code": "second_step", "message": said, "details": {}}, status=403)
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Redirect": target})
    return redirect(target)
