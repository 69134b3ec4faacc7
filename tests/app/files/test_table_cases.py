"""Tables as people have them: each file in `tables` was once read wrongly, and here is what is right."""

import random
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.files.csv_columns import shortened
from app.files.csv_import import Options, Reading, read_table
from app.problems import Problem
from engine import Experiment, Trainer, resolve
from engine.data.datasets import UploadedData

FILES = Path(__file__).parent / "tables"


def file(name: str, **options: Any) -> Reading:
    return read_table((FILES / f"{name}.csv").read_bytes(), Options(**options))


def read(text: str, **options: Any) -> Reading:
    return read_table(text.encode(), Options(**options))


def refused(text: str | bytes, **options: Any) -> Problem:
    with pytest.raises(Problem) as problem:
        read_table(text if isinstance(text, bytes) else text.encode(), Options(**options))
    assert problem.value.status == 422
    return problem.value


def trainer_of(reading: Reading, **choices: Any) -> Trainer:
    return Trainer(resolve(Experiment(dataset=UploadedData(upload="case", **choices)), {"case": reading.table}))


def notes_of(reading: Reading) -> dict[str, str]:
    return {column["name"]: column["note"] for column in reading.found["columns"]}


def rows(count: int, *cells: str, header: str, delimiter: str = ",") -> str:
    lines = [delimiter.join(cell.format(i=i, half=i / 2) for cell in cells) for i in range(count)]
    return "\n".join([header, *lines])


@pytest.mark.parametrize("cell", ["-${i}.50", "$-{i}.50", "- {i}.50 €", "-£{i}.50"])
def test_a_minus_before_a_currency_sign_is_read(cell: str) -> None:
    reading = read(rows(12, cell, "{half}", "{i}.5", header="balance,b,y"))
    assert reading.table.points[3].tolist() == [-3.5, 1.5]


def test_a_marked_id_that_counts_looks_like_row_numbers() -> None:
    reading = read(rows(12, "{i}", "{half}", "{i}.5", header="#id,b,y"))
    assert reading.found["inputs"] == ["b"] and "row numbers" in notes_of(reading)["#id"]


# Words that may be missing values


@pytest.mark.parametrize("word", ["?", "nan", "#N/A"])
def test_a_word_that_means_missing_is_a_class_where_there_is_only_one_other(word: str) -> None:
    lines = [f"{i / 2},{word if i % 2 else 'yes'}" for i in range(12)]
    reading = read("\n".join(["size,answer", *lines]))
    assert reading.table.classes == tuple(sorted(("yes", word))) and reading.found["dropped"] == 0
    assert any("was read as a class" in note and word in note for note in reading.found["notes"])


@pytest.mark.parametrize("mark", ["#", "//", "%", "--"])
def test_comments_of_other_languages_are_passed_over(mark: str) -> None:
    table = rows(12, "{half}", "{i}", "{i}.5", header="a,b,y")
    reading = read(f"{mark} measured in May, by hand\n{mark} twice\n{table}")
    assert reading.found["inputs"] == ["a", "b"] and len(reading.table) == 12
    assert reading.found["notes"] == [f"Skipped as comments: 2 lines starting with {mark}."]


@pytest.mark.parametrize("above", ["# made in May, by hand, twice", "--,,", "# made, in, May\n# and, in, June"])
def test_a_comment_with_as_many_commas_as_the_table_is_passed_over(above: str) -> None:
    reading = read(above + "\n" + rows(12, "{half}", "{i}", "{i}.5", header="a,b,y"))
    assert reading.found["inputs"] == ["a", "b"] and len(reading.table) == 12


@pytest.mark.parametrize("header", ["#name,size,y", "# name,size,y"])
def test_a_header_that_begins_like_a_comment_stays(header: str) -> None:
    reading = read(rows(12, "x{i}", "{half}", "{i}.5", header=header))
    assert reading.found["header"] and [column["name"] for column in reading.found["columns"]] == header.split(",")


@pytest.mark.parametrize("title", ["Sales of the year", "Sales of the year,,", "Sales\n2024", "Sales,,\n,,\n2024,,"])
def test_a_title_is_passed_over(title: str) -> None:
    reading = read(title + "\n" + rows(12, "{half}", "{i}", "{i}.5", header="a,b,y"))
    assert reading.found["inputs"] == ["a", "b"] and len(reading.table) == 12
    assert any("title" in note for note in reading.found["notes"])


