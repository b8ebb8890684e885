"""Who: enrolment and profile."""

import re

from .dates import local_day
from .ledger import Ledger
from .state import CODE_FIELDS, TEXT_FIELDS
from .values import Refusal, day, text

# What its event type says in these tests.
DAILY_LOGIN = 2
REFERRAL, REFERRAL_POINTS = 9, 4
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

    def suspend(self) -> None:
        self._change("active", "suspended", 114400)

    def unsuspend(self) -> None:
        self._change("suspended", "active", 114600)

    def _change(self, before: str, after: str, code: int) -> None:
        if self.member.fields["status"] != before:
            raise Refusal(code)
        text(self.sent.data, "reason")
        self.member.fields["status"] = after

    def login(self) -> None:
        is_first = self._log_in()
        if is_first:
            self.earn(self.note("daily_login", {}, self.root), self.account(), DAILY_LOGIN)

    def daily_login(self) -> None:
        if not self._log_in():
            raise Refusal(10001)
        self.earn(self.root, self.account(), DAILY_LOGIN)

    def _log_in(self) -> bool:
        """Whether it is the first of its day."""
        fields, zone = self.member.fields, self.setup.zone
        if fields["status"] not in ("active", "suspended"):
            raise Refusal(160216)
        last = fields["login"]
        fields["login"] = max(last or self.when, self.when)
        return last is None or local_day(self.when, zone) > local_day(last, zone)

    def referral(self) -> None:
        """Of who brought somebody; the other side is the machine's."""
        name = text(self.sent.data, "referred", 128)
        if name is None or name == self.sent.customer:
            raise Refusal(0, "referred")
        if name not in self.members or self.members[name].fields["status"] == "banned":
            raise Refusal(160212)
        if name in self.referred:
            raise Refusal(10001)
        self.earn(self.root, self.account(), REFERRAL)

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
                raise Refusal(113402, name)
            elif name not in NOT_CUSTOM:
                self.member.properties[name] = value

    def _code(self, name: str) -> str | None:
        found = text(self.sent.data, name)
        if found and not (re.fullmatch("[A-Za-z]+", found) and len(found) == CODE_FIELDS[name]):
            raise Refusal(0, name)
        return found.upper() if found else None
