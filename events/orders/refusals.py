"""What the state of an order does not allow. Pure."""

from loyalty.refusals import Refused

from .enums import TransactionStatus


class UnknownTransaction(Refused):
    """None of this ID, whoever asks."""

    def __init__(self) -> None:
        super().__init__(112210, "Transaction not found", field="transaction_id")


class WrongStatus(Refused):
    """A step that comes too early or too late in the life of an order."""

    def __init__(self, status: str, message: str) -> None:
        super().__init__(
            {
                TransactionStatus.DRAFT: 112214,
                TransactionStatus.ACCEPTED: 112211,
                TransactionStatus.REJECTED: 112212,
                TransactionStatus.REFUNDED: 112213,
            }[TransactionStatus(status)],
            message,
            field="transaction_id",
        )
