"""The application: everything put together. `create_app` is the only thing here."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException

from app import __version__
from app.files.uploads import Uploads
from app.identity import Cookies, Identity
from app.limits import RequestLimit
from app.metrics import CountRefusals, MeasuredScheduler, Metrics
from app.openapi import describe_api
from app.problems import Faults, Problem, answer
from app.readiness import Readiness
from app.routes import ROUTERS, pages
from app.security import Security
from app.sessions.registry import Registry
from app.settings import Settings
from app.storage import Store
from app.tokens import Tokens
from engine import EngineError

NO_TELEMETRY: Any = {"tracing": False, "metrics": False, "logs": False}  # it contacts no other server


class Application(FastAPI):
    """FastAPI, with our description of the API and a way to be told that it is about to stop."""

    def openapi(self) -> dict[str, Any]:
        """The document at /openapi.json."""
        return describe_api()

    def drain(self) -> None:
        """Ends training that clients wait for, so that they are answered; the server stops soon."""
        self.state.readiness.drain()
        self.state.scheduler.shutdown(timeout_s=0)


def create_app(settings: Settings | None = None) -> Application:
    """The whole application. Its threads start with its lifespan and end with it.

    Raises PageMissing where the page's files are not there.
    """
    pages.check_files()
    settings = settings or Settings.read()
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        build_routes(app)
        readiness = app.state.readiness = Readiness()
        scheduler = MeasuredScheduler(settings.threads, readiness.prepare, metrics)
        app.state.scheduler = scheduler
        store = Store(settings.database_url)
        await store.open()
        given = settings.secret.get_secret_value().encode()
        app.state.cookies = Cookies(settings, given or await store.rights.signing_key(secrets.token_bytes(32)))
        registry = Registry(scheduler, settings, readiness, store, lambda *whose: uploads.tables_of(*whose))
        uploads = Uploads(settings.max_uploads, registry.learning_from, store.uploads)
        await uploads.load()
        app.state.registry, app.state.uploads = registry, uploads
        await registry.start()
        tokens = app.state.tokens = Tokens(store.rights, registry.audience.wake)
        await tokens.look()
        async with metrics.following(registry), tokens.followed() if settings.shared else nullcontext():
            yield
        readiness.drain()
        await registry.stop()
        await store.close()
        uploads.close()

    app = Application(
        title="gradlab",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=NO_TELEMETRY,
    )
    app.state.metrics = metrics
    for error in (Problem, EngineError, HTTPException, RequestValidationError):
        app.add_exception_handler(error, answer)
    app.add_middleware(Faults)
    app.add_middleware(RequestLimit, settings=settings)
    app.add_middleware(Identity, settings=settings)
    app.add_middleware(Security, settings=settings)
    app.add_middleware(CountRefusals, metrics=metrics)  # added last: outermost
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", pages.make_static())
    return app


def build_routes(app: FastAPI) -> None:
    """Builds what FastAPI would build at the first request, while there is only one thread.

    It and Numba's compiler use `warnings.catch_warnings`, which is not safe to use on two threads at the same time.
    """
    for _ in iter_route_contexts(app.routes):
        pass
    app.openapi()
