"""What a choice is: an *entry* owns every facet of one concept, a *family* is the menu it stands in.

Entries are written once, in their family's file, in menu order. The validation of experiments, the API's catalogue,
the page's menus and curves, the compiled dispatch and the parametrised tests are all derived from them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, make_dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar

from engine.components.formulas import katex
from engine.errors import unknown

# Read by pydantic, which the engine itself never imports: numbers are taken strictly, unknown fields are refused.
STRICT = {"extra": "forbid", "allow_inf_nan": False, "strict": True}


def described(
    default: Any = MISSING,
    *,
    title: str,
    help: str,
    ge: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    scale: str | None = None,
    unit: str | None = None,
    live: bool = False,
    **more: Any,
) -> Any:
    """A dataclass field that carries its own documentation, in the keywords of pydantic's `Field`.

    `live` says that the value may change while a run goes on; `scale` is how a slider should move.
    """
    extra: dict[str, Any] = {"x-live": live}
    if scale:
        extra["x-scale"] = scale
    if unit:
        extra["x-unit"] = unit
    bounds = {"ge": ge, "le": le, "lt": lt}
    metadata = {
        "title": title,
        "description": help,
        "json_schema_extra": extra,
        **{key: value for key, value in bounds.items() if value is not None},
        **more,
    }
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Argument:
    """What an entry can be tuned with: a number, a yes or no, or one of some `options`."""

    name: str
    default: float | int | bool | str
    minimum: float | None
    maximum: float | None
    label: str
    help: str
    scale: str = "linear"
    live: bool = True
    options: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """`number`, `integer`, `boolean` or `option`, as the default's type says."""
        kinds = {bool: "boolean", int: "integer", str: "option"}
        return kinds.get(type(self.default), "number")

    def as_field(self) -> tuple[str, Any, Any]:
        """This argument as a field for `make_dataclass`."""
        described_field = described(
            self.default,
            title=self.label,
            help=self.help,
            ge=self.minimum,
            le=self.maximum,
            scale=self.scale,
            live=self.live,
        )
        return self.name, Literal[self.options] if self.options else type(self.default), described_field

    def as_data(self) -> dict[str, Any]:
        """This argument for the catalogue."""
        return {
            "name": self.name,
            "label": self.label,
            "help": self.help,
            "default": self.default,
            "minimum": self.minimum,
            "maximum": self.maximum,
            "kind": self.kind,
            "scale": self.scale,
            "options": list(self.options),
        }


@dataclass(frozen=True)
class Choice:
    """What an experiment holds of an entry: its name and, in subclasses made from entries, its arguments."""

    name: str
    # Whether it brings parameters of its own, so that no run can change to or from it.
    structural: ClassVar[bool] = False

    if TYPE_CHECKING:  # its arguments

        def __getattr__(self, name: str) -> Any: ...


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that can be chosen. Subclasses add what their family computes with.

    `formula` is a Python expression (see `formulas`): tests evaluate it, the page prints it.
    """

    name: str
    label: str
    summary: str
    when: str = ""
    hazard: str = ""
    source: str = ""
    formula: str = ""
    aliases: tuple[str, ...] = ()
    arguments: tuple[Argument, ...] = ()
    tasks: tuple[str, ...] | None = None
    objection: Callable[..., str | None] | None = None  # what is wrong with these arguments together, if anything
    structural: bool = False  # whether it brings parameters of its own
    common: bool = False  # whether the kernel that is compiled first knows it

    def choice_type(self, base: type[Choice]) -> type[Choice]:
        """The frozen dataclass that an experiment holds for this entry: `base` with this entry's name and arguments."""
        name = ("name", Literal[self.name], field(default=self.name))

        def check(choice: Choice) -> None:
            objection = self.objection and self.objection(*self.values(choice))
            if objection:
                raise ValueError(objection)

        return make_dataclass(
            "".join(word.title() for word in self.name.split("_")),
            [name, *(argument.as_field() for argument in self.arguments)],
            bases=(base,),
            frozen=True,
            namespace={
                "__pydantic_config__": STRICT | ({"json_schema_extra": {"x-live": False}} if self.structural else {}),
                "__doc__": self.summary,
                "__post_init__": check,
                "structural": self.structural,
            },
        )

    def values(self, choice: Choice) -> tuple[float, ...]:
        """The arguments of `choice`, in the order in which this entry declares them."""
        return tuple(getattr(choice, argument.name) for argument in self.arguments)

    def as_data(self) -> dict[str, Any]:
        """This entry for the catalogue."""
        return {
            "name": self.name,
            "label": self.label,
            "summary": self.summary,
            "when": self.when,
            "hazard": self.hazard,
            "source": self.source,
            "formula": katex(self.formula) if self.formula else None,
            "aliases": list(self.aliases),
            "tasks": list(self.tasks) if self.tasks is not None else None,
            "arguments": [argument.as_data() for argument in self.arguments],
        }


