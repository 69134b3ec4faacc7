"""Settings come from the environment or the command line, and a mistake names its variable or its option."""

import pytest
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from app.routes.pages import ROOT
from app.settings import PREFIX, Settings


def row(name: str, field: FieldInfo) -> str:
    """A setting as the README's table has it."""
    default = field.default
    if name.endswith("_bytes"):
        default = f"{default >> 20} MiB" if default >= 1 << 20 else f"{default >> 10} KiB"
    elif isinstance(default, float):
        default = f"{default:.0f}"
    shown = "" if default in ("", (), None, SecretStr("")) else f" {default}"
    return f"| `{PREFIX}{name.upper()}` |{shown} | {field.description} |"


def test_the_readme_has_every_setting_with_its_default_and_its_help() -> None:
    table = "\n".join(row(name, field) for name, field in Settings.model_fields.items())
    assert f"\n{table}\n" in (ROOT / "README.md").read_text(encoding="utf-8"), f"put this in the README:\n{table}"


def test_reads_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADLAB_PORT", "9000")
    monkeypatch.setenv("GRADLAB_ALLOWED_HOSTS", "lab.example, other.example:8000")
    monkeypatch.setenv("GRADLAB_IDLE_STOP_S", "60.5")
    monkeypatch.setenv("GRADLAB_ROOT_PATH", "gradlab/")
    settings = Settings.read()
    assert settings.port == 9000
    assert settings.allowed_hosts == ("lab.example", "other.example:8000")
    assert settings.idle_stop_s == 60.5
    assert settings.root_path == "/gradlab"


def test_what_is_given_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADLAB_PORT", "9000")
    monkeypatch.setenv("GRADLAB_HOST", "0.0.0.0")
    settings = Settings.read(port=1, host=None)
    assert (settings.port, settings.host) == (1, "0.0.0.0")


@pytest.mark.parametrize(
    ("name", "text"),
    [("PORT", text) for text in ("many", "-1", "1.5", "", "70000")] + [("FORGET_S", text) for text in ("inf", "nan")],
)
def test_a_mistake_names_its_variable_in_one_line(name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"GRADLAB_{name}", text)
    with pytest.raises(ValueError, match=f"^GRADLAB_{name} is '{text}'[^\n]*$"):
        Settings.read()


def test_a_mistake_in_an_option_names_the_option(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADLAB_WORKERS", "-3")
    with pytest.raises(ValueError, match=r"^--port is 99999\. [^\n]*\nGRADLAB_WORKERS is '-3'[^\n]*$"):
        Settings.read(port=99999)


def test_there_is_a_worker_for_each_core() -> None:
    assert Settings().threads >= 1
    assert Settings(workers=3).threads == 3
