"""Starts the simulator: ``python -m vendors.simulator --port 9000 [--state FILE]``."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from .app import Simulator, build
from .server import NotLoopback, Server


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C; return 2 where the simulator may not or cannot start."""
    options = _options(argv)
    if os.environ.get("CASEPORT_PROFILE") == "production":
        return _refuse("the simulator does not start in the production profile")
    simulator = Simulator(state=options.state)
    try:
        server = Server(options.host, options.port, build(simulator))
    except NotLoopback as wrong:
        return _refuse(str(wrong))
    except OSError as taken:
        return _refuse(f"port {options.port} cannot be opened: {taken.strerror}")
    simulator.host = server.address
    if options.alive is not None:
        threading.Thread(target=_tend, args=(simulator, options.alive), daemon=True).start()
    _stop_on_sigterm(server)
    print(f"Simulator: http://{server.address}/_simulator/world", flush=True)
    try:
        server.serve_forever(poll_interval=0.2)
    except KeyboardInterrupt:
        return 0
    finally:
        server.server_close()
        simulator.close()
    return 0


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulator", description="Plays the vendors' desks.")
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--state", type=Path, help="keep state in this file across restarts")
    parser.add_argument(
        "--alive",
        type=float,
        metavar="SECONDS",
        help="an engineer takes up each new case after so many seconds",
    )
    return parser.parse_args(argv)


def _refuse(reason: str) -> int:
    print(f"simulator: {reason}", file=sys.stderr)
    return 2


def _stop_on_sigterm(server: Server) -> None:
    """Let SIGTERM end `serve_forever` between two requests, wherever it is interrupted."""

    def stop(signum: int, frame: FrameType | None) -> None:
        threading.Thread(target=server.shutdown).start()  # it waits for the loop it ends

    signal.signal(signal.SIGTERM, stop)


def _tend(simulator: Simulator, seconds: float) -> None:
    pause = threading.Event()
    while not pause.wait(min(1.0, max(0.1, seconds / 2))):
        simulator.tend(seconds)


if __name__ == "__main__":
    sys.exit(main())
