"""Clients under test, and what stands in for a vendor: a function, or a socket with a script."""

import re
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx

from tests.vendors.loopback import answer, read_request
from vendors.http.client import VendorClient
from vendors.http.hosts import HostRule

HOST = "desk.vendor.example"
RULE = HostRule(re.compile(r"desk\.vendor\.example"))


def on(url: str, **options: Any) -> VendorClient:
    return VendorClient(url, None, host_rule=HostRule(RULE.pattern, (url,)), **options)


def mocked(handler: Callable[[httpx.Request], httpx.Response], **options: Any) -> VendorClient:
    transport = httpx.MockTransport(handler)
    return VendorClient(f"https://{HOST}", None, host_rule=RULE, transport=transport, **options)


def playing(*answers: bytes) -> Callable[[socket.socket], None]:
    def play(connection: socket.socket) -> None:
        for each in answers:
            if not read_request(connection):
                return
            connection.sendall(each)

    return play


def once_it_stands(play: Callable[[socket.socket], None]) -> Callable[[socket.socket], None]:
    """Plays after a first call was answered: a deadline then meets a connection that stands."""

    def play_on(connection: socket.socket) -> None:
        if read_request(connection):
            connection.sendall(answer(b"0"))
            play(connection)

    return play_on


def standing(url: str) -> VendorClient:
    """A client of it whose connection stands."""
    client = on(url)
    assert get(client) == 0
    return client


def drip(text: bytes, pause: float, at_once: int = 0) -> Callable[[socket.socket], None]:
    def play(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(text[:at_once])
        for at in range(at_once, len(text)):
            connection.sendall(text[at : at + 1])
            time.sleep(pause)

    return play


class Hang:
    """Holds a connection and says nothing until told to stop; `outlived` if it was not told."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.outlived = False

    def __call__(self, connection: socket.socket) -> None:
        self.outlived = not self.stop.wait(60)


def get(client: VendorClient, path: str = "/cases", **options: Any) -> Any:
    return client.call("GET", path, operation="list", **options).json()
