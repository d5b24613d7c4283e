"""People of the desk; and out of sight what only the queue itself needs."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_q.models import Failure, OrmQ, Schedule, Success
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from bridge.dashboard.page import Page
from bridge.dashboard.shown import link

for hidden in (Failure, Success, Schedule, OrmQ, User, Group):
    if admin.site.is_registered(hidden):
        admin.site.unregister(hidden)


@admin.register(User)
class UserPage(UserAdmin, Page):  # type: ignore[type-arg]
    """Django's own page of users in the desk's looks."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "first_name", "last_name", "email", "is_active", "is_superuser")
    list_filter = ()
    actions = None
    fieldsets = (
        (None, {"fields": ("username", "shown_password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
    )
    filter_horizontal = ()
    readonly_fields = ("shown_password",)

    @admin.display(description=_("Password"))
    def shown_password(self, person: User) -> str:
        return link(reverse("admin:auth_user_password_change", args=[person.pk]), _("Set a new password"))


@admin.register(Group)
class GroupPage(GroupAdmin, Page):
    """Groups give rights to several people at once."""
