"""How fast the engine is: everything that is measured about it, in one run on one thread.

Run `python -m benchmarks engine`; results go to benchmarks/results/engine.json, with the date.
"""

import json
import time
from pathlib import Path
from typing import Any

from benchmarks import costs
from benchmarks.machine import facts
from benchmarks.networks import NETWORKS
from benchmarks.race import race
from benchmarks.targets import judge
from benchmarks.timing import Effort

RESULTS = Path(__file__).parent / "results" / "engine.json"
PACKAGES = ("numpy", "numba", "scipy", "torch", "scikit-learn", "jax")
FULL, QUICK = Effort(rounds=9, seconds=0.05), Effort(rounds=3, seconds=0.02)


def main(quick: bool = False, playground: Path | None = None) -> dict[str, Any]:
    """Measures everything and writes it down; `quick` is to see that it works, and is not written down.

    `playground` is a checkout of TensorFlow Playground, which is measured too if it is given.
    """
    start = time.perf_counter()
    effort = QUICK if quick else FULL
    networks = ("4,2", "8,8,8") if quick else tuple(NETWORKS)
    print("Training steps, in microseconds:")
    tables = race(effort, quick, playground)
    print("Options, growth, pictures, memory, starts ...")
    tables |= {"options": costs.options(effort), "products": costs.products(effort)}
    tables |= {f"growth_{name}": rows for name, rows in costs.growth(effort, quick).items()}
    tables |= {"pictures": costs.pictures(effort, networks), "memory": costs.memory(networks)}
    tables |= {"starts": costs.starts({"common": 1} if quick else {"common": 3, "float32": 1, "float64": 1})}
    results = {
        "machine": facts(PACKAGES),
        "method": {"threads": 1, "rounds": effort.rounds, "seconds_per_turn": effort.seconds},
        "minutes": (time.perf_counter() - start) / 60,
        "targets": judge(tables),
        "tables": tables,
    }
    if not quick:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return results
