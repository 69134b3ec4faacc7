"""The stream's description (AsyncAPI 3.0), made from the schemas of its messages: for client generators, and for /docs.

It is told from the server's side, as AsyncAPI has it: it sends what happens, and receives what clients want.
"""

import inspect
from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter

from app import __version__
from app.encoding import CODECS
from app.experiments import EXPERIMENT
from app.schemas.stream import ClientMessage, ServerMessage
from app.validation import schemas_of

ADDRESS = "/api/sessions/{id}/stream"
DESCRIPTION = f"""\
One websocket follows one session. Choose a subprotocol when connecting: \
{" or ".join(f"`{name}`" for name in CODECS)}. Without one it is JSON. \
The server sends `hello` first, then what the client has subscribed to: every row of `metrics`, and the newest picture \
of each kind. After a cut, subscribe with the `run` and the `seq` that were seen last: `hello` says in `recovered` \
whether the rows go on from there.

In MessagePack bytes are bytes, and in JSON base64. Numbers that are not finite are null. A client that reads nothing \
for a minute is cut off with the code 4408; 4404 says that the session has ended.
"""
EXAMPLES: dict[str, list[dict[str, Any]]] = {
    "subscribe": [
        {"type": "subscribe"},
        {"type": "subscribe", "boundary": {"max_fps": 10, "resolution": 50}, "run": "0123456789abcdef", "since": 41},
    ],
    "patch": [{"type": "patch", "patch": {"optimizer": {"learning_rate": 0.001}}}],
    "play": [{"type": "command", "command": "play", "rate": 10}],
    "pause": [{"type": "command", "command": "pause"}],
    "reset": [{"type": "command", "command": "reset", "seed": "new"}],
    "step": [{"type": "command", "command": "step", "unit": "batch", "count": 1}],
}


@cache
def describe_stream() -> dict[str, Any]:
    """The document at /asyncapi.json. It is shared: a change of it affects every caller."""
    sent, received = _messages(ServerMessage), _messages(ClientMessage)
    messages = {name: _described(name, model) for name, model in (sent | received).items()}
    types = {model.__name__: TypeAdapter(model) for model in (sent | received).values()}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "gradlab stream", "version": __version__, "description": DESCRIPTION},
        "defaultContentType": "application/json",
        "servers": {"local": {"host": "127.0.0.1:8000", "protocol": "ws"}},
        "channels": {
            "stream": {
                "address": ADDRESS,
                "parameters": {"id": {"description": "The session's id."}},
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
            }
        },
        "operations": {
            "watch": _operation("send", "What happens in the session, while it happens.", sent),
            "steer": _operation("receive", "What the client wants to see, and what it wants done.", received),
        },
        "components": {
            "messages": messages,
            "schemas": _draft_7(schemas_of(types | {"Experiment": EXPERIMENT.adapter})),
        },
    }


def _messages(union: Any) -> dict[str, type[BaseModel]]:
    """The messages of a union, by the name that tells each from the others."""
    return {_name(model): model for model in _members(union)}


def _members(union: Any) -> Iterator[type[BaseModel]]:
    if isinstance(union, type) and issubclass(union, BaseModel):
        yield union
    for member in get_args(union):
        yield from _members(member)


def _name(model: type[BaseModel]) -> str:
    """A command's name, or a message's type."""
    fields = model.model_fields
    (name,) = get_args(fields["command" if "command" in fields else "type"].annotation)
    return str(name)


def _described(name: str, model: type[BaseModel]) -> dict[str, Any]:
    examples = {"examples": [{"payload": example} for example in EXAMPLES[name]]} if name in EXAMPLES else {}
    help = inspect.getdoc(model) or ""
    return {
        "name": name,
        "title": name,
        "summary": help.partition("\n")[0],
        "description": help,
        "payload": {"$ref": f"#/components/schemas/{model.__name__}"},
        **examples,
    }


def _operation(action: str, help: str, messages: dict[str, Any]) -> dict[str, Any]:
    channel = "#/channels/stream"
    return {
        "action": action,
        "summary": help,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{name}"} for name in messages],
    }


def _draft_7(node: Any) -> Any:
    """The same schemas as AsyncAPI has them: JSON Schema of draft 7, in which a discriminator is a name."""
    if isinstance(node, list):
        return [_draft_7(item) for item in node]
    if not isinstance(node, dict):
        return node
    changed = {key: _draft_7(value) for key, value in node.items()}
    if "prefixItems" in changed:
        changed["items"] = changed.pop("prefixItems")
    if isinstance(changed.get("discriminator"), dict) and "propertyName" in changed["discriminator"]:
        changed["discriminator"] = changed["discriminator"]["propertyName"]
    return changed
