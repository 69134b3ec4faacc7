"""What is installed works: the wheel in an environment and a folder of its own, or whatever INSTALLED_AT names."""

import os
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.routes.pages import ROOT
from tests.app.conftest import until
from tests.browser.conftest import Open
from tests.browser.visitor import number, press, wait_until

pytestmark = pytest.mark.browser


def run(*command: str | Path, cwd: Path) -> str:
    """What a command prints. It knows nothing of the checkout."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(kind: str, source: Path, made: Path) -> Path:
    run(sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", made, cwd=source)
    (file,) = made.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return file


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made from the sdist, as `pip install gradlab-0.1.0.tar.gz` makes it."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "tarfile", "--extract", sdist, folder, cwd=folder)
    return build("wheel", folder / sdist.name.removesuffix(".tar.gz"), folder / "made")


def contents(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


class Installed:
    """An environment that has gradlab from the wheel, and all else from the environment that runs the tests."""

    def __init__(self, wheel: Path, folder: Path) -> None:
        self.elsewhere = folder / "elsewhere"
        self.elsewhere.mkdir()
        builder = venv.EnvBuilder(with_pip=True)
        builder.create(folder / "environment")
        context = builder.ensure_directories(folder / "environment")
        self.python, self.scripts = context.env_exe, Path(context.bin_path)
        self.run(self.python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", wheel)
        packages = Path(self.run(self.python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
        others = {str(Path(module.__file__ or "").parents[1]) for module in (pytest, sys.modules["numpy"])}
        (packages / "others.pth").write_text("\n".join(others))
        self.packages = packages

    def run(self, *command: str | Path) -> str:
        return run(*command, cwd=self.elsewhere)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(wheel, tmp_path_factory.mktemp("installed"))


@pytest.fixture(scope="module")
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a first start: nothing is compiled yet. It must print nothing but where it is."""
    if named := os.environ.get("INSTALLED_AT"):
        yield named
        return
    installed: Installed = request.getfixturevalue("installed")
    kernels = tmp_path_factory.mktemp("kernels")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"GRADLAB_CACHE_DIR": str(kernels), "NUMBA_OPT": "0"}  # compiled sooner
    server = subprocess.Popen(
        [installed.scripts / "gradlab", "serve", "--port", "0"],
        cwd=installed.elsewhere,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with server:
        try:
            assert server.stdout is not None
            said = server.stdout.readline()
            assert said.startswith("gradlab is at http://"), said
            address = said.split()[3]
            until(lambda: httpx.get(address + "readyz").status_code == 200, patience_s=600)
            yield address
        finally:
            server.terminate()
            output, errors = server.communicate(timeout=60)
    assert server.returncode == 0 and output == "" and errors == "", output + errors


def test_the_wheel_contains_the_page_and_only_what_is_needed(wheel: Path, tmp_path: Path) -> None:
    found = contents(wheel)
    distribution = wheel.name.removesuffix("-py3-none-any.whl") + ".dist-info"
    assert {name.split("/")[0] for name in found} == {"app", "engine", distribution}
    for folder in ("static", "templates"):
        files = {path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if path.is_file()}
        assert files and {f"app/{path.as_posix()}" for path in files} <= found
    assert {"app/static/vendor/LICENSES.txt", "app/reference/reference.css", "app/reference/reference.html"} <= found
    assert any(name.endswith("/licenses/LICENSE") for name in found)
    assert not [name for name in found if "test" in name or "node_modules" in name or "__pycache__" in name]
    assert found == contents(build("wheel", ROOT, tmp_path)), "the sdist and the checkout make different wheels"


def test_the_installed_gradlab_is_the_wheel(installed: Installed) -> None:
    for package in ("app", "engine"):
        place = installed.run(installed.python, "-c", f"import {package}; print({package}.__file__)").strip()
        assert Path(place).is_relative_to(installed.packages), place
    version = installed.run(installed.scripts / "gradlab", "--version")
    assert version == installed.run(installed.python, "-c", "import app; print('gradlab', app.__version__)")
    assert "0.0.0" not in version


def test_the_installed_page_opens_and_learns(served: str, open_page: Open) -> None:
    page = open_page(host=served)
    wait_until(page, "train-loss", "x > 0")
    before = number(page, "epoch"), number(page, "train-loss")
    press(page, "Play")
    wait_until(page, "epoch", "x >= 30")
    wait_until(page, "train-loss", f"x < {before[1] / 2}")
    press(page, "Pause")
    seen = f"epoch {number(page, 'epoch'):g}, loss {number(page, 'train-loss'):g}"
    print("\nThe page showed epoch {:g}, loss {:g};".format(*before), f"then {seen}.")  # noqa: T201 - for scripts/image

    page.goto(served + "docs")
    assert page.locator("details").count() > 20
    assert page.evaluate("document.styleSheets[0].cssRules.length") > 5
