"""Settings come from the environment, and a mistake names its variable."""

from dataclasses import fields

import pytest

from app.settings import Settings


def test_every_setting_explains_itself() -> None:
    assert all(item.metadata["help"] for item in fields(Settings))


def test_reads_the_environment() -> None:
    environment = {
        "GRADLAB_PORT": "9000",
        "GRADLAB_ALLOWED_HOSTS": "lab.example, other.example:8000",
        "GRADLAB_IDLE_STOP_S": "60.5",
        "GRADLAB_ROOT_PATH": "gradlab/",
    }
    settings = Settings.from_environment(environment)
    assert settings.port == 9000
    assert settings.allowed_hosts == ("lab.example", "other.example:8000")
    assert settings.idle_stop_s == 60.5
    assert settings.root_path == "/gradlab"


def test_what_is_given_goes_before_the_environment() -> None:
    environment = {"GRADLAB_PORT": "9000", "GRADLAB_HOST": "0.0.0.0"}
    settings = Settings.from_environment(environment, port=1, host=None)
    assert (settings.port, settings.host) == (1, "0.0.0.0")


@pytest.mark.parametrize("text", ["many", "-1", "1.5", ""])
def test_a_mistake_names_its_variable(text: str) -> None:
    with pytest.raises(ValueError, match="GRADLAB_PORT"):
        Settings.from_environment({"GRADLAB_PORT": text})


def test_there_is_a_worker_for_each_core() -> None:
    assert Settings().threads >= 1
    assert Settings(workers=3).threads == 3
