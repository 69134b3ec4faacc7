"""Settings: everything an operator can change, declared once with its help and read from GRADLAB_* variables."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any


def setting(default: Any, help: str) -> Any:
    """A field of `Settings` that carries its own documentation."""
    return field(default=default, metadata={"help": help})


@dataclass(frozen=True)
class Settings:
    """How one server behaves. Each field is read from the variable GRADLAB_ and its name in capitals."""

    host: str = setting("127.0.0.1", "Address to listen on; 0.0.0.0 for every network.")
    port: int = setting(8000, "Port to listen on; 0 for any that is free.")
    root_path: str = setting("", "Path under which a proxy serves gradlab, such as /gradlab.")
    allowed_hosts: tuple[str, ...] = setting((), "Further host names it answers to, separated by commas.")
    allowed_origins: tuple[str, ...] = setting(
        (), "Origins such as https://school.example, for a proxy that hides the host it was asked for."
    )
    workers: int = setting(0, "Threads that train; 0 means one for each core.")
    max_sessions: int = setting(500, "Sessions held at the same time.")
    idle_stop_s: float = setting(30 * 60.0, "Seconds after which unwatched training pauses.")
    forget_s: float = setting(24 * 3600.0, "Seconds after which a session nobody asks for is forgotten.")
    checkpoint_limit_bytes: int = setting(
        256 << 20, "Memory for the checkpoints of all sessions; beyond it, those of idle sessions are thinned out."
    )
    max_uploads: int = setting(50, "Uploaded tables held at the same time.")
    body_limit_bytes: int = setting(1 << 20, "The largest request body.")
    file_limit_bytes: int = setting(16 << 20, "The largest session file.")
    upload_limit_bytes: int = setting(5 << 20, "The largest CSV file.")
    message_limit_bytes: int = setting(64 << 10, "The largest message over the websocket.")

    @property
    def threads(self) -> int:
        """The number of worker threads, decided."""
        return self.workers or os.cpu_count() or 1

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ, **given: Any) -> "Settings":
        """Settings from GRADLAB_* variables; what is `given` and not None goes before them.

        Raises ValueError naming the variable that cannot be read.
        """
        values: dict[str, Any] = {}
        for item in fields(cls):
            name = f"GRADLAB_{item.name.upper()}"
            if given.get(item.name) is not None:
                values[item.name] = given[item.name]
            elif name in environment:
                values[item.name] = _read(name, environment[name], item.default)
        values["root_path"] = "/".join(["", *filter(None, values.get("root_path", "").split("/"))])
        return cls(**values)


def _read(name: str, text: str, default: Any) -> Any:
    if isinstance(default, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    kind = type(default)
    try:
        value = kind(text)
    except ValueError:
        raise ValueError(f"{name} is {text!r}; a {'whole ' if kind is int else ''}number is expected") from None
    if kind is not str and not 0 <= value < float("inf"):
        raise ValueError(f"{name} is {text!r}; it cannot be negative or infinite")
    return value
