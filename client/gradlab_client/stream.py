"""The live stream of a session: a websocket that is made anew after a cut, from the row where it broke off."""

import json
from collections.abc import AsyncGenerator, Mapping
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from gradlab_client.connection import AWAY, Backoff, Connection, retry_after_s
from gradlab_client.errors import GradlabError, Unreachable, VersionMismatch, problem_of
from gradlab_client.messages import Cursor, Hole, Message, read

PROTOCOL = 1
SUBPROTOCOL = f"gradlab.v{PROTOCOL}.json"
SESSION_ENDED = 4404  # the code of a close
NOT_FOUND = 404


async def messages(connection: Connection, id: str, wish: Mapping[str, Any], cursor: Cursor) -> AsyncGenerator[Message]:
    """What a session sends, until it is deleted: NotFound. Each row of a run comes once, in order, whatever is cut."""
    backoff = Backoff(connection.patience_s)
    while True:
        rest_s = 0.0
        try:
            async with _open(connection, id) as socket:
                await socket.send(json.dumps({"type": "subscribe", **wish, **cursor.claim()}))
                async for text in socket:
                    message = json.loads(text)
                    if message.get("protocol", PROTOCOL) != PROTOCOL:
                        raise VersionMismatch(
                            f"The server's stream has protocol {message['protocol']}, this client knows {PROTOCOL}. "
                            "Install the gradlab-client of the server's version."
                        )
                    backoff = Backoff(connection.patience_s)
                    found = read(message, cursor)
                    if found is not None:
                        yield found
            error = _closed(connection, socket.close_code)
        except ConnectionClosed as closed:
            error = _closed(connection, closed.rcvd.code if closed.rcvd else None)
        except Hole:
            error = Unreachable("The server leaves rows out.")
        except InvalidStatus as refused:
            response = refused.response
            error = problem_of(response.status_code, _document(response.body))
            if response.status_code not in AWAY:
                raise error from None
            rest_s = retry_after_s(response.headers)
        except (OSError, TimeoutError, InvalidHandshake, EOFError) as failure:
            error = connection.unreachable(failure)
        await backoff.wait(error, rest_s)


def _open(connection: Connection, id: str) -> connect:
    address = f"{connection.url.replace('http', 'ws', 1)}/api/sessions/{id}/stream"
    return connect(
        address,
        subprotocols=[SUBPROTOCOL],  # type: ignore[list-item] # a string by another name
        additional_headers=connection.headers,
        user_agent_header=None,
        max_size=None,
        proxy=None if connection.is_local else True,
    )


def _closed(connection: Connection, code: int | None) -> GradlabError:
    """Why the server has closed the stream. Raises NotFound if the session is no more."""
    if code == SESSION_ENDED:
        raise problem_of(NOT_FOUND, {"detail": "The session has ended."})
    return Unreachable(f"The server at {connection.url} has closed the stream ({code}).")


def _document(body: bytes | bytearray | None) -> Mapping[str, Any]:
    try:
        document = json.loads(body or b"")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
