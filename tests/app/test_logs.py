"""Logs: one line for each record, whatever is in it, without what tells who or where somebody is."""

import json
import logging
from collections.abc import Callable, Iterator

import pytest

from app.logs import configure, struck
from app.settings import Settings

SECRET = "the words of a user"
HOSTILE = "good\r\n2026-01-01 error gradlab: forged\x1b[2J\u2028\x85"


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """Tells what was logged; afterwards logging is as it was."""
    root, own = logging.getLogger(), logging.getLogger("gradlab")
    before = root.handlers[:], root.level, own.level
    root.handlers = []
    yield lambda: capsys.readouterr().err
    root.handlers, root.level = before[:2]
    own.setLevel(before[2])


def fail(name: str = "gradlab") -> None:
    try:
        raise ValueError(SECRET)
    except ValueError:
        logging.getLogger(name).exception("a piece of work failed")


@pytest.mark.parametrize("format", ["json", "text"])
def test_nothing_can_begin_a_line_of_its_own(logged: Callable[[], str], format: str) -> None:
    configure(Settings(log_format=format))
    logging.getLogger("gradlab").warning("it said %s", HOSTILE)
    lines = logged().split("\n")
    assert len(lines) == 2 and lines[1] == ""
    assert lines[0].isprintable() and "forged" in lines[0]


def test_a_line_of_json_has_its_fields(logged: Callable[[], str]) -> None:
    configure(Settings(log_format="json", log_level="info"))
    logging.getLogger("gradlab").info("ready after %.1f s", 2)
    line = json.loads(logged())
    assert line.keys() == {"time", "level", "logger", "message"}
    assert (line["level"], line["logger"], line["message"]) == ("info", "gradlab", "ready after 2.0 s")
    assert line["time"].endswith("+00:00")


@pytest.mark.parametrize("format", ["json", "text"])
def test_an_error_is_told_by_its_type_and_place_and_not_in_its_words(logged: Callable[[], str], format: str) -> None:
    configure(Settings(log_format=format))
    fail()
    text = logged()
    assert "ValueError" in text and "tests/app/test_logs.py:" in text and "in fail" in text
    assert SECRET not in text and "/work" not in text and "home" not in text


def test_the_level_debug_has_the_words(logged: Callable[[], str]) -> None:
    configure(Settings(log_format="json", log_level="debug"))
    fail()
    assert json.loads(logged())["error"]["message"] == SECRET


def test_the_level_decides_what_is_logged(logged: Callable[[], str]) -> None:
    configure(Settings())
    logging.getLogger("gradlab").info("not this")
    logging.getLogger("uvicorn.error").info("nor this: 192.0.2.7 has connected")
    assert logged() == ""


def test_others_say_one_line(logged: Callable[[], str]) -> None:
    """asyncio's second line repeats what an exception says."""
    configure(Settings())
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: <Task %r>", SECRET)
    text = logged()
    assert "never retrieved" in text and SECRET not in text


@pytest.mark.parametrize(
    "secret",
    [
        "192.0.2.7",
        "2001:db8::8a2e:370:7334",
        "fe80:0:0:0:1:2:3:4",
        "::1",
        "0123456789abcdef0123456789abcdef",
        "7vTcxNcS3N94mfbMZZVq_Pphb4AyEWgLsEsY1L-zW0",
        "teacher:hunter2",
    ],
)
def test_addresses_ids_tokens_and_passwords_are_struck_out(secret: str) -> None:
    text = f"before postgresql://{secret}@db/gradlab after" if "hunter2" in secret else f"before {secret} after"
    assert secret not in struck(text)
    assert struck(text).startswith("before ") and struck(text).endswith(" after")


def test_ordinary_words_and_numbers_stay() -> None:
    text = "the float32 kernel is ready at 04:10:59, epoch 12,345.5, in websockets_sansio_impl.py"
    assert struck(text) == text
