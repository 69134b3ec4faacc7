"""Who asks: the cookie of a browser, and the tokens of scripts."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from app.encoding import JSONResponse
from app.identity import actor_of
from app.routes.shared import problems
from app.schemas.responses import NewToken, TokenList
from app.sessions.access import OwnTokens

router = APIRouter(prefix="/api", tags=["identity"])


def _tokens(connection: HTTPConnection) -> OwnTokens:
    return OwnTokens(connection.app.state.tokens, actor_of(connection))


TokensDep = Annotated[OwnTokens, Depends(_tokens)]
TokenId = Annotated[str, Path(description="The token's id, its second part.", examples=["0123456789abcdef"])]


@router.post("/identity", operation_id="identify", status_code=204)
async def identify(request: Request) -> Response:
    """Gives a browser a cookie by which this server knows it, if it has none and the server has several users.

    The page asks for it before anything else. The cookie holds a random number, and nothing about a person.
    """
    response, state = Response(status_code=204), request.app.state
    if state.registry.settings.shared and actor_of(request).token is None:
        state.cookies.give(request.headers, response)
    return response


@router.post("/tokens", operation_id="create_token", status_code=201, response_model=NewToken, responses=problems(401))
async def create_token(tokens: TokensDep) -> Response:
    """Makes a token for your scripts, which act as you with it: `Authorization: Bearer TOKEN`. It is shown this once.

    On a server with a single user none is needed.
    """
    text, token = await tokens.create()
    return JSONResponse({**token.line(), "token": text}, 201)


@router.get("/tokens", operation_id="list_tokens", response_model=TokenList, responses=problems(401))
async def list_tokens(tokens: TokensDep) -> Response:
    """Your tokens, oldest first."""
    return JSONResponse({"tokens": tokens.list()})


@router.delete("/tokens/{id}", operation_id="revoke_token", status_code=204, responses=problems(401, 404))
async def revoke_token(id: TokenId, tokens: TokensDep) -> Response:
    """Revokes a token: from now on nobody is let in by it, and streams opened by it are closed."""
    await tokens.revoke(id)
    return Response(status_code=204)
