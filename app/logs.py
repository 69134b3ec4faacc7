"""Logs: what the server tells its operator, on the standard error, as lines of text or of JSON.

A log outlives a session, so no line has what came from a user: an error is told by its type and by where it happened,
not in its words, which may repeat what somebody typed (only the level `debug` has them), and addresses, ids and
passwords are struck out. What comes from outside cannot begin a line of its own.
"""

import logging
import re
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.encoding import to_json
from app.settings import Settings

OWN = "gradlab"
STRUCK = "…"
SECRETS = re.compile(
    r"(?<=://)[^/\s@]+(?=@)"  # a name and a password, as in the address of a database
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b"  # an address
    r"|(?<![\w:])(?:[0-9a-fA-F]{0,4}:){3,7}[0-9a-fA-F]{0,4}(?![\w:])|::1\b"
    r"|\b(?:[0-9a-f]{16,}|(?=[\w-]*\d)[\w-]{32,})\b"  # an id, or a token
)
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
PACKAGES = ("site-packages", "dist-packages")
ROOT = Path(__file__).resolve().parents[1]


def configure(settings: Settings) -> None:
    """Sends all that is logged in this process to the standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(JSONLines(settings) if settings.log_format == "json" else TextLines(settings))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger(OWN).setLevel(settings.log_level.upper())


class Lines(logging.Formatter):
    """What a record tells, as a dictionary."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._in_words = settings.log_level == "debug"

    def told(self, record: logging.LogRecord) -> dict[str, Any]:
        """The line's fields."""
        message = record.getMessage()
        if not record.name.startswith(OWN):  # further lines of others repeat what an error says
            message = message.partition("\n")[0]
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": struck(message),
        }
        if record.exc_info and (error := record.exc_info[1]) is not None:
            told["error"] = {"type": type(error).__name__, "at": _places(error)}
            if self._in_words:
                told["error"]["message"] = struck(str(error))
        return told


class JSONLines(Lines):
    """An object for each line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return to_json(self.told(record)).decode()


class TextLines(Lines):
    """For people; the places of an error follow, indented."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, or lines."""
        told = self.told(record)
        error = told.pop("error", None)
        line = "{time} {level} {logger}: {message}".format(**told)
        if not error:
            return line
        heading = ": ".join(filter(None, (error["type"], error.get("message"))))
        return "\n    ".join([line, heading, *error["at"]])


def struck(text: str) -> str:
    """The text on one line, without addresses, ids, tokens and passwords."""
    return SECRETS.sub(STRUCK, UNPRINTABLE.sub(lambda found: ascii(found[0])[1:-1], text))


def _places(error: BaseException) -> list[str]:
    """Where an error passed through, the origin last, with paths that say nothing of this machine."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{_short(Path(frame.filename))}:{frame.lineno} in {frame.name}" for frame in frames]


def _short(path: Path) -> str:
    if path.is_relative_to(ROOT) and not any(name in path.parts for name in PACKAGES):
        return path.relative_to(ROOT).as_posix()
    for name in PACKAGES:
        if name in path.parts:
            return Path(*path.parts[path.parts.index(name) + 1 :]).as_posix()
    return path.name
