"""`gradlab doctor`: what the installation needs, looked at one by one, with what to do about each that is not right."""

import asyncio
import os
import platform
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Literal

from packaging.requirements import Requirement
from rich.console import Console
from sqlalchemy import text

from app import __version__
from app.problems import Problem
from app.routes.pages import ROOT, PageMissing, check_files
from app.settings import Settings
from app.storage.database import Database
from engine import KERNELS, cache_folder, is_kept

MARKS = {"good": "[green]good[/]", "note": "[yellow]note[/]", "bad": "[bold red]bad [/]"}
LEAST_FREE_BYTES, USUAL_FREE_BYTES = 100 << 20, 1 << 30
REINSTALL = "Install it again: pip install --force-reinstall gradlab"


@dataclass(frozen=True)
class Finding:
    """How something is: good, bad, or a note of what may be meant to be so; and what to do."""

    state: Literal["good", "note", "bad"]
    found: str
    advice: str = ""


def run() -> int:
    """Makes every check and prints what it found; gives the exit code."""
    console = Console(highlight=False, soft_wrap=True)
    findings = []
    for name, check in CHECKS.items():
        finding = check()
        console.print(f"{MARKS[finding.state]}  {name}: {finding.found}")
        for line in filter(None, finding.advice.splitlines()):
            console.print(f"      {line}", markup=False)
        findings.append(finding)
    bad = sum(finding.state == "bad" for finding in findings)
    console.print("Something is wrong." if bad else "Everything that gradlab needs is there.")
    return int(bad > 0)


def python() -> Finding:
    """The version that runs this."""
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    if not (3, 11) <= sys.version_info < (3, 15):
        return Finding("bad", found, "gradlab needs Python 3.11 to 3.14.")
    return Finding("good", found)


def packages() -> Finding:
    """The packages that it requires, in versions that it was tested with."""
    try:
        required = [Requirement(line) for line in requires("gradlab") or []]
    except PackageNotFoundError:
        return Finding("note", "gradlab runs from a folder where it is not installed", "pip install -e .")
    needed = [each for each in required if each.marker is None or each.marker.evaluate({"extra": ""})]
    wrong = []
    for each in needed:
        try:
            installed = version(each.name)
        except PackageNotFoundError:
            wrong.append(f"{each.name} is missing")
            continue
        if not each.specifier.contains(installed, prereleases=True):
            wrong.append(f"{each.name} is {installed}, but {each.specifier} is needed")
    if wrong:
        return Finding("bad", "; ".join(wrong), REINSTALL)
    main = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "fastapi", "uvicorn"))
    return Finding("good", f"gradlab {__version__} and all {len(needed)} that it needs, such as {main}")


def page() -> Finding:
    """The files that a browser loads."""
    try:
        check_files()
    except PageMissing as missing:
        found, _, advice = str(missing).partition("\n")
        return Finding("bad", found, advice)
    return Finding("good", f"complete, in {ROOT}")


def kernels() -> Finding:
    """The folder of compiled code, and what is in it."""
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        found = f"{folder} cannot be written: {error.strerror}"
        if all(map(is_kept, KERNELS)):
            return Finding("good", f"all are in {folder}, which is read-only")
        return Finding("bad", found, "Name a folder that can be written: GRADLAB_CACHE_DIR=/some/folder")
    missing = [name for name in KERNELS if not is_kept(name)]
    if missing:
        advice = "The first start compiles them, in half a minute. To do it now: python -m engine"
        return Finding("note", f"not compiled yet: {', '.join(missing)}; they will be kept in {folder}", advice)
    return Finding("good", f"all {len(KERNELS)} are compiled, in {folder}")


def settings() -> Finding:
    """The GRADLAB_* variables."""
    try:
        chosen = Settings.read()
    except ValueError as error:
        return Finding("bad", "a variable cannot be read", str(error))
    changed = sorted(name for name in chosen.model_fields_set)
    return Finding("good", f"set by variables: {', '.join(changed)}" if changed else "all as they come")


def port() -> Finding:
    """Whether a server could listen where the settings say."""
    try:
        chosen = Settings.read()
    except ValueError:
        return Finding("note", "not tried, as the settings are wrong")
    place = f"{chosen.port} on {chosen.host}"
    try:
        family, _, _, _, address = socket.getaddrinfo(chosen.host, chosen.port, type=socket.SOCK_STREAM)[0]
        socket.create_server(address[:2], family=family).close()
    except OSError as error:
        advice = "If gradlab runs already, all is well. Else choose another port: gradlab serve --port 0"
        return Finding("note", f"{place} cannot be had: {error.strerror}", advice)
    return Finding("good", f"{place} is free")


def database() -> Finding:
    """Where sessions are stored."""
    try:
        chosen = Database(Settings.read().database_url)
    except ValueError as error:
        return Finding("bad", "GRADLAB_DATABASE_URL cannot be used", str(error))
    place = "PostgreSQL" if not chosen.sqlite else str(chosen.file) if chosen.file else "memory alone"
    if chosen.file and not chosen.file.exists():
        folder = _nearest(chosen.file.parent)
        if folder.is_dir() and os.access(folder, os.W_OK):
            return Finding("good", f"the first start makes {place}")
        return Finding(
            "bad", f"{folder} cannot be written", "Name another: GRADLAB_DATABASE_URL=sqlite:////some/file.db"
        )
    try:
        asyncio.run(_ask(chosen))
    except Problem as trouble:
        return Finding("bad", f"{place}: {trouble.detail}", "Look whether it runs, and what GRADLAB_DATABASE_URL says.")
    return Finding("good", place)


async def _ask(database: Database) -> None:
    async with database.reading() as connection:
        await connection.execute(text("SELECT 1"))
    await database.close()


def _nearest(folder: Path) -> Path:
    """The folder, or the one that it would be made in."""
    return next(each for each in (folder, *folder.parents) if each.exists())


def disk() -> Finding:
    """Room for compiled code."""
    folder = _nearest(cache_folder())
    free = shutil.disk_usage(folder).free
    found = f"{free / 1e9:.1f} GB free in {folder}"
    if free < USUAL_FREE_BYTES:
        state: Literal["note", "bad"] = "bad" if free < LEAST_FREE_BYTES else "note"
        return Finding(state, found, "Compiled code takes about 50 MB. Make room, or name another GRADLAB_CACHE_DIR.")
    return Finding("good", found)


# In the order in which they are printed.
CHECKS: dict[str, Callable[[], Finding]] = {
    "Python": python,
    "packages": packages,
    "page": page,
    "kernels": kernels,
    "settings": settings,
    "port": port,
    "database": database,
    "disk": disk,
}
