"""What storing costs. Prints figures for one database, which should be empty:

    python -m benchmarks.storage [URL]

Without a URL it measures SQLite in a folder of its own. Commands are small deltas that are awaited one after the other
by so many savers; a batch holds a checkpoint and the new history of every session.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from app.experiments import EXPERIMENT
from app.storage import Facts, Recovery, Saved, Store, delta
from engine import Trainer, resolve

SECONDS = 4.0
BATCHES = 8
EPOCHS = 60  # between two batches


def trainer(*units: int) -> Trainer:
    """Of the default experiment, with hidden layers of so many units."""
    return Trainer(resolve(EXPERIMENT.check({"layers": [{"units": count} for count in units]})))


def facts(id: str) -> Facts:
    """Of a session that plays."""
    return Facts(id=id, run="1", created=1.5, touched=2.5, playing=True, rate=30.0)


async def commands(store: Store, savers: int) -> str:
    """How many small deltas a second are committed."""
    run, waits = trainer(4, 2), []
    saved = [await store.save(delta(run, facts(f"c{index}"), Saved())) for index in range(savers)]
    end = time.perf_counter() + SECONDS

    async def save(index: int) -> None:
        while (began := time.perf_counter()) < end:
            await store.save(delta(run, facts(f"c{index}"), saved[index]))
            waits.append(time.perf_counter() - began)

    await asyncio.gather(*map(save, range(savers)))
    p50, p99 = (1e3 * statistics.quantiles(waits, n=100)[place] for place in (49, 98))
    return f"{savers} savers: {len(waits) / SECONDS:,.0f} commands/s, p50 {p50:.1f} ms, p99 {p99:.1f} ms"


async def batch(store: Store, sessions: int) -> str:
    """What a batch of checkpoints of 8,8,8 takes."""
    runs = [trainer(8, 8, 8) for _ in range(sessions)]
    saved: Sequence[Saved] = [Saved()] * sessions
    taken, written, sizes = [], [], []
    for _ in range(BATCHES + 1):
        for run in runs:
            run.step_once("epoch", EPOCHS)
        moments = [time.perf_counter()]
        new = [delta(run, facts(f"b{sessions}-{i}"), saved[i], checkpoint=True) for i, run in enumerate(runs)]
        moments.append(time.perf_counter())
        saved = await asyncio.gather(*map(store.save, new))
        moments.append(time.perf_counter())
        taken.append((moments[1] - moments[0]) / sessions)
        written.append(moments[2] - moments[1])
        sizes.append(sum(len(row["data"]) for each in new for row in (*each.history, *each.checkpoints)))
    taken, written, sizes = ([1e3 * n for n in taken[1:]], [1e3 * n for n in written[1:]], sizes[1:])
    return (
        f"batch of {sessions}: {statistics.median(sizes) / 1024:,.0f} KiB, taken in {statistics.median(taken):.2f} ms "
        f"each, written in {statistics.median(written):.1f} ms (at most {max(written):.1f} ms)"
    )


async def one(store: Store) -> str:
    """How much a session of 4,2 takes, and how long it is recovered."""
    run, saved = trainer(4, 2), Saved()
    for _ in range(10):
        run.step_once("epoch", 100)
        saved = await store.save(delta(run, facts("one"), saved, checkpoint=True))
    stored = await store.load("one")
    sizes = [sum(map(len, stored.history)), sum(len(found[3]) for found in stored.checkpoints)]
    began = time.perf_counter()
    recovery = Recovery(stored)
    while not recovery.done:
        recovery.advance(1 << 20)
    took = 1e3 * (time.perf_counter() - began)
    history, checkpoints = (size / 1024 for size in sizes)
    return f"4,2 after 1,000 epochs: {history:.0f} KiB of history, {checkpoints:.1f} KiB of checkpoints; {took:.1f} ms"


async def main(url: str) -> None:
    """Measures one database."""
    store = Store(url)
    await store.open()
    for savers in (1, 30, 100):
        print(await commands(store, savers))
    for sessions in (30, 100):
        print(await batch(store, sessions))
    print(await one(store))
    await store.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{Path(folder) / 'gradlab.db'}"))
