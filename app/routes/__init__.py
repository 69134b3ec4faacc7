"""Routes: what each address answers, one noun per file."""

from app.routes import (
    catalogue,
    datasets,
    exports,
    health,
    identity,
    imports,
    insight,
    pages,
    pruning,
    sessions,
    shares,
    streams,
    training,
    travel,
    views,
)

ROUTERS = tuple(
    module.router
    for module in (
        pages,
        catalogue,
        identity,
        datasets,
        imports,
        sessions,
        shares,
        training,
        views,
        travel,
        insight,
        pruning,
        exports,
        streams,
        health,
    )
)
