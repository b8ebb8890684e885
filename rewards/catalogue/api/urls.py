from loyalty.http.routes import any_case

from .views import Rewards

urlpatterns = [any_case("entities/rewards", Rewards.as_view(), name="api-rewards-list")]
