"""gradlab from Python: train small neural networks on a gradlab server, watch them live, and look inside."""

from gradlab_client.blocking import Client, Session
from gradlab_client.client import AsyncClient
from gradlab_client.connection import VERSION as __version__
from gradlab_client.errors import (
    FieldError,
    GradlabError,
    Interrupted,
    Invalid,
    NotFound,
    NotPossible,
    Problem,
    TooMany,
    Unreachable,
    VersionMismatch,
)
from gradlab_client.messages import Hello, Message, State
from gradlab_client.metrics import Metrics
from gradlab_client.progress import Progress
from gradlab_client.session import AsyncSession
from gradlab_client.views import Boundary, Layer, Neurons, Parameters, Prediction

__all__ = [
    "AsyncClient",
    "AsyncSession",
    "Boundary",
    "Client",
    "FieldError",
    "GradlabError",
    "Hello",
    "Interrupted",
    "Invalid",
    "Layer",
    "Message",
    "Metrics",
    "Neurons",
    "NotFound",
    "NotPossible",
    "Parameters",
    "Prediction",
    "Problem",
    "Progress",
    "Session",
    "State",
    "TooMany",
    "Unreachable",
    "VersionMismatch",
    "__version__",
]