def test_a_first_row_with_one_value_is_no_title() -> None:
    reading = read(rows(12, "{half}", "{i}", "{i}.5", header="7,,"), header=False)
    assert len(reading.table) == 12 and reading.found["dropped"] == 1  # the row without a target


def test_negative_amounts_in_parentheses_are_numbers() -> None:
    reading = read(rows(12, "({half})", "(${i}.50)", "{i}.5", header="a,b,y"))
    assert reading.table.points[2].tolist() == [-1.0, -2.5]


def test_dashes_and_abbreviations_are_missing_values() -> None:
    reading = read(rows(12, "{half}", "{i}", "{i}.5", header="a,b,y") + "\n--,N.A.,3.5")
    assert np.isnan(reading.table.points[-1]).all()


@pytest.mark.parametrize("header", [",2000,2005,2010", "land,2000,2005,2010", ",2010,2005,2000"])
def test_years_that_are_some_apart_are_a_header(header: str) -> None:
    reading = read(rows(12, "x{i}", "{half}", "{half}", "{i}.5", header=header))
    assert reading.found["header"] and reading.found["inputs"] == header.split(",")[1:3]


def test_a_first_row_of_years_above_years_is_data() -> None:
    reading = read(rows(12, "200{i}", "201{i}", "202{i}", header="1999,2004,2009").replace("20010", "2010"))
    assert not reading.found["header"]


def test_none_is_a_class_of_a_target_of_words() -> None:
    reading = file("class-called-none")
    assert reading.table.classes == ("Apnea", "Insomnia", "None") and reading.found["dropped"] == 0
    assert any(note.startswith("'None' in '") and "was read as a class" in note for note in reading.found["notes"])


def test_none_or_some_are_two_classes() -> None:
    reading = file("class-none-or-some")
    assert reading.table.classes == ("None", "Some") and len(reading.table) == 12


@pytest.mark.parametrize("word", ["None", "none", "NA", "n/a", "-", "null", "."])
def test_a_word_for_none_is_a_class_among_words_and_missing_among_numbers(word: str) -> None:
    words = read("a,kind\n" + "".join(f"{i * 3},{word if i % 3 else 'high'}\n" for i in range(12)))
    assert sorted(words.table.classes or ()) == sorted(["high", word]) and words.found["dropped"] == 0
    numbers = read("a,y\n" + "".join(f"{i * 3},{word if i == 5 else i * 1.5}\n" for i in range(12)))
    assert numbers.found["dropped"] == 1 and numbers.table.task == "regression"
    assert any(word in note and "missing" in note for note in numbers.found["notes"])


def test_an_empty_cell_of_the_target_is_missing_and_told() -> None:
    reading = read("a,kind\n" + "".join(f"{i * 3},{'' if i == 4 else 'None' if i % 2 else 'x'}\n" for i in range(12)))
    assert reading.found["dropped"] == 1 and reading.table.classes == ("None", "x")
    assert any("1 rows without a value" in note for note in reading.found["notes"])


def test_words_taken_as_missing_are_told_in_their_column() -> None:
    reading = read("a,b,y\n" + "".join(f"{i * 3},{'NA' if i in (2, 5) else i * 7},{i / 2}\n" for i in range(12)))
    assert notes_of(reading)["b"] == "Treated as missing: 'NA' (2)." and np.isnan(reading.table.points[2, 1])


# Headers


def test_a_header_of_numbers_and_a_word() -> None:
    reading = file("numeric-header")
    assert reading.found["header"] and reading.table.columns == ("0", "1") and reading.found["target"] == "target"
    assert len(reading.table) == 10 and reading.table.classes == ("0", "1")


def test_an_unnamed_index_is_left_out() -> None:
    reading = file("unnamed-index")
    assert reading.table.columns == ("0", "1") and reading.found["target"] == "target" and len(reading.table) == 10
    assert "row numbers" in notes_of(reading)["column 1"]


def test_years_as_header() -> None:
    reading = file("years-as-header")
    assert reading.table.columns == ("city_size", "2019", "2020") and len(reading.table) == 30
    assert reading.table.task == "regression" and reading.table.targets[0] == 100


@pytest.mark.parametrize(
    ("first", "headed"),
    [
        ("2018,2019,2020", True),
        ("0,1,2", True),
        (",0,1", True),
        ("0.5,1.5,2.5", False),
        ("3,1,2", False),
        ("NA,1.5,2", False),
        ("x1,7,8", True),
    ],
)
def test_a_first_row_of_numbers_is_a_header_where_it_counts(first: str, headed: bool) -> None:
    body = "".join(f"{i + 0.25},{i * 1.5},{i * i / 4}\n" for i in range(12))
    assert read(f"{first}\n{body}").found["header"] is headed


