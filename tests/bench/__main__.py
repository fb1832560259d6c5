"""`make bench`: runs every measurement of this folder and prints what it found.

A measurement is a module here with a function `measure` that prints its lines. Beside each stands
the machine's load: where more wants to run than there are cores, believe multiples and CPU alone.
"""

import importlib
import os
import sys
from pathlib import Path


def main(names: list[str]) -> int:
    """Run the measurements named, or all of them; 2 when there is none."""
    found = sorted(path.stem for path in Path(__file__).parent.glob("[!_]*.py"))
    wanted = [name for name in found if name in names or not names]
    if not wanted:
        print("Nothing to measure: tests/bench holds no such module.", file=sys.stderr)
        return 2
    for name in wanted:
        load = f"{os.getloadavg()[0]:.1f} programs want to run on {os.cpu_count()} cores"
        print(f"\n=== {name} ({load})", flush=True)
        importlib.import_module(f"tests.bench.{name}").measure()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
