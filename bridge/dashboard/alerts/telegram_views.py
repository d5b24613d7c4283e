"""Telegram connected in three steps: the bot's token, a message to the bot, the chat that is found by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget

from bridge.alerts.channels import telegram
from bridge.alerts.channels.refused import Refused
from bridge.alerts.models import AlertRules, Recipient
from bridge.dashboard.long_work_desk import told
from bridge.history import deeds
from bridge.history.deeds import in_words

if TYPE_CHECKING:
    from bridge.dashboard.page import Page as Base
else:
    Base = object

PAGE = "admin:bridge_recipient_telegram"
LONGEST_NAME = 100


class TokenForm(forms.Form):
    token = forms.CharField(
        label=_("Token of the bot"),
        max_length=150,
        strip=True,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off"}),
    )


class TelegramViews(Base):
    """Mixed into the page of recipients."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.telegram)
        return [path("telegram/", view, name="bridge_recipient_telegram"), *super().get_urls()]

    def telegram(self, request: HttpRequest) -> HttpResponse:
        """POST `do`: "token" checks and keeps one, "find" looks who wrote to the bot, "choose" takes a chat."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        rules, context = AlertRules.now(), dict[str, Any]()
        form = TokenForm(request.POST if request.POST.get("do") == "token" else None)
        try:
            match request.POST.get("do"):
                case "token" if form.is_valid():
                    self._keep_token(request, rules, form.cleaned_data["token"])
                    return redirect(PAGE)
                case "find":
                    context["chats"] = _with_names(telegram.chats(rules.secrets.get("telegram_token", "")))
                    context["looked"] = True
                case "choose":
                    return self._take_chat(request, rules)
        except Refused as refused:
            context |= told(refused.problem)
        context |= {"title": gettext("Connect Telegram"), "form": form, "bot": rules.bot_name}
        return self.own_page(request, "telegram", context)  # type: ignore[attr-defined, no-any-return]

    def _keep_token(self, request: HttpRequest, rules: AlertRules, token: str) -> None:
        bot = telegram.bot(token)
        rules.secrets = {**rules.secrets, "telegram_token": token}
        rules.bot_name = bot.username
        rules.save()
        Recipient.objects.filter(channel=Recipient.Channel.TELEGRAM, problem__startswith="telegram_").update(
            problem="", problem_params={}, failures=0
        )
        deeds.note(
            request.user,
            rules,
            in_words(lambda: gettext("Connected the Telegram bot %(name)s.") % {"name": bot.username}),
        )
        self.message_user(request, gettext("The bot %(name)s is connected.") % {"name": f"@{bot.username}"})

    def _take_chat(self, request: HttpRequest, rules: AlertRules) -> HttpResponse:
        """Only a chat the bot really has: it is looked up once more."""
        wanted = request.POST.get("chat", "")
        found = telegram.chats(rules.secrets.get("telegram_token", ""))
        chat = next((one for one in found if one.id == wanted), None)
        if chat is None:
            self.message_user(
                request, gettext("This chat is not found any more. Press “Find”."), messages.ERROR
            )
            return redirect(PAGE)
        known = Recipient.objects.filter(channel=Recipient.Channel.TELEGRAM, address=chat.id).first()
        if known is not None:
            self.message_user(request, gettext("This chat is a recipient already."), messages.INFO)
            return redirect("admin:bridge_recipient_change", known.pk)
        recipient = Recipient.objects.create(
            name=_free_name(chat.title), channel=Recipient.Channel.TELEGRAM, address=chat.id
        )
        self.log_addition(request, recipient, _("Connected by Telegram."))
        text = gettext("The chat is connected. Send a test, then choose what to tell and the quiet hours.")
        self.message_user(request, text, messages.SUCCESS)
        return redirect("admin:bridge_recipient_change", recipient.pk)


def _with_names(chats: list[telegram.Chat]) -> list[dict[str, Any]]:
    """With the recipient a chat is already."""
    known = dict(Recipient.objects.filter(channel=Recipient.Channel.TELEGRAM).values_list("address", "name"))
    return [{"id": chat.id, "title": chat.title, "known": known.get(chat.id, "")} for chat in chats]


def _free_name(title: str) -> str:
    """The chat's title, with a number where somebody is called so already."""
    name = title[: LONGEST_NAME - 5]
    taken = set(Recipient.objects.filter(name__startswith=name).values_list("name", flat=True))
    return next(one for one in (name, *(f"{name} {n}" for n in range(2, 1000))) if one not in taken)
