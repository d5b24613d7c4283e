"""The small forms of coming in: an account of one's own, a new password, a code."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm, UserCreationForm
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget


def _in_the_desks_looks(form: forms.BaseForm) -> None:
    for field in form.fields.values():
        if isinstance(field.widget, forms.PasswordInput):
            field.widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"})


class AccountForm(UserCreationForm):  # type: ignore[type-arg]
    """A name and a password, chosen by the person themselves."""

    first_name = forms.CharField(
        label=_("Your name"),
        required=False,
        max_length=150,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "name"}),
        help_text=_("As colleagues know you; it stands in the history."),
    )

    class Meta:
        model = User
        fields = ("username", "first_name")
        labels = {"username": _("Name to sign in with")}
        widgets = {"username": UnfoldAdminTextInputWidget(attrs={"autocomplete": "username"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _in_the_desks_looks(self)


class PasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    """A new password, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _in_the_desks_looks(self)


class CodeForm(forms.Form):
    """Six digits of the app, or a recovery code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=UnfoldAdminTextInputWidget(
            attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}
        ),
    )
