"""A client of one server: makes sessions, finds them, uploads tables."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Unpack

from gradlab_client import answers
from gradlab_client.connection import PATIENCE_S, Connection
from gradlab_client.session import AsyncSession

Task = Literal["binary", "multiclass", "multilabel", "regression"]


class AsyncClient:
    """A client of the server at `url`, or at GRADLAB_URL, or on this computer.

    `token`, or GRADLAB_TOKEN, is for a server that asks for one. A server that goes away is waited for, for
    `patience_s` seconds. Its methods are to be awaited; `Client` has the same ones, which wait.
    """

    def __init__(self, url: str | None = None, token: str | None = None, patience_s: float = PATIENCE_S) -> None:
        self._connection = Connection(url, token, patience_s)

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"<AsyncClient of {self._connection.url}>"

    async def close(self) -> None:
        """Closes the connections; sessions stay on the server."""
        await self._connection.close()

    async def create(
        self, experiment: Mapping[str, Any] | str | None = None, /, **fields: Unpack[answers.Experiment]
    ) -> AsyncSession:
        """Makes a session from keywords, a dict or a link of TensorFlow Playground; what is left out has a default.

        >>> client.create(dataset="xor", layers=[{"units": 8, "activation": "relu"}])  # doctest: +ELLIPSIS
        <Session ...>
        >>> link = "https://playground.tensorflow.org/#dataset=spiral&networkShape=8,8&seed=0.12345"
        >>> client.create(link, batch_size=20).get()["experiment"]["dataset"]["name"]
        'tensorflow_playground'
        """
        if isinstance(experiment, str):
            experiment = (await self.import_link(experiment))["experiment"]
        body = {**(experiment or {}), **fields}
        answer = await self._connection.ask(answers.SessionAnswer, "POST", "/api/sessions", body=body, repeatable=True)
        return AsyncSession(self._connection, answer["id"])

    async def load(self, path: str | Path) -> AsyncSession:
        """Takes up a run that `session.save` has written, where it stood."""
        body = Path(path).read_bytes()
        answer = await self._connection.ask(answers.SessionAnswer, "POST", "/api/sessions", body=body, repeatable=True)
        return AsyncSession(self._connection, answer["id"])

    async def session(self, id: str) -> AsyncSession:
        """The session of this id. Raises NotFound."""
        session = AsyncSession(self._connection, id)
        await session.get()
        return session

    async def sessions(self) -> answers.SessionList:
        """A line for each session on the server."""
        return await self._connection.ask(answers.SessionList, "GET", "/api/sessions")

    async def upload(
        self,
        table: str | Path | bytes,
        *,
        name: str | None = None,
        target: str | None = None,
        task: Task | None = None,
        columns: Sequence[str] | None = None,
        missing: Literal["impute", "drop"] | None = None,
        header: bool | None = None,
        delimiter: str | None = None,
        encoding: str | None = None,
        rows: int | None = None,
        seed: int | None = None,
    ) -> answers.UploadAnswer:
        """Uploads a CSV file, by its path or its content; the answer's `dataset` is what an experiment names it by.

        What is not said is found out: the `target` is the last column, all others are learned from unless `columns`
        are named. Of a large file, `rows` are drawn at random by `seed`.

        >>> table = client.upload(b"size,price\\n110,295\\n76,171\\n142,374\\n155,446\\n98,240\\n", task="regression")
        >>> client.create(dataset=table["dataset"]).dataset()["targets"]["kind"]
        'regression'
        """
        content = table if isinstance(table, bytes) else Path(table).read_bytes()
        asked: dict[str, Any] = {
            "name": name or (None if isinstance(table, bytes) else Path(table).stem),
            "target": target,
            "task": task,
            "column": columns,
            "missing": missing,
            "header": header,
            "delimiter": delimiter,
            "encoding": encoding,
            "rows": rows,
            "seed": seed,
        }
        path, kind = "/api/datasets", "text/csv"
        response = await self._connection.send("POST", path, body=content, content_type=kind, repeatable=True, **asked)
        answer: answers.UploadAnswer = response.json()
        return answer

    async def uploads(self) -> answers.UploadList:
        """The uploaded tables, the newest first."""
        return await self._connection.ask(answers.UploadList, "GET", "/api/datasets")

    async def get_upload(self, id: str) -> answers.UploadAnswer:
        """What was found in an uploaded table, with its first rows."""
        return await self._connection.ask(answers.UploadAnswer, "GET", f"/api/datasets/{id}")

    async def delete_upload(self, id: str) -> None:
        """Deletes an uploaded table that no session learns from; `restore_upload` brings it back for 10 minutes."""
        await self._connection.send("DELETE", f"/api/datasets/{id}", repeatable=False)

    async def restore_upload(self, id: str) -> answers.UploadAnswer:
        """Brings back a table that was deleted less than 10 minutes ago."""
        return await self._connection.ask(answers.UploadAnswer, "POST", f"/api/datasets/{id}/restore")

    async def join(self, secret: str) -> AsyncSession:
        """The session of a link that somebody shares: it can be looked at, streamed and forked, not changed."""
        joined = await self._connection.ask(answers.Joined, "POST", "/api/shares", body={"secret": secret})
        return AsyncSession(self._connection, joined["session"])

    async def create_token(self) -> answers.NewToken:
        """A further token for what is yours. It is told this once."""
        return await self._connection.ask(answers.NewToken, "POST", "/api/tokens", repeatable=False)

    async def tokens(self) -> answers.TokenList:
        """Your tokens, without their secrets."""
        return await self._connection.ask(answers.TokenList, "GET", "/api/tokens")

    async def revoke_token(self, id: str) -> None:
        """Makes a token worthless; streams that are open by it are closed."""
        await self._connection.send("DELETE", f"/api/tokens/{id}", repeatable=False)

    async def import_link(self, url: str) -> answers.ImportAnswer:
        """The experiment of a link of TensorFlow Playground, and what in the link had to be corrected."""
        path, body = "/api/import/tensorflow-playground", {"url": url}
        return await self._connection.ask(answers.ImportAnswer, "POST", path, body=body, repeatable=True)

    async def spread(
        self, experiment: Mapping[str, Any] | None = None, /, **fields: Unpack[answers.Experiment]
    ) -> answers.SpreadAnswer:
        """How activations and errors spread from layer to layer before an experiment's network has begun to learn."""
        body = {**(experiment or {}), **fields}
        return await self._connection.ask(answers.SpreadAnswer, "POST", "/api/spread", body=body, repeatable=True)

    async def catalogue(self) -> answers.CatalogueAnswer:
        """Everything that can be chosen: names, formulas, arguments and their bounds."""
        return await self._connection.ask(answers.CatalogueAnswer, "GET", "/api/catalogue")

    async def schema(self) -> dict[str, Any]:
        """The JSON Schema of an experiment."""
        return await self._connection.ask(dict[str, Any], "GET", "/api/schema")
