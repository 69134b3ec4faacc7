"""Steering a session, and watching it live. Each method is one request, spelled as in the API."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, suppress
from typing import Any, Literal

from gradlab_client import answers, views
from gradlab_client.errors import Interrupted, NotFound
from gradlab_client.inspection import Inspection
from gradlab_client.messages import Cursor, Message, State
from gradlab_client.progress import Report
from gradlab_client.stream import messages
from gradlab_client.training import Goal, reporting

Until = answers.UntilEpochs | answers.UntilMetric
Patch = answers.Experiment | Mapping[str, Any]
REPORTS_PER_SECOND = 8.0
NEURON_RESOLUTION = 20


class AsyncSession(Inspection):
    """One experiment in training on the server. `AsyncClient.create` makes one."""

    async def train(
        self, epochs: int | None = None, *, seconds: float | None = None, progress: bool | Report = False
    ) -> answers.SessionAnswer:
        """Trains at full speed for so many epochs or seconds, and answers with the session.

        It ends early if the network diverges, by early stopping, or if someone pauses or resets the session. If the
        server is restarted meanwhile, training goes on as soon as it is back. `progress=True` shows a bar; a function
        is called with a `Progress` instead.

        >>> session.train(epochs=200)["state"]
        'paused'
        """
        now = await self.get()
        goal = Goal(now, epochs, seconds)
        live = messages(self._connection, self.id, subscription(REPORTS_PER_SECOND), Cursor())
        async with reporting(progress, goal, live) as done:
            while True:
                try:
                    now = await self._ask(answers.SessionAnswer, "POST", "/train", body=goal.order(now))
                    break
                except Interrupted:
                    now = await self.pause()  # waits for the server, and ends what it goes on training without us
                    if goal.is_over(now):
                        break
            done(now)
        return now

    async def play(self, rate: float | None = 30.0, until: Until | None = None) -> answers.SessionAnswer:
        """Trains on in the background, at `rate` epochs per second; None is as fast as its share of the server allows.

        It plays until it is paused, or until an end such as {"epochs": 500} or {"metric": "test_loss", "target": 0.1}.
        """
        return await self._command("play", True, rate=rate, until=until)

    async def pause(self) -> answers.SessionAnswer:
        """Stops training, also what other scripts wait for."""
        return await self._command("pause", True)

    async def reset(self, seed: Literal["same", "new"] = "same") -> answers.SessionAnswer:
        """Back to step 0, with the same starting weights or new ones."""
        return await self._command("reset", True, seed=seed)

    async def step(self, unit: Literal["sample", "batch", "epoch"] = "batch", count: int = 1) -> answers.SessionAnswer:
        """Makes single steps, of one sample, batch or epoch each.

        >>> session.step("batch", 3)["step"] - session.get()["step"]
        0
        """
        return await self._command("step", False, unit=unit, count=count)

    async def patch(
        self, patch: Patch, *, reset: bool = False, keep: bool = False, play: bool = False
    ) -> answers.SessionAnswer:
        """Changes the experiment by a merge patch: what it names becomes so, all else stays; lists are replaced whole.

        What can change during a run does so at the next step; anything else needs `reset`, which begins a new run:
        with what was learned so far if `keep`, and playing on if `play`.

        >>> session.patch({"optimizer": {"learning_rate": 0.001}})["experiment"]["optimizer"]["learning_rate"]
        0.001
        """
        asked: dict[str, Any] = {"reset": reset, "keep": keep, "play": play}
        return await self._ask(answers.SessionAnswer, "PATCH", body=patch, repeatable=True, **asked)

    async def fork(
        self, epoch: int, patch: Patch | None = None, into: Literal["new", "same"] = "new"
    ) -> "AsyncSession":
        """Continues from an earlier whole epoch, in a new session or in this one, changed by a merge patch if given."""
        body = {"epoch": epoch, "patch": patch, "into": into}
        answer = await self._ask(answers.SessionAnswer, "POST", "/fork", body=body, repeatable=True)
        return AsyncSession(self._connection, answer["id"])

    async def set_parameters(self, parameters: views.Parameters | Sequence[Mapping[str, Any]]) -> views.Parameters:
        """Puts in other weights and biases, and answers with them: what `parameters()` gives, or a dict for each layer.

        >>> parameters = session.parameters()
        >>> parameters.layers[0].biases[:] = 0.5
        >>> session.set_parameters(parameters).layers[0].biases
        array([0.5, 0.5, 0.5, 0.5])
        """
        given = (
            [layer.as_data() for layer in parameters.layers] if isinstance(parameters, views.Parameters) else parameters
        )
        answer = await self._ask(answers.ParametersAnswer, "PUT", "/parameters", body={"layers": given})
        return views.parameters_of(answer)

    async def change_parameters(self, changes: Sequence[Mapping[str, float]]) -> answers.ChangesAnswer:
        """Changes single weights and biases, and answers with what they were: sent again, that takes it back.

        A change is such as {"layer": 0, "input": 1, "unit": 2, "value": 0.5}; without `input` it is the unit's bias.
        """
        return await self._ask(answers.ChangesAnswer, "PATCH", "/parameters", body={"changes": changes})

    async def prune(
        self,
        fraction: float | None = None,
        *,
        threshold: float | None = None,
        criterion: str = "magnitude",
        scope: Literal["network", "layer"] = "network",
        steps: int = 1,
        fine_tune_epochs: int = 0,
        stop: Mapping[str, Any] | None = None,
        preview: bool = False,
    ) -> answers.PruneAnswer:
        """Removes weights or neurons, a `fraction` of them from 0 to 1 or all that score below a `threshold`.

        In `steps`, each followed by training for `fine_tune_epochs`, until `stop`, such as
        {"metric": "test_accuracy", "drop": 0.02}. A `preview` only reports what it would do.

        >>> session.prune(0.5, preview=True)["report"]["after"]["nonzero"]
        16
        """
        body = {
            "fraction": fraction,
            "threshold": threshold,
            "criterion": criterion,
            "scope": scope,
            "steps": steps,
            "fine_tune_epochs": fine_tune_epochs,
            "stop": stop,
            "preview": preview,
        }
        return await self._ask(answers.PruneAnswer, "POST", "/prune", body=body, repeatable=preview)

    async def undo_prune(self) -> answers.SessionAnswer:
        """Brings back the network as it was before it was pruned last, up to five times."""
        return await self._ask(answers.SessionAnswer, "DELETE", "/prune", repeatable=False)

    async def share(self) -> str:
        """The secret of a link with which others can look at the session (`Client.join`). One made before ends."""
        return (await self._ask(answers.ShareAnswer, "POST", "/share", repeatable=False))["secret"]

    async def unshare(self) -> None:
        """Takes the link back: whoever used it can no longer look."""
        await self._connection.send("DELETE", f"{self._path}/share", repeatable=False)

    async def delete(self) -> None:
        """Ends the session. It is no error if there is none any more."""
        with suppress(NotFound):
            await self._connection.send("DELETE", self._path)

    async def stream(
        self,
        *,
        boundary: bool = False,
        neurons: bool = False,
        parameters: bool = False,
        max_fps: float = 20.0,
        resolution: int = 64,
        follow: bool = False,
    ) -> AsyncGenerator[Message]:
        """What happens, live: every row of metrics exactly once and in order, the newest pictures, changes of state.

        It begins with a `Hello`; new rows come as `Metrics`, up to `max_fps` times a second; a cut connection is made
        anew and goes on where it broke. A `Hello` that is not `recovered` means that the rows begin anew, because the
        session was reset. The stream ends when training does, or with `follow` when you leave the loop.

        >>> answer = session.play(rate=None, until={"epochs": 300})
        >>> for message in session.stream():
        ...     if isinstance(message, gradlab_client.Metrics):
        ...         newest = message.last["epoch"]
        >>> newest
        300.0
        """
        wish = subscription(max_fps, resolution, boundary=boundary, neurons=neurons, parameters=parameters)
        cursor = Cursor()
        async with aclosing(messages(self._connection, self.id, wish, cursor)) as live:
            async for message in live:
                yield message
                if isinstance(message, State) and message.state != "running" and not follow:
                    rest = await self.metrics(since=cursor.seq)
                    if rest.run == cursor.run:
                        if rest.rows:
                            yield rest
                        return

    async def _command(self, name: str, repeatable: bool, **arguments: Any) -> answers.SessionAnswer:
        body = {"command": name, **arguments}
        return await self._ask(answers.SessionAnswer, "POST", "/commands", body=body, repeatable=repeatable)


def subscription(max_fps: float, resolution: int = 64, **pictures: bool) -> dict[str, Any]:
    """What a stream asks for: metrics, and the pictures that are wanted."""
    rate = {"max_fps": max_fps}
    sizes = {"boundary": {"resolution": resolution}, "neurons": {"resolution": NEURON_RESOLUTION}, "parameters": {}}
    wanted = {kind: rate | size if pictures.get(kind) else None for kind, size in sizes.items()}
    return {"metrics": rate, **wanted}
