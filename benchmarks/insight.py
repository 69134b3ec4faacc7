"""How soon questions about a network are answered, while 30 others train; and what it costs to go back along a run.

Run `python -m benchmarks insight`; results go to benchmarks/results/insight.json, with the date.
"""

import asyncio
import json
import statistics
import time
from pathlib import Path
from typing import Any

import httpx

from benchmarks.machine import facts
from benchmarks.served import server
from engine import Experiment, Layer, Trainer, Visit, resolve
from engine.data.datasets import DATASETS

RESULTS = Path(__file__).parent / "results" / "insight.json"
NETWORK = {"layers": [{"units": 8}] * 3, "dataset": {"name": "circle", "samples": 500}}
TRAINING = 30
QUESTIONS = {
    "session": "",
    "trace": "/trace?sample=3",
    "diagnosis": "/diagnosis",
    "evaluation": "/evaluation",
    "distributions": "/distributions",
    "distributions along the run": "/distributions/course",
    "ablation": "/ablation",
    "pruning's trade-off": "/prune/tradeoff",
    "boundary, 100 epochs back": "/boundary?resolution=64&epoch={past}",
}
LIMIT_MS = {"trace": 50, "diagnosis": 50, "evaluation": 50}
EPOCHS = 100_000
VISITS = 40


def main(quick: bool = False) -> dict[str, Any]:
    """Measures everything, and writes it unless `quick`."""
    with server() as address:
        answers = asyncio.run(ask_all(address, 10 if quick else 100))
    results = {
        "machine": facts(["numpy", "numba", "fastapi", "uvicorn"]),
        "answers": answers,
        "travel": [travel(name, layers, EPOCHS // (100 if quick else 1)) for name, layers in NETWORKS.items()],
    }
    if not quick:
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return results


async def ask_all(address: str, times: int) -> list[dict[str, Any]]:
    """How long each question takes: alone, and while others train flat out."""
    async with httpx.AsyncClient(base_url=address, timeout=600) as http:
        asked = (await http.post("api/sessions", json=NETWORK)).json()["id"]
        await http.post(f"api/sessions/{asked}/train", json={"epochs": 1_000})
        alone = await measure(http, asked, times)
        for seed in range(TRAINING):
            body = NETWORK | {"seed": seed}
            id = (await http.post("api/sessions", json=body)).json()["id"]
            await http.post(f"api/sessions/{id}/commands", json={"command": "play", "rate": None})
        crowded = await measure(http, asked, times)
    return [
        {
            "question": name,
            "alone, ms": statistics.median(alone[name]),
            f"among {TRAINING}, ms": statistics.median(crowded[name]),
            "p95": percentile(crowded[name], 0.95),
            "worst": max(crowded[name]),
            "limit": LIMIT_MS.get(name, ""),
        }
        for name in QUESTIONS
    ]


async def measure(http: httpx.AsyncClient, id: str, times: int) -> dict[str, list[float]]:
    """Milliseconds of every answer, the questions in turn."""
    taken: dict[str, list[float]] = {name: [] for name in QUESTIONS}
    for turn in range(times + 2):
        for name, path in QUESTIONS.items():
            begun = time.perf_counter()
            answer = await http.get(f"api/sessions/{id}{path.format(past=900 - turn)}")
            answer.raise_for_status()
            if turn >= 2:
                taken[name].append((time.perf_counter() - begun) * 1e3)
    return taken


NETWORKS = {"4,2": (4, 2), "8,8,8": (8, 8, 8), "32,32": (32, 32)}


def travel(name: str, units: tuple[int, ...], epochs: int) -> dict[str, Any]:
    """What the way back along a long run takes."""
    layers = tuple(Layer(count) for count in units)
    run = Trainer(resolve(Experiment(layers=layers, dataset=DATASETS.choice("circle", samples=500))))
    begun = time.perf_counter()
    run.step_once("epoch", epochs)
    trained_s = time.perf_counter() - begun
    taken = []
    for turn in range(VISITS):
        epoch = (turn * 7_919_191 + epochs - 1) % (epochs + 1)  # all over the run
        begun = time.perf_counter()
        visit = Visit(run, epoch)
        while not visit.done:
            visit.advance(1 << 20)
        visit.trainer.boundary(64)
        taken.append((time.perf_counter() - begun) * 1e3)
    return {
        "hidden layers": name,
        "epochs": epochs,
        "trained in, s": trained_s,
        "checkpoints": len(run.timeline.marks),
        "MB": run.timeline.bytes / 1e6,
        "shown in, ms": statistics.median(taken),
        "worst": max(taken),
    }


def percentile(values: list[float], share: float) -> float:
    """The value that this share of all stays under."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]
