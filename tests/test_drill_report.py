"""The page of the drills, kept over runs of some of them."""

from __future__ import annotations

from tests.plugins.drill_report import held, lines, page


def test_parameters_are_counted_together_and_what_did_not_pass_failed() -> None:
    ran = [("tests/a.py::t[1]", "passed", 2.0), ("tests/a.py::t[2]", "skipped", 1.0)]
    assert lines(ran, "abc | here") == {
        "tests/a.py::t": "| tests/a.py::t | 1 | 1 | 3 | abc | here |"
    }


def test_a_run_of_some_drills_keeps_the_lines_of_the_others() -> None:
    first = lines(
        [("tests/a.py::t", "passed", 2.0), ("tests/b.py::t", "failed", 1.0)], "abc | here"
    )
    second = lines([("tests/b.py::t", "passed", 1.0)], "def | here")
    written = page(held(page(first)) | second)
    assert held(written) == {**first, **second}
    assert "| tests/b.py::t | 1 | 0 | 1 | def | here |" in written


def test_lines_of_other_columns_go() -> None:
    kept = "| tests/a.py::t | 1 | 0 | 2 | abc | here |"
    assert held(f"| tests/b.py::t[100] | passed | 32.0 |\n{kept}\n") == {"tests/a.py::t": kept}
