"""What labels are in the engine."""

from loyalty.program.rooms import Rules

from .mechanism import MECHANISMS, MERGING
from .program import LABELS
from .rows import AliasRow, HeldRow, LabelRow

RULES = Rules(
    main=MECHANISMS,
    merging=(MERGING,),
    tables=(LabelRow.TABLE, AliasRow.TABLE, HeldRow.TABLE),
    sections=(LABELS,),
    erasure="erase_labels",
)
