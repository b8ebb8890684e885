# The attribute by which an event says that it earned nothing, since nobody has said what this currency earns.
UNEARNED_CURRENCY = "unearned_currency"