# Delimiters and signs


def test_semicolons_with_decimal_commas() -> None:
    reading = file("semicolon-decimal-comma")
    assert reading.found["delimiter"] == ";" and not reading.found["header"]
    assert reading.table.points[:3].tolist() == [[0, 0.9], [0.1, 1.8], [0.2, 2.7]]
    assert reading.table.classes == ("0", "1") and len(reading.table) == 10


def test_names_with_commas() -> None:
    reading = file("names-with-commas")
    assert reading.table.columns == ("laenge, cm", "breite, cm") and reading.table.classes == ("a", "b")
    assert reading.table.points[1].tolist() == [1.1, 1.7]


def test_points_between_thousands_where_commas_are_decimals() -> None:
    reading = file("thousands-dot")
    assert reading.table.points[:2].tolist() == [[1234, 0.5], [2265, 0.6]]
    assert "1.234 was read as 1234" in notes_of(reading)["preis"]


def test_a_column_with_points_leaves_the_others_their_commas() -> None:
    reading = file("version-column")
    assert reading.table.columns == ("version", "breite", "hoehe")
    assert reading.table.points[1].tolist() == [1.1, 1.3, 3.7]
    assert any("decimal points and others decimal commas" in note for note in reading.found["notes"])


def test_a_late_decimal_comma() -> None:
    reading = file("late-decimal-comma", columns=("nr", "wert"))
    assert reading.table.columns == ("nr", "wert")
    assert reading.table.points[-1].tolist() == [239, 239.5] and reading.found["decimal"] == ","


@pytest.mark.parametrize(
    ("cells", "delimiter", "number"),
    [
        (("1.234.567", "2.000.000"), ";", 1234567),
        (("1,234,567", "2,000,000"), ";", 1234567),
        (('"1,234"', '"2,000"'), ",", 1234),
        (("1 234 567", "2 000"), ",", 1234567),
        (("1'234", "2'000"), ";", 1234),
        (("1.234,5", "7,25"), ";", 1234.5),
        (("1,234.5", "7.25"), ";", 1234.5),
        (("12 %", "7 %"), ",", 12),
        (("$12.50", "$7"), ",", 12.5),
        (("3,50 €", "7,00 €"), ";", 3.5),
        (("1e-3", "2E5"), ",", 0.001),
        (("1.234", "2.345"), ",", 1.234),
    ],
)
def test_numbers_as_people_write_them(cells: tuple[str, str], delimiter: str, number: float) -> None:
    text = f"a{delimiter}kind\n" + "".join(f"{cells[i % 2]}{delimiter}{'xyz'[i % 3]}\n" for i in range(12))
    assert read(text).table.points[0].tolist() == [number]


def test_numbers_of_two_kinds_in_one_column_are_not_numbers() -> None:
    text = "a;kind\n" + "".join(f"{('1,5', '1.5', '2')[i % 3]};{'xy'[i % 2]}\n" for i in range(12))
    assert read(text).found["columns"][0]["type"] == "text"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_delimiter_is_found_beside_the_others_in_words(delimiter: str) -> None:
    lines = [f'"{"ab"[i % 2]},; |"{delimiter}{i * 0.5}{delimiter}{i % 3}' for i in range(12)]
    reading = read("\n".join([delimiter.join(("word", "b", "c")), *lines]))
    assert reading.found["delimiter"] == delimiter and reading.found["columns"][1]["type"] == "number"


def test_columns_aligned_by_blanks() -> None:
    reading = file("white-space")
    assert reading.found["delimiter"] == " " and reading.table.points[1].tolist() == [0.1429, 1.5]
    assert len(reading.table) == 20 and reading.table.classes == ("0", "1")


def test_blanks_with_a_heading_for_all_but_the_names_of_the_rows() -> None:
    text = "height  weight kind\n" + "".join(f'"r {i}"  {i * 1.5:6.2f}\t{i * 7 % 5} {"ab"[i % 2]}\n' for i in range(12))
    reading = read(text)
    assert reading.table.columns == ("height", "weight") and reading.table.classes == ("a", "b")
    assert "every row holds a different word" in notes_of(reading)["column 1"]


