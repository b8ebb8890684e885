"""What the children of `serve` print, told without ever waiting for whoever reads it: a terminal that is held must not keep
`serve` from starting what has ended, nor from ending."""

import os
import select
from collections.abc import Iterable, Sequence

STDOUT = 1


class Output:
    def __init__(self, descriptor: int = STDOUT) -> None:
        self.descriptor = descriptor
        self._due = b""

    def tell(self, name: str, lines: Iterable[bytes]) -> None:
        """Each line with its name in front."""
        for line in lines:
            self._due += f"{name:<6} | {line.decode(errors='replace').rstrip()}\n".encode()
        self._write()

    def wait(self, readings: Sequence[int], seconds: float) -> list[int]:
        """Which of these can be read, so long at most. None of them while what was read is not told: who prints more waits."""
        writings = [self.descriptor] if self._due else []
        readable, writable, _ = select.select([] if self._due else readings, writings, [], seconds)
        if writable:
            self._write()
        return readable

    def _write(self) -> None:
        """As much as the reader has room for."""
        while self._due and select.select([], [self.descriptor], [], 0)[1]:
            # So much never waits once there is room for anything.
            written, self._due = self._due[: select.PIPE_BUF], self._due[select.PIPE_BUF :]
            try:
                os.write(self.descriptor, written)
            except OSError:
                self._due = b""  # nobody reads any more


output = Output()
