from django.urls import include, path

urlpatterns = [path("customers/<int:customer_id>/claims/", include(("rewards.claims.profile.urls", "claims")))]
