"""What the uploader of a file says about it."""

from dataclasses import dataclass

from loyalty.transfer.enums import UnknownColumns

MAX_SOURCE = 64


@dataclass(frozen=True)
class Options:
    """`source` names where the rows come from, empty: the model. `decimal_mark` is `.`, `,` or empty for not known.

    `count_again`: rows that are there already are meant to count once more.
    """

    source: str = ""
    decimal_mark: str = ""
    unknown_columns: str = UnknownColumns.ASK.value
    count_again: bool = False


DEFAULT = Options()
