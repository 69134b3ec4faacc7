"""The wheel of the client works elsewhere: in an environment of its own, without the server's code."""

import sys
import venv
import zipfile
from pathlib import Path

import httpx

from app.routes.pages import ROOT
from tests.browser.test_installed import build, run

SCRIPT = """
import sys, gradlab_client
assert "app" not in sys.modules and "engine" not in sys.modules
with gradlab_client.Client(sys.argv[1]) as client:
    session = client.create(dataset="circle", optimizer="adam")
    print(session.train(epochs=100)["metrics"]["test"]["accuracy"])
    session.save("run.json")
    assert client.load("run.json").get()["epoch"] == 100
print(gradlab_client.__version__, gradlab_client.__file__)
"""


def test_the_wheel_is_installed_and_used(url: str, tmp_path: Path) -> None:
    wheel = build("wheel", ROOT / "client", tmp_path / "made")
    names = zipfile.ZipFile(wheel).namelist()
    assert "gradlab_client/py.typed" in names and any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if not name.startswith("gradlab_client")]
    builder = venv.EnvBuilder(with_pip=True)
    builder.create(tmp_path / "environment")
    python = builder.ensure_directories(tmp_path / "environment").env_exe
    run(python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", wheel, cwd=tmp_path)
    packages = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=tmp_path).strip())
    (packages / "others.pth").write_text(str(Path(httpx.__file__).parents[1]))
    accuracy, told = run(python, "-W", "error", "-c", SCRIPT, url, cwd=tmp_path).splitlines()
    assert float(accuracy) > 0.9
    version, place = told.split(maxsplit=1)
    assert version in wheel.name and Path(place).is_relative_to(packages), told


def test_it_needs_no_more_than_it_says(url: str, tmp_path: Path) -> None:
    code = "import sys, gradlab_client; print(*sorted(name.split('.')[0] for name in sys.modules))"
    loaded = set(run(sys.executable, "-c", code, cwd=tmp_path).split())
    assert loaded.isdisjoint({"matplotlib", "pandas", "polars", "IPython", "app", "engine", "numba"})
