"""THE TABLE of roles: who may see and do what. Owners may everything; what is not named here only they may."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """An owner is what Django calls a superuser; the others are groups of these names."""

    OWNER = "owner", _("Owner")
    STAFF = "staff", _("Staff")
    VIEWER = "viewer", _("Viewer")


# Pages of what goes on. Not among them: shops, connections, people, and whatever else is a setting or a credential.
SEEN = (
    "alert",
    "apicall",
    "diagnosis",
    "drift",
    "goodschange",
    "goodsrun",
    "inboxevent",
    "linkrun",
    "listing",
    "order",
    "outboxmessage",
    "pause",
    "product",
    "reconciliation",
    "refund",
    "replayrun",
    "retryrun",
    "return",
    "upload",
    "watermark",
)
# What staff only look at: agreeing to what is written to all goods of a site is the owner's.
ONLY_SEEN = ("alert", "apicall", "goodschange", "goodsrun", "product")

RIGHTS: dict[Role, tuple[str, ...]] = {
    Role.VIEWER: tuple(f"view_{name}" for name in SEEN),
    Role.STAFF: (
        *(f"view_{name}" for name in SEEN),
        *(f"change_{name}" for name in SEEN if name not in ONLY_SEEN),
    ),
}


def grant(**_kwargs: Any) -> None:
    """Give the groups exactly the rights of the table. Runs after every `migrate`, so a new page's right is never
    forgotten and a right that was taken out of the table goes."""
    for role, names in RIGHTS.items():
        group, _made = Group.objects.get_or_create(name=role.value)
        wanted = set(
            Permission.objects.filter(content_type__app_label="bridge", codename__in=names).values_list(
                "pk", flat=True
            )
        )
        if wanted != set(group.permissions.values_list("pk", flat=True)):
            group.permissions.set(wanted)


def person_of(request: HttpRequest) -> User:
    """Who is signed in. Raises PermissionDenied for nobody."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def role_of(person: User) -> Role | None:
    """None for somebody without a role, who sees nothing."""
    if person.is_superuser:
        return Role.OWNER
    names = {group.name for group in person.groups.all()} if person.is_staff else set()
    return next((role for role in (Role.STAFF, Role.VIEWER) if role.value in names), None)


def give_role(person: User, role: Role) -> None:
    """Store the person with this role and no other right."""
    person.is_staff, person.is_superuser = True, role == Role.OWNER
    person.save()
    groups = [] if role == Role.OWNER else [Group.objects.get_or_create(name=role.value)[0]]
    person.groups.set(groups)
    person.user_permissions.clear()


def owners() -> QuerySet[User]:
    """Those who can come in and may everything."""
    return User.objects.filter(is_superuser=True, is_staff=True, is_active=True).order_by("pk")


def is_last_owner(person: User) -> bool:
    """Whether nobody would be left who may everything. Locks the owners, so that two of them cannot each believe that
    the other one stays; call it in the transaction that takes the role away."""
    present = [owner.pk for owner in owners().select_for_update()]
    return present == [person.pk]
