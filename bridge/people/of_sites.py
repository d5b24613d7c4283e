"""Who pressed a button on a shop's own pages: nobody the bridge knows. The history has one person for all of them, who
can never sign in; the name in WordPress stands in the deed.
"""

from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User

# No name that anybody can sign in with has brackets in it.
USERNAME = "(WordPress)"


def somebody() -> User:
    """Made when it is needed first."""
    found, _new = User.objects.get_or_create(
        username=USERNAME,
        defaults={"first_name": "WordPress", "is_active": False, "password": make_password(None)},
    )
    return found