def test_the_line_that_tells_excel_the_separator() -> None:
    reading = file("excel-sep-line")
    assert reading.table.columns == ("a", "b") and reading.found["delimiter"] == ";" and len(reading.table) == 12


def test_a_comment_comes_first() -> None:
    reading = file("comment-first")
    assert reading.table.columns == ("a", "b") and len(reading.table) == 12
    assert any("comment" in note for note in reading.found["notes"])


def test_a_heading_may_begin_with_a_number_sign() -> None:
    assert read("#,b,kind\n" + "".join(f"{i * 2},{i % 3},{'xy'[i % 2]}\n" for i in range(12))).table.columns[0] == "#"


def test_trailing_commas() -> None:
    reading = file("trailing-comma")
    assert reading.table.columns == ("a", "b") and reading.table.classes == ("x", "y") and len(reading.table) == 12
    text = (FILES / "trailing-comma.csv").read_text().replace("kind,\n", "kind\n").replace(",\n", ",,,\n")
    assert read(text).table.columns == ("a", "b")


@pytest.mark.parametrize("end", ["\r", "\r\n"])
def test_any_line_end_and_a_mark_of_order(end: str) -> None:
    body = b"\xef\xbb\xbf" + (FILES / "trailing-comma.csv").read_bytes().replace(b"\n", end.encode())
    assert read_table(body, Options()).table.columns == ("a", "b")


# Names and numbers in full


def test_large_whole_classes_are_written_in_full() -> None:
    assert file("large-whole-classes").table.classes == ("1234567", "1234568")


@pytest.mark.parametrize(
    ("cells", "classes"),
    [
        (("1e15", "7"), ("7", "1000000000000000")),
        (("20240101", "20240102"), ("20240101", "20240102")),
        (("-0", "1"), ("0", "1")),
        (("01", "2.0"), ("1", "2")),
        (("999999999999999", "-5"), ("-5", "999999999999999")),
    ],
)
def test_whole_numbers_are_written_in_full(cells: tuple[str, str], classes: tuple[str, str]) -> None:
    assert read("a,code\n" + "".join(f"{i * 3},{cells[i % 2]}\n" for i in range(12))).table.classes == classes


def test_long_names_are_compared_in_full_and_shown_shortened_in_the_middle() -> None:
    reading = file("long-question-names")
    assert len(set(reading.table.columns)) == 3 and all(len(name) <= 60 for name in reading.table.columns)
    assert [name[-10:] for name in reading.table.columns] == ["[Lectures]", "Exercises]", "rse? [Exam]"[-10:]]
    full = (FILES / "long-question-names.csv").read_text().split(",")[1]
    chosen = file("long-question-names", columns=(full,))
    assert chosen.table.columns == (reading.table.columns[1],)


def test_names_that_differ_in_the_middle_stay_different_when_shortened() -> None:
    names = ["x" * 50 + middle + "y" * 50 for middle in "abc"]
    shown = shortened(names)
    assert len(set(shown)) == 3 and all(len(name) <= 60 for name in shown)
    text = (
        ",".join([*names, "kind"]) + "\n" + "".join(f"{i * 2},{i % 5},{i * 7 % 3},{'xy'[i % 2]}\n" for i in range(12))
    )
    assert len(read(text).table.columns) == 3


# Bad cells and dates


def test_one_bad_cell_is_named() -> None:
    problem = refused((FILES / "one-bad-cell.csv").read_bytes())
    assert all(part in problem.detail for part in ("'age'", "row 17", "line 18", "'3o'")), problem.detail
    text = (FILES / "one-bad-cell.csv").read_text()
    more = "\n".join(f"{line},{index % 7}" for index, line in enumerate(text.split()))
    reading = read(more.replace("bought,0", "bought,z"), target="bought")
    assert reading.table.columns == ("z",) and "'3o'" in notes_of(reading)["age"]


def test_a_bad_cell_of_a_target_of_numbers_is_named() -> None:
    text = "a,y\n" + "".join(f"{i * 3},{'7 apples' if i == 9 else i / 2}\n" for i in range(40))
    problem = refused(text)
    assert all(part in problem.detail for part in ("row 10", "'7 apples'")) and problem.errors[0].field == "target"
    assert "row 10" in refused(text, task="regression").detail


def test_a_bad_date_is_named() -> None:
    text = "d,b,y\n" + "".join(
        f"{'2024-13-01' if i == 4 else f'2024-01-{i + 1:02}'},{i * 7 % 5},{i / 2}\n" for i in range(20)
    )
    assert "row 5" in notes_of(read(text))["d"] and "dates" in notes_of(read(text))["d"]


