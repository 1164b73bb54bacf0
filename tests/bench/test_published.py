"""Peers' figures that a page of results has are kept where no result of theirs is at hand."""

from __future__ import annotations

from bench.published import MEASURED, parts

PAGE = """# Accuracy

Commit abc1234. Python 3.

## Tellonce

| set | F1 |
| --- | -: |
| one | 0.9000 |

## Splink 5

| set | rows | F1 |
| --- | ---: | -: |
| one | 10 | 0.8000 |
| two | 20 | 0.7000 |

| set | plan |
| --- | ---: |
| one | by hand |

## Splink 5 taught

| set | rows | F1 |
| --- | ---: | -: |
| one | 10 | 0.8500 |

goldenmatch could not do two.

Floors of F1: one 0.5. Missed: none.
"""


def test_the_part_of_a_peer_is_kept_whole_with_the_commit_it_was_measured_at() -> None:
    found = parts(PAGE)
    assert set(found) == {"splink", "splink_taught"}
    assert found["splink"].f1 == {"one": 0.8, "two": 0.7}
    assert found["splink"].text.startswith(f"{MEASURED}abc1234.")
    assert "by hand" in found["splink"].text
    assert found["splink_taught"].text.endswith("could not do two.")


def test_a_part_that_was_kept_before_keeps_its_commit() -> None:
    kept = PAGE.replace("## Splink 5\n", f"## Splink 5\n\n{MEASURED}0000000.\n", 1)
    assert parts(kept)["splink"].text.startswith(f"{MEASURED}0000000.")
    assert parts(kept)["splink"].f1["two"] == 0.7
