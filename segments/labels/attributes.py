"""By which attributes of which events labels come and go. Pure."""

GIVEN, TAKEN = "labels", "remove_labels"
ACTIONS = frozenset({"subscribe", "opt_in", "profile", "profiling_answer"})
