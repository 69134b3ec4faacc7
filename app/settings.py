"""Settings: everything an operator can change, declared once with its help and read from GRADLAB_* variables."""

import os
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from engine.limits import LIMITS

PREFIX = "GRADLAB_"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
Names = Annotated[tuple[str, ...], NoDecode]


class Caps(NamedTuple):
    """How much one person may have, ask for, and train."""

    sessions_each: int
    streams_each: int
    requests_each_per_s: int
    layers: int
    units: int
    samples: int


FOR_ONE = Caps(10_000, 200, 1_000, LIMITS.layers, LIMITS.units, LIMITS.samples)
FOR_SEVERAL = Caps(100, 16, 20, 8, 64, LIMITS.samples)


def _cap(name: str, what: str) -> Any:
    several, one = getattr(FOR_SEVERAL, name), getattr(FOR_ONE, name)
    default = f"{several:,}, or {one:,} for the only user" if several != one else f"{one:,}"
    return Field(None, ge=1, description=f"{what}; by default {default}.")


class Settings(BaseSettings):
    """How one server behaves. Each field is read from the variable GRADLAB_ and its name in capitals.

    The table in the README says the same; a test compares them.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, allow_inf_nan=False)

    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for every network. Also `--host`.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 for any that is free. Also `--port`.")
    insecure_lan: bool = Field(
        False,
        description="Serve other machines without TLS: whoever is on the network can read along. "
        "Also `--insecure-lan`.",
    )
    behind_tls: bool = Field(False, description="A proxy in front speaks TLS, so cookies are marked as secure.")
    several_users: bool | None = Field(
        None, description="Whether each browser has sessions of its own; by default unless only this machine is served."
    )
    secret: SecretStr = Field(
        SecretStr(""), description="What cookies are signed with; by default one that is made at the first start."
    )
    root_path: str = Field(
        "", description="Path under which a proxy serves gradlab, such as /gradlab. Also `--root-path`."
    )
    allowed_hosts: Names = Field((), description="Further host names it answers to, separated by commas.")
    allowed_origins: Names = Field(
        (), description="Origins such as https://school.example, for a proxy that hides the host it was asked for."
    )
    workers: int = Field(0, ge=0, description="Threads that train; 0 means one for each core.")
    max_sessions: int = Field(
        500, ge=0, description="Sessions held in memory at the same time; others rest in the database."
    )
    idle_stop_s: float = Field(30 * 60.0, ge=0, description="Seconds after which unwatched training pauses.")
    rest_s: float = Field(600.0, ge=0, description="Seconds after which a session nobody uses rests in the database.")
    forget_s: float = Field(
        30 * 24 * 3600.0, ge=0, description="Seconds after which a session nobody asks for is deleted."
    )
    checkpoint_limit_bytes: int = Field(
        256 << 20,
        ge=0,
        description="Memory for the checkpoints of all sessions; beyond it, those of idle sessions are thinned out.",
    )
    database_url: str = Field(
        "",
        description="Where sessions are kept: sqlite:///FILE, postgresql://USER:PASSWORD@HOST/NAME, or `memory` for "
        "nowhere else; by default gradlab.db in the user's data folder.",
    )
    sessions_each: int | None = _cap("sessions_each", "Sessions that one person may have")
    streams_each: int | None = _cap("streams_each", "Sessions that one person may watch at the same time")
    requests_each_per_s: int | None = _cap("requests_each_per_s", "Requests a second from one person")
    layers: int | None = _cap("layers", "Hidden layers that a network may have")
    units: int | None = _cap("units", "Units that a layer may have")
    samples: int | None = _cap("samples", "Samples that a data set may have")
    max_uploads: int = Field(50, ge=0, description="Uploaded tables held at the same time.")
    body_limit_bytes: int = Field(1 << 20, ge=0, description="The largest request body.")
    file_limit_bytes: int = Field(16 << 20, ge=0, description="The largest session file.")
    upload_limit_bytes: int = Field(5 << 20, ge=0, description="The largest CSV file.")
    message_limit_bytes: int = Field(64 << 10, ge=0, description="The largest message over the websocket.")

    log_format: Literal["text", "json"] = Field("text", description="How it logs, on the standard error: text or json.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "warning", description="What it logs: debug, info, warning or error. Only debug repeats the words of errors."
    )

    @field_validator("allowed_hosts", "allowed_origins", mode="before")
    @classmethod
    def _listed(cls, given: Any) -> Any:
        """A list with commas, as variables have it."""
        return tuple(filter(None, map(str.strip, given.split(",")))) if isinstance(given, str) else given

    @field_validator("root_path")
    @classmethod
    def _from_the_root(cls, given: str) -> str:
        return "/".join(["", *filter(None, given.split("/"))])

    @property
    def shared(self) -> bool:
        """Whether several people use it, each with what is theirs."""
        return self.host not in LOOPBACK if self.several_users is None else self.several_users

    @property
    def caps(self) -> Caps:
        """How much one person may have, ask for, and train: what is set, or what suits the number of users."""
        usual = FOR_SEVERAL if self.shared else FOR_ONE
        return usual._replace(**{name: given for name in Caps._fields if (given := getattr(self, name)) is not None})

    @property
    def in_the_open(self) -> bool:
        """Whether others on the network can read what is sent."""
        return self.host not in LOOPBACK and not self.behind_tls

    @property
    def threads(self) -> int:
        """The number of worker threads, decided."""
        return self.workers or os.cpu_count() or 1

    @classmethod
    def read(cls, **given: Any) -> "Settings":
        """Settings from the environment; what is `given` as an option and not None goes before them.

        Raises ValueError with one line for each option or variable that cannot be read.
        """
        options = {name: value for name, value in given.items() if value is not None}
        try:
            return cls(**options)
        except ValidationError as error:
            lines = []
            for detail in error.errors(include_url=False):
                name = str(detail["loc"][0])
                typed = f"--{name.replace('_', '-')}" if name in options else f"{PREFIX}{name.upper()}"
                lines.append(f"{typed} is {detail['input']!r}. {detail['msg']}.")
            raise ValueError("\n".join(lines)) from None
