from django.contrib.auth.views import LogoutView
from django.urls import path

from . import pages

urlpatterns = [
    path("", pages.home, name="home"),
    path("login/", pages.Login.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("theme/", pages.theme, name="theme"),
    path("search/", pages.Palette.as_view(), name="palette"),
    path("password/", pages.ChangePassword.as_view(), name="password"),
    path("preferences/", pages.Preferences.as_view(), name="preferences"),
]
