"""What the fleet's server saw: one row per request, from its arrival to the last byte of its answer.

The server notes in a `Ledger`; a `Log` is its copy in numpy columns, which `judge` reads and a wire carries.
Times are of the machine's monotonic clock, the same for all its processes.
"""

import io
import json
import socket
import struct
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

#: arrival, end (infinite while the answer is not written), host, path, address asked, status (0: none yet).
Row = tuple[float, float, str, str, str, int]

_COLUMNS = {"arrival": "f8", "end": "f8", "host": "i4", "path": "i4", "address": "u4", "egress": "u4",
            "status": "i2"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Log:
    """Columns of equal length, in order of arrival; `host` and `path` are indices into the two tables.

    address: the IPv4 address that was dialled, egress: the one that dialled, both as numbers.
    """

    arrival: NDArray[np.float64]
    end: NDArray[np.float64]
    host: NDArray[np.int32]
    path: NDArray[np.int32]
    address: NDArray[np.uint32]
    egress: NDArray[np.uint32]
    status: NDArray[np.int16]
    hosts: tuple[str, ...]
    paths: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.arrival)

    @classmethod
    def of(cls, rows: Iterable[Row], egress: str = "127.0.0.1") -> Self:
        """A log written by hand, in any order."""
        ledger = Ledger()
        for arrival, end, host, path, address, status in sorted(rows):
            row = ledger.arrive(arrival, host, path, as_number(address), as_number(egress))
            ledger.finish(row, end, status)
        return cls.unpack(ledger.log().pack())

    def pack(self) -> bytes:
        """The log as bytes."""
        tables = json.dumps([self.hosts, self.paths]).encode()
        file = io.BytesIO()
        columns: dict[str, Any] = {name: getattr(self, name) for name in _COLUMNS}
        np.savez(file, tables=np.frombuffer(tables, "u1"), **columns)
        return file.getvalue()

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        """The log that `pack` made."""
        with np.load(io.BytesIO(packed), allow_pickle=False) as file:
            hosts, paths = json.loads(file["tables"].tobytes())
            columns: dict[str, Any] = {name: file[name] for name in _COLUMNS}
        return cls(**columns, hosts=tuple(hosts), paths=tuple(paths))


@dataclass(slots=True)
class Ledger:
    """The log while it grows: 38 bytes a request."""

    _columns: dict[str, "array[Any]"] = field(
        default_factory=lambda: {name: array(np.dtype(kind).char) for name, kind in _COLUMNS.items()}
    )
    _hosts: dict[str, int] = field(default_factory=dict)
    _paths: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._columns["arrival"])

    def arrive(self, when: float, host: str, path: str, address: int, egress: int) -> int:
        """Note a request; its row."""
        columns, row = self._columns, len(self)
        columns["arrival"].append(when)
        columns["end"].append(float("inf"))
        columns["host"].append(self._hosts.setdefault(host, len(self._hosts)))
        columns["path"].append(self._paths.setdefault(path, len(self._paths)))
        columns["address"].append(address)
        columns["egress"].append(egress)
        columns["status"].append(0)
        return row

    def finish(self, row: int, when: float, status: int) -> None:
        """Note that the answer's last byte is written, or that the client went away."""
        self._columns["end"][row] = when
        self._columns["status"][row] = status

    def log(self) -> Log:
        """A copy of all rows."""
        columns: dict[str, Any] = {n: np.array(self._columns[n], dtype=k) for n, k in _COLUMNS.items()}
        return Log(**columns, hosts=tuple(self._hosts), paths=tuple(self._paths))


def as_number(address: str) -> int:
    """An IPv4 address as a number."""
    return int(struct.unpack("!I", socket.inet_aton(address))[0])


def as_address(number: int) -> str:
    """A number as an IPv4 address."""
    return socket.inet_ntoa(struct.pack("!I", number))
