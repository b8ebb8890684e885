"""Addresses, as the rooms contribute them. Those of the API have no slash at the end, those of pages have one."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from loyalty.contributions import contributed
from loyalty.http.readiness import readyz
from loyalty.http.routes import Routes
from loyalty.ui.pages import Login

urlpatterns: list[URLPattern | URLResolver] = [
    *(path("", include(routes.urlconf)) for routes in reversed(contributed(Routes))),
    # One way in for everybody.
    path("admin/login/", Login.as_view(), name="admin-login"),
    path("admin/password_change/", RedirectView.as_view(pattern_name="password"), name="admin-password"),
    path("admin/", admin.site.urls),
    path("readyz", readyz, name="readyz"),
]

handler400 = "loyalty.api.handlers.bad"
handler404 = "loyalty.api.handlers.missing"
handler500 = "loyalty.api.handlers.failed"
