"""Pages: the playground, its files, and the API's reference."""

import base64
import hashlib
import json
import mimetypes
import re
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.staticfiles import StaticFiles

from app import __version__
from app.asyncapi import describe_stream
from app.encoding import JSONResponse
from app.security import content_security_policy
from app.settings import LOOPBACK, Settings

PACKAGE = Path(__file__).resolve().parents[1]
IN_A_CHECKOUT = (PACKAGE.parent / "hatch_build.py").is_file()
# Holds static/ and templates/: they stand beside the package in a checkout, and inside it once a wheel is installed.
ROOT = PACKAGE.parent if IN_A_CHECKOUT else PACKAGE
REFERENCE = PACKAGE / "reference"
LIBRARIES = ("lit", "uplot", "d3", "floating-ui", "katex")
LOADED_LATER = ("katex",)  # with the first formula
IMPORT_MAP = re.compile(r'<script type="importmap"[^>]*>(.*?)</script>', re.DOTALL)
LOADED = re.compile(r'"/(static/[^"]+)"')
ADVICE = (
    "Run `pip install -e .` there, which makes static/vendor; `git restore static templates` brings back other files."
    if IN_A_CHECKOUT
    else "This installation of gradlab is incomplete. Install it again with `pip install --force-reinstall`."
)

# Some Windows registries call JavaScript text/plain, which browsers refuse to run.
for _kind, _ending in (("text/javascript", ".js"), ("text/css", ".css"), ("font/woff2", ".woff2")):
    mimetypes.add_type(_kind, _ending)

router = APIRouter(include_in_schema=False)
templates = Environment(
    loader=FileSystemLoader([ROOT / "templates", REFERENCE]),
    autoescape=select_autoescape(),
    trim_blocks=True,
    lstrip_blocks=True,
)


class PageMissing(Exception):
    """Files of the page are not there, so a server would have nothing to show."""


def check_files() -> None:
    """Makes sure that everything the page loads is there. Raises PageMissing."""
    template = "templates/index.html"
    needed = LOADED.findall(_playground("")) if (ROOT / template).is_file() else [template]
    missing = [file for file in dict.fromkeys(needed) if not (ROOT / file).is_file()]
    if missing:
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        named = ", ".join(missing[:3]) + more
        raise PageMissing(f"Files that the page needs are missing from {ROOT}: {named}.\n{ADVICE}")


def make_static() -> StaticFiles:
    """Serves the page's files."""
    return StaticFiles(directory=ROOT / "static")


@router.get("/")
def show_page(request: Request) -> Response:
    """The playground."""
    settings: Settings = request.app.state.registry.settings
    exposed = settings.in_the_open and request.url.hostname not in LOOPBACK
    return _page(_playground(request.scope.get("root_path", ""), shared=settings.shared, exposed=exposed))


@router.get("/docs")
def show_reference(request: Request) -> Response:
    """The API's reference, made from its OpenAPI description and the stream's AsyncAPI description."""
    root = request.scope.get("root_path", "")
    return _page(_reference(request.app, root))


@router.get("/asyncapi.json")
def show_stream() -> Response:
    """The description of the stream."""
    return JSONResponse(describe_stream())


@router.get("/docs/style.css")
def show_reference_style() -> Response:
    """The reference's look."""
    return PlainTextResponse((REFERENCE / "reference.css").read_text("utf-8"), media_type="text/css")


@router.get("/favicon.ico")
def show_no_icon() -> Response:
    """Browsers ask for it; the page names its own."""
    return Response(status_code=204)


def import_map(root: str) -> Markup:
    """Where the page's libraries are, by name."""
    imports = {name: f"{root}/static/vendor/{name}.js" for name in LIBRARIES}
    text = json.dumps({"imports": imports})
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - nothing in it can end the script


def modules(root: str) -> list[str]:
    """What the page loads at once, so that the browser need not find it module by module."""
    own = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "static/js").rglob("*.js"))
    libraries = [f"static/vendor/{name}.js" for name in LIBRARIES if name not in LOADED_LATER]
    return [f"{root}/{path}" for path in (*own, *libraries)]


def _playground(root: str, shared: bool = False, exposed: bool = False) -> str:
    """The page: whether several people use this server, and whether others on the network can read along."""
    return templates.get_template("index.html").render(
        root=root,
        version=__version__,
        import_map=import_map(root),
        modules=modules(root),
        shared=shared,
        exposed=exposed,
    )


def _page(html: str) -> Response:
    """A page that may run the import map it contains, which browsers take from nowhere else, and no other script that
    stands in it."""
    hashes = [
        f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"
        for script in IMPORT_MAP.findall(html)
    ]
    return HTMLResponse(html, headers={"Content-Security-Policy": content_security_policy(hashes)})


@cache
def _reference(app: Any, root: str) -> str:
    document = app.openapi()
    return templates.get_template("reference.html").render(
        root=root,
        api=document,
        operations=_by_tag(document),
        schemas=document["components"]["schemas"],
        stream=describe_stream(),
    )


def _by_tag(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The operations in order, under their tags."""
    tags: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tags.setdefault(operation["tags"][0], []).append({"path": path, "method": method.upper(), **operation})
    return tags


def named(reference: str) -> str:
    """The name at the end of a `$ref`."""
    return reference.rsplit("/", 1)[-1]


def pretty(value: Any) -> str:
    """JSON for reading."""
    return json.dumps(value, indent=2, ensure_ascii=False)


templates.filters |= {"named": named, "pretty": pretty}
