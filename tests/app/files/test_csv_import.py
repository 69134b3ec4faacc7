"""CSV files: what is found in good ones, and what is said of bad ones."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.files.csv_import import Options, Reading, read_table
from app.files.csv_text import MOST_COLUMNS, MOST_ROWS
from app.problems import Problem
from engine.data.cells import number_of

HOUSES = "size,bedrooms,price\n110,3,295.5\n76,2,171\n142,4,374\n155,3,446\n98,2,240\n"
PETS = "kind,weight,lives\n" + "cat,4.1,yes\ndog,12,no\ncat,3.9,yes\nfish,,no\ndog,20,no\n"


def read(text: str | bytes, **options: Any) -> Reading:
    return read_table(text if isinstance(text, bytes) else text.encode(), Options(**options))


def refused(text: str | bytes, **options: Any) -> str:
    """What is said of a file that cannot be read."""
    with pytest.raises(Problem) as problem:
        read(text, **options)
    assert problem.value.status == 422 and len(problem.value.errors) == 1
    error = problem.value.errors[0]
    assert error.field in ("file", *options) or error.field == "target"
    assert error.expected
    return str(error.message)


def test_a_table_of_numbers() -> None:
    reading = read(HOUSES, name="houses")
    table, found = reading.table, reading.found
    assert table.columns == ("size", "bedrooms") and table.task == "regression" and table.classes is None
    assert table.points.tolist()[0] == [110, 3] and table.targets.tolist() == [295.5, 171, 374, 446, 240]
    assert found["header"] and found["delimiter"] == "," and found["rows"] == 5 and found["dropped"] == 0
    assert found["preview"] == {
        "names": ["size", "bedrooms", "price"],
        "rows": [r.split(",") for r in HOUSES.split()[1:]],
    }
    size = found["columns"][0]
    assert (size["low"], size["high"], size["role"]) == (76, 155, "input")


def test_words_become_inputs_and_classes_and_gaps_are_reported() -> None:
    reading = read(PETS)
    table = reading.table
    assert table.task == "binary" and table.classes == ("no", "yes") and table.targets.tolist() == [1, 0, 1, 0, 0]
    assert table.columns == ("kind: cat", "kind: dog", "kind: fish", "weight")
    assert table.points[:, :3].tolist() == [[1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1], [0, 1, 0]]
    assert np.isnan(table.points[3, 3]) and reading.found["columns"][1]["missing"] == 1


def test_missing_values_drop_their_row_if_asked() -> None:
    reading = read(PETS + "cat,5,no\n", missing="drop")
    assert reading.found["rows"] == 5 and reading.found["dropped"] == 1
    assert reading.table.columns == ("kind: cat", "kind: dog", "weight")


def test_a_row_without_a_target_is_always_dropped() -> None:
    assert read(PETS + "cat,5,?\n").found["dropped"] == 1


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(delimiter: str) -> None:
    reading = read(HOUSES.replace(",", delimiter))
    assert reading.found["delimiter"] == delimiter and reading.table.columns == ("size", "bedrooms")


def test_decimal_commas_are_understood_where_they_are_not_the_delimiter() -> None:
    reading = read("a;b\n1,5;2,25\n2,5;3\n3,5;4,5\n4,5;1\n5,5;0,5\n")
    assert reading.found["decimal"] == "," and reading.table.points[:, 0].tolist() == [1.5, 2.5, 3.5, 4.5, 5.5]
    assert read("a;b\nx,y;2.25\nz;3\nx,y;4.5\nz;1\nz;0.5\n").found["decimal"] == "."


@pytest.mark.parametrize("header", [True, False, None])
def test_a_header_is_found_out_or_told(header: bool | None) -> None:
    reading = read("\n".join(HOUSES.split()[1:]), header=header) if header is not True else read(HOUSES, header=True)
    assert reading.table.columns == (("size", "bedrooms") if header else ("column 1", "column 2"))


def test_a_first_row_of_words_like_the_others_is_no_header() -> None:
    rows = "red,yes\nblue,no\nred,yes\nblue,yes\nred,no\nblue,no\n"
    assert not read(rows).found["header"]
    assert read("color,works\n" + rows).found["header"]


def test_another_target_and_another_task_can_be_chosen() -> None:
    assert read(PETS, target="kind").table.classes == ("cat", "dog", "fish")
    reading = read(HOUSES, target="bedrooms")
    assert reading.table.task == "multiclass" and reading.table.classes == ("2", "3", "4")
    assert read(HOUSES, target="bedrooms", task="regression").table.targets.tolist() == [3, 2, 4, 3, 2]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_with_a_mark_of_its_encoding_is_read(encoding: str) -> None:
    assert read(HOUSES.replace("size", "größe").encode(encoding)).table.columns[0] == "größe"


def test_windows_files_are_read_if_told() -> None:
    body = HOUSES.replace("size", "größe").replace("\n", "\r\n").encode("windows-1252")
    assert "UTF-8" in refused(body)
    assert read(body, encoding="windows-1252").table.columns[0] == "größe"


def test_a_formula_is_kept_as_text() -> None:
    reading = read('a,b\n"=1+1",2\n@x,3\n=HYPERLINK("http://x"),4.5\n=1+1,5\n@x,6\n')
    assert reading.table.columns[0] == "a: =1+1"
    assert reading.found["preview"]["rows"][0] == ["=1+1", "2"]


def test_columns_that_teach_nothing_are_left_out_and_say_so() -> None:
    rows = "\n".join(f"name {index},same,,{index},{index * 1.5}" for index in range(30))
    reading = read("who,what,empty,number,target\n" + rows)
    assert reading.table.columns == ("number",)
    notes = {column["name"]: column["note"] for column in reading.found["columns"]}
    assert "30 different words" in notes["who"] and "same value" in notes["what"] and "empty" in notes["empty"]


def rows_of(*cells: str, count: int = 6) -> str:
    return "a,b,c\n" + "\n".join(",".join(cell.format(index) for cell in cells) for index in range(count))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        (" \n\n ", "empty"),
        (",,,\n,,,\n", "holds no values"),
        ("a,b\n1,2\n", "not enough rows"),
        ("a,b,c\n", "not enough rows"),
        ("a\n1\n2\n3\n4\n5\n6\n", "only one column"),
        ("a,b\n1,2\n3\n4,5\n", "line 3 has 1 columns, but the first has 2"),
        ("a,b\n1,2,3\n", "line 2 has 3 columns"),
        ("a,a\n1,2\n3,4\n5,6\n7,8\n9,1\n", "2 columns are named 'a'"),
        ('a,b\n1,"2\n3,4\n', "quotation mark"),
        ('"' * (5 << 20), "cannot be read"),
        ("," * 100_000, "holds no values"),
        (",".join("x" * 70) + "\n", "70 columns"),
        (b"a,b\n1,\xe9\n2,3\n", "line 2 is not UTF-8"),
        ("a,é\n1,2\n".encode() + "ö,1\n".encode("latin-1"), "line 3 is not UTF-8"),
        (b"PK\x03\x04\x00\x00\x00", "not a text file"),
        (b"\xff\xfea", "not UTF-16"),
        (rows_of("{}", "?", "n/a"), "column to predict is empty"),
        (rows_of("", "", "{}.5"), "there is no column to learn from"),
        (rows_of("{}", "inf", "{}"), "row 1 of column 'b' holds inf"),
        (rows_of("{}", "1e300", "{}"), "too large"),
        (rows_of("{}", "{}", "same"), "nothing to predict"),
        (rows_of("{}", "{}", "1"), "nothing to predict"),
        (rows_of("{}", "{}", "class {}", count=1_000), "1000 different values"),
        (rows_of("{}", "{}", "x", count=20_001), "20,001 rows"),
    ],
)
def test_what_is_wrong_is_said(text: str | bytes, said: str) -> None:
    assert said in refused(text)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"target": "prize"}, "no column 'prize'"),
        ({"delimiter": "x"}, "not a delimiter"),
        ({"task": "binary"}, "5 classes"),
        ({"task": "multilabel"}, "one column"),
    ],
)
def test_options_that_do_not_fit_are_refused(options: dict[str, Any], said: str) -> None:
    assert said in refused(HOUSES, **options)


def test_words_cannot_be_regressed_on() -> None:
    assert "predicts numbers" in refused(PETS, task="regression")


def test_nan_as_text_is_missing_and_inf_among_words_is_a_word() -> None:
    reading = read(rows_of("NaN", "{}", "{}") + "\n7,8,9")
    assert reading.found["columns"][0]["missing"] == 6
    words = read("a,b\ninf,1\nsup,2\ninf,3.5\nsup,4\ninf,5\n")
    assert words.table.columns == ("a: inf", "a: sup")


@pytest.mark.parametrize(
    ("cell", "number"), [("1_000", None), ("\u0661", None), ("1e3", 1000.0), (" 7 ", 7.0), ("nan", None)]
)
def test_only_what_everybody_writes_is_a_number(cell: str, number: float | None) -> None:
    assert number_of(cell) == number


def test_the_largest_file_is_read() -> None:
    header = ",".join(f"c{index}" for index in range(MOST_COLUMNS))
    row = ",".join(["{}"] * MOST_COLUMNS)
    text = (
        header + "\n" + "\n".join(row.format(*range(index + 2, index + 2 + MOST_COLUMNS)) for index in range(MOST_ROWS))
    )
    assert read(text).table.points.shape == (MOST_ROWS, MOST_COLUMNS - 1)


@settings(deadline=None)
@given(st.binary(max_size=300) | st.text('0123.,;"\n ab=-', max_size=300).map(str.encode))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        table = read(body).table
    except Problem as problem:
        assert problem.status == 422
    else:
        assert table.points.shape == (len(table), len(table.columns)) and np.isfinite(table.targets).all()
