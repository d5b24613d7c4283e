"""Addresses of coming in and of one's own sign-in."""

from django.contrib import admin
from django.urls import path

from bridge.people import coming_in, own_pages

app_name = "people"

urlpatterns = [
    path("welcome/<str:token>/", coming_in.welcome, name="welcome"),
    path("code/", coming_in.second_step_page, name="second_step"),
    path("set-up/", coming_in.set_up, name="set_up"),
    path("me/", admin.site.admin_view(own_pages.me), name="me"),
]
