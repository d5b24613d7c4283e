"""People on the desk: invited by a link, given a role, locked out again; nobody's password is known to anybody else."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminRadioSelectWidget

from bridge.dashboard import shown
from bridge.dashboard.page import Page, button, in_dialog
from bridge.dashboard.recorded import name_of
from bridge.history import deeds
from bridge.history import forms as history
from bridge.history.deeds import Text, Value, in_words
from bridge.people import links, of_sites, roles, second_step, sessions
from bridge.people.models import AccessRules, AuthenticatorApp, OneTimeLink
from bridge.people.roles import Role

MAY = (
    (Role.OWNER, _("Owner: everything, also settings, connections and people")),
    (Role.STAFF, _("Staff: sees everything that goes on, sends again, links; no settings, no credentials")),
    (Role.VIEWER, _("Viewer: sees, changes nothing")),
)


def _role_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Role"),
        choices=[(role.value, text) for role, text in MAY],
        widget=UnfoldAdminRadioSelectWidget(),
    )


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]
    role = _role_field()

    class Meta:
        model = User
        fields = ("username", "first_name", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].initial = roles.role_of(self.instance)
        self.fields["username"].label = _("Name to sign in with")
        self.fields["first_name"].label = _("Name of the person")

    def clean_role(self) -> str:
        role: str = self.cleaned_data["role"]
        if role != Role.OWNER and roles.is_last_owner(self.instance):
            raise forms.ValidationError(_("This is the only owner. Make somebody else an owner first."))
        return role


class InvitationForm(forms.Form):
    role = _role_field()


class PeopleDesk(Page):
    form = PersonForm
    list_display = ("shown_name", "shown_role", "shown_step", "shown_seen", "shown_state")
    list_before_template = "admin/auth/user/before_list.html"
    search_fields = ("username", "first_name", "last_name", "email")
    ordering = ("-is_active", "username")
    actions = None
    actions_detail = ("password_link", "sign_out", "step_off", "deactivate", "activate")
    fields = ("username", "first_name", "email", "role", "shown_step", "shown_seen", "shown_state")
    readonly_fields = ("shown_step", "shown_seen", "shown_state")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People are deactivated: the history keeps naming them."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        own = AuthenticatorApp.objects.filter(user=OuterRef("pk"), confirmed=True)
        rows: QuerySet[User] = super().get_queryset(request).exclude(username=of_sites.USERNAME)
        return rows.annotate(has_step=Exists(own)).prefetch_related("groups")

    def state_of(self, obj: User) -> dict[Text, Text]:
        step = _("switched on") if second_step.has_one(obj) else _("switched off")
        state = _("may sign in") if obj.is_active else _("locked out")
        return {_("state"): state, _("second step"): step}

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        own = [
            path("rules/", wrap(self.rules), name="auth_user_rules"),
            path("<int:pk>/withdraw/", wrap(self.withdraw), name="auth_user_withdraw"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        open_ones = OneTimeLink.objects.filter(
            purpose=links.Purpose.INVITATION, used_at=None, expires_at__gt=timezone.now()
        ).select_related("made_by")
        above = {
            "title": gettext("People"),
            "invitations": open_ones.order_by("expires_at"),
            "rules": AccessRules.now(),
            "may_change": self.has_change_permission(request),
        }
        return super().changelist_view(request, {**(extra_context or {}), **above})

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Nobody types a password for somebody else: a link is given, and the person chooses."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = InvitationForm(request.POST or {"role": Role.STAFF})
        context = {"title": gettext("Invite somebody"), "form": form, "opts": self.opts}
        if request.method == "POST" and form.is_valid():
            role = Role(form.cleaned_data["role"])
            by = roles.person_of(request)
            context |= {"link": links.invitation(role, by), "hours": links.VALID_HOURS, "role": role.label}
            deeds.note(
                by, by, in_words(lambda: gettext("Invited somebody as: %(role)s.") % {"role": role.label})
            )
        response = render(
            request, "admin/auth/user/invite.html", {**self.admin_site.each_context(request), **context}
        )
        response["Cache-Control"] = "no-store"
        return response

    def withdraw(self, request: HttpRequest, pk: int) -> HttpResponse:
        """POST: an invitation nobody has used yet is no longer good."""
        self._owner_posts(request)
        if OneTimeLink.objects.filter(pk=pk, purpose=links.Purpose.INVITATION, used_at=None).delete()[0]:
            by = roles.person_of(request)
            deeds.note(by, by, _("Withdrew an invitation."))
            self.message_user(request, gettext("The invitation is withdrawn."), messages.SUCCESS)
        return redirect("admin:auth_user_changelist")

    def rules(self, request: HttpRequest) -> HttpResponse:
        """POST `required` (1 or 0): whether everybody needs the second step."""
        self._owner_posts(request)
        required = request.POST.get("required") == "1"
        by = roles.person_of(request)
        before = AccessRules.now().second_step_required
        sessions.require_second_step(required, but=request)
        text = in_words(
            lambda: (
                gettext("Everybody needs the second step now. Who has none sets it up at the next sign-in.")
                if required
                else gettext("The second step is everybody's own choice.")
            )
        )
        needed = Value(
            _("Everybody needs the second step"), history.yes_or_no(before), history.yes_or_no(required)
        )
        deeds.note(by, AccessRules.now(), text, [needed])
        self.message_user(request, text, messages.SUCCESS)
        return redirect("admin:auth_user_changelist")

    def _owner_posts(self, request: HttpRequest) -> None:
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            raise Http404

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        role = Role(form.cleaned_data["role"])
        if "role" in form.changed_data:
            roles.give_role(obj, role)
            if obj.pk != request.user.pk:
                sessions.end_all(obj)
        else:
            obj.save()

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        """Only the buttons that make sense for this person."""
        person = self.get_object(request, str(object_id))
        fitting = {"password", "sign-out"} if person is not None and person.is_active else set()
        if person is not None:
            fitting.add("deactivate" if person.is_active else "activate")
            fitting |= {"step-off"} if person.has_step else set()
        return [one for one in super().get_actions_detail(request, object_id) if one.path in fitting]  # type: ignore[misc]

    def title_of(self, obj: User) -> str:
        return name_of(obj)

    @button(
        _("Link for a new password"),
        _("A link is shown with which the person chooses a new password. It is good once, for a day."),
        icon="key",
        path="password",
    )
    def password_link(self, request: HttpRequest, person: User) -> HttpResponse | None:
        if not person.is_active:
            return None
        link = links.new_password(person, by=roles.person_of(request))
        self.log_change(request, person, _("A link for a new password was made."))
        context = {"link": link, "hours": links.VALID_HOURS}
        return in_dialog(request, "admin/auth/user/new_link.html", context)

    @button(
        _("Sign out everywhere"),
        _("The person is signed out on all devices and has to sign in again."),
        icon="logout",
        path="sign-out",
    )
    def sign_out(self, request: HttpRequest, person: User) -> None:
        sessions.end_all(person)
        self.note(request, person, _("Signed out on all devices."))

    @button(
        _("Take the second step away"),
        _(
            "For somebody who lost phone and recovery codes: until they set it up again the password alone is enough."
        ),
        icon="phonelink_erase",
        path="step-off",
    )
    def step_off(self, request: HttpRequest, person: User) -> None:
        second_step.switch_off(person)
        self.note(request, person, _("The second step is taken away."))

    @button(
        _("Lock out"),
        _("The person is signed out at once and cannot sign in. What they did stays in the history."),
        icon="person_off",
        path="deactivate",
    )
    def deactivate(self, request: HttpRequest, person: User) -> None:
        with transaction.atomic():
            last = roles.is_last_owner(person)
            if not last:
                person.is_active = False
                person.save(update_fields=["is_active"])
                sessions.end_all(person)
        if last:
            text = gettext("This is the only owner. Make somebody else an owner first.")
            self.message_user(request, text, messages.ERROR)
            return
        self.note(request, person, _("Locked out."))

    @button(
        _("Let in again"),
        _("The person may sign in again with the password they had."),
        icon="how_to_reg",
        path="activate",
    )
    def activate(self, request: HttpRequest, person: User) -> None:
        person.is_active = True
        person.save(update_fields=["is_active"])
        self.note(request, person, _("Let in again."))

    @admin.display(description=_("person"), ordering="username")
    def shown_name(self, person: User) -> str:
        return shown.lines(name_of(person), person.get_username() if person.get_full_name() else "")

    @admin.display(description=_("role"), ordering="is_superuser")
    def shown_role(self, person: User) -> str:
        role = roles.role_of(person)
        return str(role.label) if role else shown.tag(_("no role"), "warning")

    @admin.display(description=_("second step"))
    def shown_step(self, person: Any) -> str:
        on = getattr(person, "has_step", False)
        return shown.tag(_("on"), "success") if on else shown.tag(_("off"))

    @admin.display(description=_("last sign-in"), ordering="last_login")
    def shown_seen(self, person: User) -> str:
        return shown.when(person.last_login)

    @admin.display(description=_("state"), ordering="is_active")
    def shown_state(self, person: User) -> str:
        return shown.tag(_("may sign in"), "success") if person.is_active else shown.tag(_("locked out"))