def test_dates_become_days_since_the_first() -> None:
    reading = file("dates")
    assert reading.table.columns == ("date",) and reading.found["columns"][0]["type"] == "date"
    assert reading.table.points[[0, 1, 28, 59], 0].tolist() == [0, 1, 31, 63]
    assert "2024-01-01" in notes_of(reading)["date"]


@pytest.mark.parametrize(
    ("cells", "days", "told"),
    [
        (("01.02.2024", "13.02.2024"), 12, ""),
        (("02/01/2024", "02/13/2024"), 12, ""),
        (("13/02/2024", "14/02/2024"), 1, ""),
        (("01/02/2024", "03/04/2024"), 62, "guess"),
        (("2024-01-01 12:00", "2024-01-02 18:00"), 1.25, ""),
        (("2024-01-01T12:00:00Z", "2024-01-02T18:00:00Z"), 1.25, ""),
        (("2024-01-01T12:00:00+02:00", "2024-01-01T12:00:00Z"), 2 / 24, ""),
        (("2024-01", "2024-03"), 60, ""),
        (("2024/01/01", "2024/01/09"), 8, ""),
        (("5 Jan 2024", "7 Feb 2024"), 33, ""),
        (("Jan 5, 2024", "Feb 7, 2024"), 33, ""),
        (("01.02.24", "13.02.24"), 12, ""),
    ],
)
def test_dates_as_people_write_them(cells: tuple[str, str], days: float, told: str) -> None:
    text = "d;y\n" + "".join(f"{cells[i % 2]};{'xyz'[i % 3]}\n" for i in range(12))
    reading = read(text)
    assert reading.table.points[:2, 0] == pytest.approx([0, days]) and told in notes_of(reading)["d"]
    assert ("guess" in notes_of(reading)["d"]) == bool(told)
    (field,) = reading.table.fields.fields
    assert reading.table.fields.encode([[cells[1]]])[0, 0] == pytest.approx(days)
    assert field.decode([field.encode(cells[1])[0]]).startswith("2024")  # type: ignore[union-attr]


def test_unix_seconds_and_whole_dates_stay_numbers() -> None:
    assert file("unix-seconds").found["columns"][0]["type"] == "number"
    text = "d,y\n" + "".join(f"202401{i + 1:02},{i / 2}\n" for i in range(12))
    assert read(text).found["columns"][0]["type"] == "number"


# Row numbers


def test_row_numbers_are_left_out_unless_asked_for() -> None:
    reading = file("row-numbers")
    assert reading.table.columns == ("a",) and "row numbers" in notes_of(reading)["Id"]
    assert file("row-numbers", columns=("Id", "a")).table.columns == ("Id", "a")


@pytest.mark.parametrize(("name", "start"), [("nr", 0), ("sample_id", 100), ("PassengerId", 1), ("x", 1), ("", 0)])
def test_shuffled_row_numbers_are_left_out(name: str, start: int) -> None:
    order = list(range(start, start + 40))
    random.Random(0).shuffle(order)
    text = f"a,{name},kind\n" + "".join(f"{i % 7},{number},{'xy'[i % 2]}\n" for i, number in enumerate(order))
    assert read(text).table.columns == ("a",)


def test_whole_numbers_that_do_not_count_the_rows_are_kept() -> None:
    text = "year,dose,kind\n" + "".join(f"{1990 + i},{i},{'xy'[i % 2]}\n" for i in range(12))
    assert read(text).table.columns == ("year", "dose")


# Rounding and offsets


def test_a_constant_column_within_rounding_has_no_spread() -> None:
    reading = file("constant-column")
    last = reading.table.points[:, 1] == 3.71
    for seed in range(20):
        trainer = trainer_of(reading, seed=seed)
        if not (trainer.data.parts["train"].points[:, 1] == 3.71).any():
            break
    assert last.sum() == 1 and trainer.data.scale[1, 0] == 1
    assert any("'voltage'" in note.message for note in trainer.notes)
    trainer.step_once("epoch", 600)
    assert trainer.predict([[1.0, 3.71]])[1][0] == pytest.approx(15, abs=0.5)


def test_a_constant_target_within_rounding_has_no_spread() -> None:
    reading = file("constant-target")
    for seed in range(20):
        trainer = trainer_of(reading, seed=seed)
        if not (trainer.data.parts["train"].targets == 5).any():
            break
    assert (trainer.data.target_mean, trainer.data.target_spread) == (3.7, 1.0)
    assert any("always the same" in note.message for note in trainer.notes)
    row = trainer.row()
    assert row["test"]["loss"] < 10


