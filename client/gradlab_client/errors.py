"""What can go wrong, as one tree; `except gradlab_client.GradlabError` catches all of it.

GradlabError
 +-- Unreachable       no server answers, or it is not gradlab
 |    +-- Interrupted  the connection broke while the server was at it: whether it was done is not known
 +-- VersionMismatch   the server is of another version than this client
 +-- Problem           the server refused, and says which field is wrong and what is allowed
      +-- NotFound     404: no such session, table or share
      +-- NotPossible  409: not in the session's present state
      +-- Invalid      422: something in the request is not allowed
      +-- TooMany      429: over a limit of the server
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ADVICE = {
    401: "Give the token that `gradlab token create` prints: Client(token=...), or set GRADLAB_TOKEN.",
    404: "client.sessions() names the sessions that there are; one that was deleted or forgotten has to be made again.",
    413: "Send less at a time.",
    429: "Delete sessions that are no longer needed (session.delete()), or try again later.",
    500: "The server's log says more.",
    "urn:gradlab:needs-reset": "Begin a new run with it: session.patch(..., reset=True).",
    "urn:gradlab:diverged": "session.reset() starts over; session.diagnosis() says why, and a smaller learning rate "
    "often helps.",
    "urn:gradlab:failed": "session.reset() starts over.",
}


class GradlabError(Exception):
    """Anything that this client raises by itself."""


class Unreachable(GradlabError):
    """Nothing answers at the address, or something that is not gradlab."""


class Interrupted(Unreachable):
    """The connection broke after a request was sent that must not be sent twice: it may have been carried out."""


class VersionMismatch(GradlabError):
    """The server is of another version than this client."""


@dataclass(frozen=True)
class FieldError:
    """One thing wrong with one field, such as `layers.0.units`; an empty `field` means the whole request."""

    field: str
    given: Any
    expected: str
    message: str


class Problem(GradlabError):
    """The server refused. `errors` has one entry for each field that is wrong; `type` and `status` are for programs.

    >>> try:
    ...     client.create(layers=[{"units": 0}])
    ... except gradlab_client.Invalid as problem:
    ...     print(problem.errors[0].field, "must be", problem.errors[0].expected)
    layers.0.units must be 1 to 512
    """

    def __init__(
        self, status: int, title: str, detail: str, errors: Sequence[FieldError] = (), type: str = "about:blank"
    ) -> None:
        self.status = status
        self.title = title
        self.detail = detail
        self.errors = tuple(errors)
        self.type = type
        super().__init__(self._text())

    def _text(self) -> str:
        """The server's words, each field on its own line, and what can be done."""
        lines = [self.detail or self.title]
        if len(self.errors) > 1:
            lines += [f"  {error.field}: {error.message}" for error in self.errors]
        advice = ADVICE.get(self.type) or ADVICE.get(self.status)
        return "\n".join([*lines, advice] if advice else lines)


class NotFound(Problem):
    """404: there is no such session, table or address."""


class NotPossible(Problem):
    """409: not in the session's present state, such as training what has diverged."""


class Invalid(Problem):
    """422: something in the request is not allowed; `errors` names each field."""


class TooMany(Problem):
    """429: over one of the server's limits."""


KINDS: dict[int, type[Problem]] = {404: NotFound, 409: NotPossible, 422: Invalid, 429: TooMany}


def problem_of(status: int, document: Mapping[str, Any]) -> Problem:
    """The error for a problem document (RFC 9457)."""
    errors = [FieldError(**{name: error.get(name) for name in FIELDS}) for error in document.get("errors") or ()]
    title, detail = str(document.get("title") or f"Error {status}"), str(document.get("detail") or "")
    return KINDS.get(status, Problem)(status, title, detail, errors, str(document.get("type") or "about:blank"))


FIELDS = tuple(FieldError.__dataclass_fields__)
