"""What is wrong with a rule, with its place and the cure. Pure."""


class WrongRule(Exception):
    """`place` is a path such as `rule.all[1].value`, or the character of a sentence, counted from 1."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(f"{place}: {message}")
        self.place, self.message = place, message
