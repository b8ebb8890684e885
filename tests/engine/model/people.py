"""Who: enrolment and profile."""

import re

from .ledger import Ledger
from .state import CODE_FIELDS, TEXT_FIELDS
from .values import Refusal, day, text

NOT_CUSTOM = {"effective_timestamp", "transaction_id", "reason", "points"}


class People(Ledger):
    def subscribe(self) -> None:
        if not self.fresh:
            raise Refusal(0, "already exists")
        self.profile()

    def opt_in(self) -> None:
        if self.member.fields["status"] != "inactive":
            raise Refusal(112101)
        self.profile()
        self.member.fields.update(status="active", optin_at=self.when)

    def profile(self) -> None:
        fields = self.member.fields
        for name, value in self.sent.data.items():
            if name in CODE_FIELDS:
                fields[name] = self._code(name)
            elif name == "birth_date":
                fields[name] = day(self.sent.data, name)
            elif name in TEXT_FIELDS:
                fields[name] = text(self.sent.data, name, 200)
                if name == "email" and fields[name] and not re.fullmatch(r"[^@ ]+@[^@ ]+", fields[name]):
                    raise Refusal(0, name)
            elif name in ("status", "score", "accounts", "customer"):
                raise Refusal(0, name)
            elif name not in NOT_CUSTOM:
                self.member.properties[name] = value

    def _code(self, name: str) -> str | None:
        found = text(self.sent.data, name)
        if found and not (re.fullmatch("[A-Za-z]+", found) and len(found) == CODE_FIELDS[name]):
            raise Refusal(0, name)
        return found.upper() if found else None
