"""Addresses, as the rooms contribute them. Those of the API have no slash at the end, those of pages have one."""

from importlib import import_module

from django.contrib import admin
from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView

from loyalty.contributions import contributed
from loyalty.http.readiness import readyz
from loyalty.http.routes import Routes
from loyalty.ui.pages import Login

urlpatterns: list[URLPattern | URLResolver] = [
    # The routes themselves, not an `include` for each room: Django would enter and leave all of them for each request.
    *(one for routes in reversed(contributed(Routes)) for one in import_module(routes.urlconf).urlpatterns),
    # One way in for everybody.
    path("admin/login/", Login.as_view(), name="admin-login"),
    path("admin/password_change/", RedirectView.as_view(pattern_name="password"), name="admin-password"),
    path("admin/", admin.site.urls),
    path("readyz", readyz, name="readyz"),
]

handler400 = "loyalty.api.handlers.bad"
handler404 = "loyalty.api.handlers.missing"
handler500 = "loyalty.api.handlers.failed"
