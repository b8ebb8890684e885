"""What the API keeps of people: answers, to be given again."""

from loyalty.program.rooms import Rules

RULES = Rules(erasure="erase_api")
