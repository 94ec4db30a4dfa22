"""Which sockets of running processes can be reached from other machines."""

import socket
from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address
from typing import Any

import psutil


def beyond_loopback(processes: Iterable[psutil.Process]) -> list[str]:
    """Process and address of each socket that listens on more than loopback."""
    found = []
    for process in processes:
        for connection in _connections(process):
            listens = connection.status == psutil.CONN_LISTEN or connection.type == socket.SOCK_DGRAM
            if listens and not _is_loopback(connection.laddr.ip):
                found.append(f"{process} {connection.laddr}")
    return found


def _connections(process: psutil.Process) -> list[Any]:
    try:
        return list(process.net_connections("inet"))
    except psutil.NoSuchProcess:
        return []  # an HAProxy that was replaced


def _is_loopback(told: str) -> bool:
    address = ip_address(told)
    return ((isinstance(address, IPv6Address) and address.ipv4_mapped) or address).is_loopback
