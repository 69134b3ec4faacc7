"""`Client` and `Session`: the methods of `AsyncClient` and `AsyncSession` for scripts and notebooks: they wait."""

from collections.abc import Callable, Coroutine
from functools import wraps
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, TypeVar

from gradlab_client.client import AsyncClient
from gradlab_client.connection import PATIENCE_S
from gradlab_client.loop import Blocking, Loop, blocking, iterating
from gradlab_client.session import AsyncSession

P = ParamSpec("P")
A = TypeVar("A")


def giving_session(
    method: Callable[Concatenate[A, P], Coroutine[Any, Any, AsyncSession]],
) -> Callable[Concatenate[Blocking[A], P], "Session"]:
    """The blocking version of an async method that gives a session."""
    wait = blocking(method)

    @wraps(method)
    def call(self: Blocking[A], /, *args: P.args, **kwargs: P.kwargs) -> "Session":
        return Session(wait(self, *args, **kwargs), self._loop)

    return call


class Session(Blocking[AsyncSession]):
    """One experiment in training on the server. `Client.create` makes one; a notebook shows it as a picture."""

    @property
    def id(self) -> str:
        """Its id on the server."""
        return self._inner.id

    def __repr__(self) -> str:
        return repr(self._inner).replace("Async", "", 1)

    train = blocking(AsyncSession.train)
    play = blocking(AsyncSession.play)
    pause = blocking(AsyncSession.pause)
    reset = blocking(AsyncSession.reset)
    step = blocking(AsyncSession.step)
    patch = blocking(AsyncSession.patch)
    fork = giving_session(AsyncSession.fork)
    set_parameters = blocking(AsyncSession.set_parameters)
    change_parameters = blocking(AsyncSession.change_parameters)
    prune = blocking(AsyncSession.prune)
    undo_prune = blocking(AsyncSession.undo_prune)
    share = blocking(AsyncSession.share)
    unshare = blocking(AsyncSession.unshare)
    delete = blocking(AsyncSession.delete)
    stream = iterating(AsyncSession.stream)

    get = blocking(AsyncSession.get)
    metrics = blocking(AsyncSession.metrics)
    boundary = blocking(AsyncSession.boundary)
    neurons = blocking(AsyncSession.neurons)
    parameters = blocking(AsyncSession.parameters)
    predict = blocking(AsyncSession.predict)
    dataset = blocking(AsyncSession.dataset)
    trace = blocking(AsyncSession.trace)
    diagnosis = blocking(AsyncSession.diagnosis)
    distributions = blocking(AsyncSession.distributions)
    distributions_course = blocking(AsyncSession.distributions_course)
    unit_distributions = blocking(AsyncSession.unit_distributions)
    evaluation = blocking(AsyncSession.evaluation)
    ablation = blocking(AsyncSession.ablation)
    ablate = blocking(AsyncSession.ablate)
    tradeoff = blocking(AsyncSession.tradeoff)
    journal = blocking(AsyncSession.journal)
    history = blocking(AsyncSession.history)
    export = blocking(AsyncSession.export)
    save = blocking(AsyncSession.save)
    plot = blocking(AsyncSession.plot)
    to_html = _repr_html_ = blocking(AsyncSession.to_html)


class Client(Blocking[AsyncClient]):
    """A client of the server at `url`, or at GRADLAB_URL, or on this computer.

    `token`, or GRADLAB_TOKEN, is for a server that asks for one. A server that goes away is waited for, for
    `patience_s` seconds.

    >>> with gradlab_client.Client() as client:
    ...     print(client.create(dataset="spiral").train(epochs=10, progress=True)["epoch"])
    10.0
    """

    def __init__(self, url: str | None = None, token: str | None = None, patience_s: float = PATIENCE_S) -> None:
        inner = AsyncClient(url, token, patience_s)
        super().__init__(inner, Loop())
        self._loop.at_end(inner.close)

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return repr(self._inner).replace("Async", "", 1)

    def close(self) -> None:
        """Closes the connections; sessions stay on the server."""
        self._loop.close()

    create = giving_session(AsyncClient.create)
    load = giving_session(AsyncClient.load)
    session = giving_session(AsyncClient.session)
    sessions = blocking(AsyncClient.sessions)
    upload = blocking(AsyncClient.upload)
    uploads = blocking(AsyncClient.uploads)
    get_upload = blocking(AsyncClient.get_upload)
    delete_upload = blocking(AsyncClient.delete_upload)
    restore_upload = blocking(AsyncClient.restore_upload)
    join = giving_session(AsyncClient.join)
    create_token = blocking(AsyncClient.create_token)
    tokens = blocking(AsyncClient.tokens)
    revoke_token = blocking(AsyncClient.revoke_token)
    import_link = blocking(AsyncClient.import_link)
    spread = blocking(AsyncClient.spread)
    schema = blocking(AsyncClient.schema)
    catalogue = blocking(AsyncClient.catalogue)