E = TypeVar("E", bound=Entry)


class Family(Mapping[str, E]):
    """A menu: its entries by name, in order, and the dataclass that an experiment holds for each."""

    def __init__(
        self,
        name: str,
        help: str,
        entries: tuple[E, ...],
        base: type[Choice] = Choice,
        given: Mapping[str, type[Choice]] | None = None,
    ) -> None:
        """`given` are further choices that no entry describes, by name; a field called so implies it."""
        self.name = name
        self.help = help
        self.entries = {entry.name: entry for entry in entries}
        self.codes = {entry.name: code for code, entry in enumerate(entries)}
        self.given = dict(given or {})
        self.types = {entry.name: entry.choice_type(base) for entry in entries} | self.given
        self._names = {name: name for name in self.types}
        self._names |= {alias: entry.name for entry in entries for alias in entry.aliases}

    def __getitem__(self, name: str) -> E:
        return self.entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__  # so that it can stand in an annotation

    def of(self, choice: Choice) -> E:
        """The entry that `choice` names."""
        return self.entries[choice.name]

    def choice(self, name: str, **arguments: Any) -> Choice:
        """A choice of the entry called `name` (or one of its aliases)."""
        return self.types[self.resolve(name)](**arguments)

    def resolve(self, name: object) -> str:
        """The canonical spelling of `name`. Raises ValueError with the nearest match."""
        known = self._names.get(name.replace("-", "_")) if isinstance(name, str) else None
        if known is None:
            raise ValueError(unknown(self.name.replace("_", " "), name, self.types))
        return known

    def normalize(self, given: Any) -> Any:
        """JSON for a choice with its name spelled out: a bare name becomes an object, an alias the name."""
        if isinstance(given, Choice):
            return given
        if isinstance(given, str):
            given = {"name": given}
        if not isinstance(given, dict):
            raise ValueError(f"expected a name or an object with a name: one of {', '.join(self.entries)}")
        implied = [name for name in self.given if name in given]
        if "name" not in given and implied:
            given = {**given, "name": implied[0]}
        if "name" not in given:
            raise ValueError(f"the name is missing. Choose one of: {', '.join(self.entries)}")
        # Behind a function pydantic is as strict as in Python, where a list is not a tuple.
        return {**{key: _tuples(value) for key, value in given.items()}, "name": self.resolve(given["name"])}

    # The two hooks by which pydantic reads an annotation `Annotated[Choice, FAMILY]`.
    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> dict[str, Any]:
        union = {
            "type": "tagged-union",
            "discriminator": "name",
            "choices": {name: handler.generate_schema(kind) for name, kind in self.types.items()},
        }
        normalize = {"type": "no-info", "function": self.normalize}
        return {"type": "function-before", "function": normalize, "schema": union}

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        names = {"type": "string", "enum": list(self._names), "title": f"The {self.name}'s name, with its defaults"}
        return {"anyOf": [names, handler(core)]}

    def as_data(self, default: str | None) -> dict[str, Any]:
        """This family for the catalogue."""
        return {
            "label": self.name.replace("_", " ").capitalize(),
            "help": self.help,
            "default": default,
            "entries": [entry.as_data() for entry in self.values()],
        }


def _tuples(given: Any) -> Any:
    return tuple(map(_tuples, given)) if isinstance(given, list) else given
