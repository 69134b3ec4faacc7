"""How the hot loops are compiled: with Numba, without the GIL, once per machine.

Numba's disk cache looks only at the file of the function it stores, and would go on running old code after an edit of
something inlined from another file. So the cache lives in a folder named by a hash of all engine sources.
`python -m engine` compiles everything, for an image or a first start.
"""

import ast
import hashlib
import inspect
import os
import shutil
import sys
import tempfile
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import llvmlite.binding  # type: ignore[import-untyped]
import numba
import numpy as np
import scipy.linalg.cython_blas  # noqa: F401 - the matrix library that kernels call; loaded so that it can be limited
from numba.core import types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.extending import overload
from threadpoolctl import threadpool_limits

F = TypeVar("F", bound=Callable[..., Any])


def _fingerprint() -> str:
    """A hash of the engine's sources and of the compilers that read them."""
    digest = hashlib.sha256(f"{sys.version} {np.__version__} {numba.__version__}".encode())
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _cache_folder() -> Path:
    """Where compiled code is kept: GRADLAB_CACHE_DIR, else the user's cache folder, else a temporary one.

    Numba ignores a folder that it may not write to. What was compiled into one (the kernels of a container that is
    started read-only) is copied to the temporary folder: a megabyte, against half a minute of compiling anew.
    """
    named = os.environ.get("GRADLAB_CACHE_DIR")
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gradlab"
    chosen = (Path(named) if named else user) / _fingerprint()
    if _writable(chosen):
        return chosen
    temporary = Path(tempfile.gettempdir()) / "gradlab" / chosen.name
    if not _writable(temporary):
        temporary = Path(tempfile.mkdtemp(prefix="gradlab-"))
    if chosen.is_dir():
        shutil.copytree(chosen, temporary, dirs_exist_ok=True)
    return temporary


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return False
    return True


# Sessions share the cores already: a matrix product that starts threads of its own is slower, and not reproducible.
threadpool_limits(1, user_api="blas")

numba.config.CACHE_DIR = str(_cache_folder())  # type: ignore[attr-defined]

# Neighboring statements become vector instructions too: `weigh` is written out for that.
numba.config.SLP_VECTORIZE = 1  # type: ignore[attr-defined]

# A layer of a small network has only a few registers' worth of samples: longer loops would be code that rarely runs.
for option in ("-force-vector-interleave=1", "-enable-epilogue-vectorization=0"):
    llvmlite.binding.set_option("gradlab", option)

# "contract" allows fused multiply-add. Never full fastmath: it assumes that there is no NaN, and divergence must show.
# Sums may also be reordered, which is what lets them use vector instructions; NaN still passes through.
# Kernels are given every array and make none, so no references are counted ("_nrt"): that took a third of a step.
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "boundscheck": False, "_nrt": False}
_OF_PARTS: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
_CONTRACT = {"contract"}
_REORDER = {"contract", "reassoc", "nsz"}


def kernel(function: F) -> F:
    """Compiles an entry point: kept in the cache folder from one start to the next."""
    compiled: F = numba.njit(cache=True, fastmath=_CONTRACT, **_OPTIONS)(function)
    return compiled


class _Linked(JITCodeLibrary):
    """The code of a part. It runs only inside kernels: there it is optimized and becomes machine code, not here too.

    That halves the time to compile; Numba would do both for each part, and again for every part that calls it.
    """

    def _optimize_final_module(self) -> None:
        """Left to the kernel."""

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()  # type: ignore[no-untyped-call]
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        return 0

    @property
    def codegen(self) -> "_Linked":
        """Where Numba would make an environment known to the machine code, of which there is none."""
        return self

    def set_env(self, name: str, environment: Any) -> None:
        """Nothing to do."""


class _LinkedCompiler(Compiler):
    """Numba's compiler, but for a part."""

    def compile_extra(self, func: Callable[..., Any]) -> Any:
        self.state.library = _Linked(self.state.targetctx.codegen(), func.__qualname__)  # type: ignore[no-untyped-call]
        return super().compile_extra(func)  # type: ignore[no-untyped-call]


def _linked(function: F, common: Callable[..., Any] | None = None, **more: Any) -> F:
    """Lets kernels call `function`; in Python it stays what it is, and as quiet as in a kernel if numbers overflow.

    The common kernel calls `common` instead, if there is one.
    """
    options: Any = {"pipeline_class": _LinkedCompiler, "fastmath": _CONTRACT, **_OF_PARTS, **_OPTIONS, **more}
    quiet: F = np.errstate(all="ignore")(function)

    def choose(*types: Any) -> Callable[..., Any]:
        return common if common and _is_common(types[0]) else function

    overload(quiet, jit_options=options, strict=False)(choose)
    return quiet


# What a first lesson uses is compiled first, as a kernel of its own: with the entries marked `common`, and without the
# parts that are `extra`. Numba tells it apart by a type: a network's layers are described by COMMON numbers there, by
# FULL ones in the full kernel.
COMMON, FULL = np.int32, np.int64


def _is_common(first: Any) -> bool:
    """Whether a part is called in the common kernel, by the type of its first argument: a code or the network."""
    code = first.types[0].dtype if isinstance(first, types.NamedTuple) else first
    return bool(code == types.int32)


def part(function: F) -> F:
    """Lets kernels call a function."""
    return _linked(function)


def extra(function: F) -> F:
    """A part that does nothing in the common kernel. Its first argument is the network."""
    arguments = ", ".join(inspect.signature(function).parameters)
    scope: dict[str, Any] = {}
    exec(f"def nothing({arguments}): pass", scope)  # noqa: S102 - our own names, never input
    return _linked(function, scope["nothing"], forceinline=True)


def inlined(function: F, common: Callable[..., Any] | None = None) -> F:
    """A part that is inlined however long: handing it a network and a workspace costs as much as a layer."""
    return _linked(function, common, forceinline=True)


def summing(function: F) -> F:
    """A part that adds up many numbers, in whatever order is fastest."""
    return _linked(function, fastmath=_REORDER)


class _Literals(ast.NodeTransformer):
    """Turns each number in a function's text into `real(number)`."""

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            return node
        return ast.Call(ast.Name("real", ast.Load()), [node], [])


def _in_precision(function: F, real: type) -> F:
    """A copy of a plain function whose literals have type `real`.

    Numba would compute `1.0 - a * a` in float64 for a float32 `a`; so functions can stay as a learner writes them.
    """
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    definition = tree.body[0]
    if isinstance(definition, ast.FunctionDef):
        definition.decorator_list = []
    scope = {**function.__globals__, "real": real}
    tree = ast.fix_missing_locations(_Literals().visit(tree))
    exec(compile(tree, function.__code__.co_filename, "exec"), scope)  # noqa: S102 - our own source, never input
    copied: F = scope[function.__name__]
    return copied


def scalar(function: F, *, fast: Callable[..., Any] | None = None, double: Callable[..., Any] | None = None) -> F:
    """Lets kernels call a plain function of numbers, computed in the precision of its first argument.

    `fast` takes its place in float32, where the library's own function would keep a loop from being vectorised, and
    `double` in float64.
    """

    def choose(first: Any, *rest: Any) -> Callable[..., Any]:
        if first == types.float32:
            return _in_precision(fast or function, np.float32)
        return _in_precision(double or function, np.float64)

    # Inlined whatever its length, or the loop around a long one would make calls and not be vectorised.
    options: Any = {
        "pipeline_class": _LinkedCompiler,
        "fastmath": _CONTRACT,
        "forceinline": True,
        **_OF_PARTS,
        **_OPTIONS,
    }
    overload(function, jit_options=options, strict=False)(choose)
    return function
