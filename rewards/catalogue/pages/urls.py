from django.urls import URLPattern, include, path

from . import categories, dialogs, editor, messages, pages

page_patterns: list[URLPattern] = [
    path("", pages.Rewards.as_view(), name="list"),
    path("new/", editor.CreateReward.as_view(), name="new"),
    path("preview/", editor.LivePreview.as_view(), name="preview"),
    path("order/", pages.RewardOrder.as_view(), name="order"),
    path("categories/", categories.Categories.as_view(), name="categories"),
    path("categories/new/", categories.CreateCategory.as_view(), name="new_category"),
    path("categories/<slug:slug>/edit/", categories.EditCategory.as_view(), name="edit_category"),
    path("messages/", messages.Messages.as_view(), name="messages"),
    path("messages/<slug:code>/edit/", messages.EditMessage.as_view(), name="edit_message"),
    path("rewards/<slug:slug>/", pages.ShowReward.as_view(), name="show"),
    path("rewards/<slug:slug>/edit/", editor.EditReward.as_view(), name="edit"),
    path("rewards/<slug:slug>/preview/", editor.LivePreviewOf.as_view(), name="preview_of"),
    path("rewards/<slug:slug>/activate/", dialogs.Activate.as_view(), name="activate"),
    path("rewards/<slug:slug>/deactivate/", dialogs.Deactivate.as_view(), name="deactivate"),
    path("rewards/<slug:slug>/clone/", dialogs.Clone.as_view(), name="clone"),
    path("rewards/<slug:slug>/archive/", dialogs.Archive.as_view(), name="archive"),
]
# `/rewards` and what is below it is of the API.
urlpatterns = [path("reward-catalogue/", include((page_patterns, "rewards")))]
