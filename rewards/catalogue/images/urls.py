from django.urls import URLPattern, path

from . import pages

urlpatterns: list[URLPattern] = [path("reward-images/<str:name>", pages.show_image, name="reward-image")]
