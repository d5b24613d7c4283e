"""What is asked before many links are made: from which likeness on, or from which file."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from bridge.dashboard.form_fields import whole
from bridge.domain.suggestions import LEAST


class LeastForm(forms.Form):
    """From which likeness on suggestions are to become links."""

    least = whole(_("Likeness from, %"), low=LEAST, high=100)


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_("A CSV table, as the download has it. Lines you do not change can be left out."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv", "class": "desk-file"}),
    )
