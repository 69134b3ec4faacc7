"""`python -m benchmarks [engine|insight|page] [--quick]`: measures, prints tables, writes benchmarks/results/."""

import argparse
from importlib import import_module
from pathlib import Path

from benchmarks import plots, report

parser = argparse.ArgumentParser(prog="benchmarks", description="Measures speed against peers and targets.")
parser.add_argument("what", nargs="?", choices=["engine", "insight", "page"], help="one of them; without it, all")
parser.add_argument("--quick", action="store_true", help="a few cells and rounds, to see that it works: not written")
parser.add_argument("--playground", type=Path, help="a checkout of TensorFlow Playground, to measure it too")
parser.add_argument("--minutes", type=int, default=0, help="watch the page's memory for so long")
arguments = parser.parse_args()
for what in [arguments.what] if arguments.what else ["engine", "insight", "page"]:
    options = {"engine": {"playground": arguments.playground}, "page": {"minutes": arguments.minutes}}
    results = import_module(f"benchmarks.{what}").main(arguments.quick, **options.get(what, {}))
    print("\n" + getattr(report, what)(results) + "\n")
if not arguments.quick:
    for path in plots.draw():
        print(f"drawn: {path}")
    report.write()
