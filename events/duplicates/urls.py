from django.urls import path

from .pages import Duplicates

app_name = "duplicates"
urlpatterns = [path("", Duplicates.as_view(), name="list")]