def test_a_large_offset_is_taken_off_and_put_on_in_float64() -> None:
    draw = np.random.default_rng(0)
    x = draw.normal(size=400)
    text = "x1,y\n" + "".join(f"{a!r},{1e8 + 2 * a + draw.normal() * 0.3!r}\n" for a in x.tolist())
    trainer = trainer_of(read(text))
    trainer.step_once("epoch", 200)
    from engine.insight.evaluation import evaluation

    told = evaluation(trainer, "test").regression
    assert told.r2 > 0.95 and told.root_mean_squared_error < 0.5
    assert trainer.boundary(20).values.dtype == np.float64
    assert len(np.unique(trainer.boundary(20).values)) > 15


def test_a_class_without_training_samples_is_told() -> None:
    reading = file("rare-class")
    told = 0
    for seed in range(20):
        trainer = trainer_of(reading, seed=seed, stratify=False)
        lacks = 0 not in trainer.data.parts["train"].targets
        notes = [note.message for note in trainer.notes if "'rare'" in note.message]
        assert bool(notes) == lacks and all("Stratify the split" in note for note in notes)
        told += lacks
        stratified = trainer_of(reading, seed=seed)
        assert stratified.experiment.dataset.stratify is True and 0 in stratified.data.parts["train"].targets
        assert not any("'rare'" in note.message for note in stratified.notes)
    assert 0 < told < 20


# Sizes


def test_a_table_that_is_too_large_offers_a_choice() -> None:
    problem = refused("a,b,kind\n" + "".join(f"{i % 97},{i % 7},{'xxxxy'[i % 5]}\n" for i in range(30_000)))
    assert problem.type == "urn:gradlab:too-large"
    assert problem.more == {
        "rows": 30_000,
        "columns": ["a", "b", "kind"],
        "limits": {"rows": 20_000, "columns": 64},
    }
    assert "rows=20000" in problem.detail


def test_a_share_of_the_rows_is_seeded_and_stratified() -> None:
    text = "a,b,kind\n" + "".join(f"{i % 97},{i * 7 % 31},{'xxxxy'[i % 5]}\n" for i in range(30_000))
    share = read(text, rows=1_000)
    assert len(share.table) == 1_000 and np.bincount(share.table.targets.astype(int)).tolist() == [800, 200]
    assert (read(text, rows=1_000).table.points == share.table.points).all()
    assert (read(text, rows=1_000, seed=1).table.points != share.table.points).any()
    assert any("1,000 of 30,000 rows" in note for note in share.found["notes"])


def test_columns_can_be_chosen() -> None:
    text = ",".join(f"c{i}" for i in range(100)) + "\n"
    text += "".join(",".join(str(i * j % 17) for j in range(100)) + "\n" for i in range(1, 40))
    problem = refused(text)
    assert problem.type == "urn:gradlab:too-large" and len(problem.more["columns"]) == 100
    reading = read(text, columns=("c5", "c7"), target="c9")
    assert reading.table.columns == ("c5", "c7") and reading.found["target"] == "c9"
    assert refused(text, columns=("c5", "nonsense")).errors[0].field == "column"


@pytest.mark.parametrize(
    "body",
    [
        ",".join("ab" for _ in range(1_000_000)),
        "x" * (5 << 20),
        "1," * (5 << 19),
        "a,b\n" + "1,2\n" * 200_000,
        "1 " * (5 << 19),
        '"a"' * (5 << 18),
        "a,b,c\n" + "".join(f"{i},x{i},{i}.5\n" for i in range(200_000)),
        "d;y\n" + "".join(f"{1 + i % 28}/{1 + i % 12}/{1900 + i % 200};{i}\n" for i in range(20_000)),
        "#\n" * (5 << 19),
        "1,2\n" * (5 << 18),
    ],
    ids=["columns", "letters", "cells", "short rows", "blanks", "quotes", "long", "dates", "comments", "shortest"],
)
def test_the_worst_files_are_read_in_bounded_time(body: str) -> None:
    begun = time.process_time()
    try:
        read_table(body[: 5 << 20].encode(), Options())
    except Problem as problem:
        assert problem.status == 422 and len(problem.detail) < 2_000
    assert time.process_time() - begun < 5, "1 s alone; a busy machine may take longer"
