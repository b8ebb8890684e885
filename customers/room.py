"""Who: what customers are in the engine."""

from collections.abc import Mapping
from typing import Any

from loyalty.engine.rows import CUSTOMER, IDENTITY
from loyalty.program.rooms import Document, Rules

from . import mechanism
from .actions import ACTIONS
from .erasure.actions import LEAVING
from .erasure.mechanism import ErasureRow, nothing_to_erase
from .fields import rules as fields
from .fields.program import CUSTOMER_FIELDS
from .identities import welcome
from .life.actions import ACTIONS as LIFE
from .merging.actions import MERGE as MERGE_ACTION
from .merging.mechanism import MECHANISM as MERGE
from .merging.mechanism import EarlierMergeRow, MergeRow
from .secrets import SecretRow


def _fields(document: Document) -> fields.CustomersConfig:
    # Versions from before there were such fields or such a setting have none.
    unique_emails = document["settings"].get("unique_emails", False)
    return fields.config_of(document.get("customer_fields", []), unique_emails=unique_emails)


def _config(document: Document, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    return {fields.APP: _fields(document)}


def _program(document: Document, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"schemes": frozenset({"id", *_fields(document).external_ids})}


RULES = Rules(
    actions=(*ACTIONS, *LIFE, *LEAVING, MERGE_ACTION),
    opening=mechanism.OPENING,
    main=mechanism.MECHANISMS,
    merging=(MERGE,),
    tables=(CUSTOMER, IDENTITY, SecretRow.TABLE, EarlierMergeRow.TABLE, MergeRow.TABLE, ErasureRow.TABLE),
    sections=(CUSTOMER_FIELDS,),
    config=_config,
    program=_program,
    on_new_customer=(welcome,),
    erasure="erase_customers",
    # The cache holds nothing of anybody; logs name nobody.
    fan_out={"caches": nothing_to_erase, "logs": nothing_to_erase},
)
