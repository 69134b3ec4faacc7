"""Routes: what each address answers, one noun per file."""

from app.routes import (
    catalogue,
    datasets,
    exports,
    health,
    imports,
    insight,
    pages,
    pruning,
    sessions,
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
        datasets,
        imports,
        sessions,
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
