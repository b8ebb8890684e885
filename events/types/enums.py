# The type of an attribute whose values are what they are; the others are those of customers' fields.
ANY_TYPE = "any"
