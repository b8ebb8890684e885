"""Groups of customers: segments by rule, lists by hand, labels by tag."""
