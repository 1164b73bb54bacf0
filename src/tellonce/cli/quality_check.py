"""`tellonce quality check`, `explain` and `schema`: rules tried, and read aloud."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import typer

from tellonce.cli.acts import As
from tellonce.cli.output import WRONG_CALL, Stages, counted, print_json, say, show
from tellonce.cli.quality_group import Json, quality
from tellonce.cli.quality_held import check_held, exit_code
from tellonce.engine.errors import NothingRecognised
from tellonce.engine.standardise import Mapping, Recognition, recognise
from tellonce.io.errors import BadSetting
from tellonce.io.mapping import SourceMapping, read_mapping
from tellonce.io.read import read_file
from tellonce.io.stream import check_file
from tellonce.io.values import Contents
from tellonce.io.write import check_writable, write_json_lines, write_table
from tellonce.rules.errors import RuleErrors
from tellonce.rules.evaluating import evaluate
from tellonce.rules.explaining import Explained, explained
from tellonce.rules.reading import read_rules
from tellonce.rules.references import load_references
from tellonce.rules.schema import rules_schema
from tellonce.rules.surroundings import facts_of_file
from tellonce.rules.types import Evaluation, RuleSet

_SHOWN = 3
FileOrSource = Annotated[
    Path,
    typer.Argument(metavar="FILE|SOURCE", help="A file, or the name of a source of the hub."),
]
Rules = Annotated[Path, typer.Option("--rules", metavar="RULES.yaml", help="The rules.")]
Map = Annotated[Path | None, typer.Option("--map", help="YAML file: columns, encoding, ...")]
Out = Annotated[
    Path | None, typer.Option("--out", help="Write every failure: .csv, .jsonl or .parquet.")
]
Corrected = Annotated[
    Path | None,
    typer.Option("--corrected", help="Write the rows as corrected: .csv, .jsonl or .parquet."),
]


@quality.command("check")
def check_quality(
    what: FileOrSource,
    rules: Rules,
    *,
    map: Map = None,
    out: Out = None,
    corrected: Corrected = None,
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Try rules on a file, or on all that the hub holds of a source: what fails, and why. Nothing
    is loaded or written; of a source records are named, and no value is shown.

    Exit 1: some rows fail. Exit 4: none fails, but a rule could not be evaluated, which is no pass.
    """
    if not what.exists() and not what.suffix and what.name == str(what):
        if map or out or corrected:
            raise BadSetting(
                f"{what} is no file, and of a source --map, --out and --corrected cannot be said.",
                "Leave them away, or name the file as it is.",
            )
        check_file(rules)
        code = check_held(str(what), rules, as_user=as_user, as_json=as_json)
    else:
        code = _check_rows(what, rules, (map, out, corrected), as_json=as_json)
    if code:
        raise typer.Exit(code)


def _check_rows(
    file: Path,
    rules: Path,
    paths: tuple[Path | None, Path | None, Path | None],
    *,
    as_json: bool,
) -> int:
    """Show what rules say of a file, and write what is asked for; returns the exit code."""
    map, out, corrected = paths
    _check_places(file, rules, out, corrected)
    said = read_mapping(map).get(_stem(file), SourceMapping()) if map else SourceMapping()
    with Stages(quiet=as_json) as stages:
        stages("read", 0, 1)
        contents = read_file(file, said.file)
        recognition = _recognised(file, contents.table, said)
        with _told(as_json):
            read = _read(rules, contents.table, recognition)
        references = load_references(read, rules.absolute().parent)
        stages("judge", 0, 1)
        facts = facts_of_file(
            read, contents.table, recognition, now=datetime.now(UTC), references=references
        )
        found = evaluate(read, contents.table, facts)
    if out is not None:
        _write(out, _numbered(found.failures, contents))
    if corrected is not None:
        _write(corrected, found.corrected)
    if as_json:
        print_json(_document(file, read, found, contents))
    else:
        _show(file, read, found, contents)
    return exit_code(bool(found.failures.num_rows), bool(found.not_evaluated))


@quality.command("explain")
def explain_rules(
    rule: Annotated[
        str, typer.Argument(metavar="RULE", help="A rule, such as 'email: valid', or a file.")
    ],
    as_json: Json = False,
) -> None:
    """Read a rule aloud: what it says, what it covers, what passes and what fails."""
    path = Path(rule)
    is_file = path.suffix in (".yaml", ".yml")
    with _told(as_json):
        read = _rules_of(path) if is_file else read_rules(f"- {rule.removeprefix('- ')}", "RULE")
    told = [explained(one) for one in read.rules]
    if as_json:
        print_json([vars(one) for one in told])
        return
    for one in told:
        _show_explained(one)


@quality.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of rules, by which an editor completes and underlines them."""
    print_json(rules_schema())


def _stem(file: Path) -> str:
    return file.name.partition(".")[0]


def _check_places(file: Path, rules: Path, *places: Path | None) -> None:
    check_file(rules)
    read = {file.resolve(), rules.resolve()}
    for place in places:
        if place is None:
            continue
        check_writable(place)
        if place.resolve() in read:
            raise BadSetting(f"A result would go to {place}, which is read.", "Name another file.")
        if place.suffix not in (".csv", ".jsonl", ".parquet"):
            raise BadSetting(
                f"{place} ends in {place.suffix or 'nothing'}, which is not written.",
                "Name it .csv, .jsonl or .parquet.",
            )


def _rules_of(path: Path, fields: list[str] | None = None) -> RuleSet:
    check_file(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadSetting(f"{path} is not UTF-8 text.", "Save it as UTF-8.") from error
    return read_rules(text, path.name, fields)


@contextmanager
def _told(as_json: bool) -> Iterator[None]:
    """Everything that is wrong with rules, a line each; exit 2."""
    try:
        yield
    except RuleErrors as error:
        if as_json:
            print_json({"file": error.name, "problems": [vars(one) for one in error.problems]})
        for one in error.problems if not as_json else ():
            say(f"{error.name}, line {one.line}, column {one.column}: {one.sentence}")
            say(f"  {one.hint}")
        raise typer.Exit(WRONG_CALL) from None


def _read(path: Path, table: pa.Table, recognition: Recognition | None) -> RuleSet:
    """The rules; a field that the file does not have is refused with the near ones."""
    found = [one.attribute for one in recognition.columns if one.attribute] if recognition else []
    bare = [name.partition(":")[2] for name in found if ":" in name]
    return _rules_of(path, [*table.column_names, *found, *bare])


def _recognised(file: Path, table: pa.Table, said: SourceMapping) -> Recognition | None:
    try:
        mapping = Mapping(said.columns, said.region, said.day_first)
        return recognise(_stem(file), table, mapping)
    except NothingRecognised:
        return None


def _numbered(failures: pa.Table, contents: Contents) -> pa.Table:
    """Failures with the number of the row in the file, rejected rows counted."""
    return failures.set_column(0, "row", contents.rows.take(failures["row"].combine_chunks()))


def _write(path: Path, table: pa.Table) -> None:
    if path.suffix in (".csv", ".parquet"):
        write_table(path, table)
    else:
        write_json_lines(path, table.to_pylist())


def _document(file: Path, rules: RuleSet, found: Evaluation, contents: Contents) -> dict[str, Any]:
    silent = {one.rule: one.reason for one in found.not_evaluated}
    return {
        "file": file.name,
        "rows": contents.table.num_rows,
        "rejected": len(contents.rejects),
        "version": found.version,
        "failures": found.failures.num_rows,
        "rules": [
            {
                "rule": rule.id,
                "line": rule.line,
                "sentence": explained(rule).sentence,
                "on_fail": rule.on_fail,
                "severity": rule.severity,
                "dimension": rule.dimension,
                "owner": rule.owner,
                **(found.counts[rule.id]._asdict() if rule.id in found.counts else {}),
                "not_evaluated": silent.get(rule.id),
            }
            for rule in rules.rules
        ],
        "examples": _numbered(found.failures.slice(0, 100), contents).to_pylist(),
    }


def _show(file: Path, rules: RuleSet, found: Evaluation, contents: Contents) -> None:
    rows = contents.table.num_rows
    show(f"{file.name}: {counted(rows, 'row')}, {counted(len(rules.rules), 'rule')}.")
    if contents.rejects:
        were = "was" if len(contents.rejects) == 1 else "were"
        show(f"  {counted(len(contents.rejects), 'row')} could not be read, and {were} not judged.")
    examples: dict[str, list[dict[str, Any]]] = {}
    for one in _numbered(found.failures, contents).to_pylist():
        kept = examples.setdefault(one["rule"], [])
        if len(kept) < _SHOWN:
            kept.append(one)
    silent = {one.rule: one.reason for one in found.not_evaluated}
    for rule in rules.rules:
        show(explained(rule).sentence)
        if rule.id in silent:
            show(f"  not evaluated: {silent[rule.id]}")
            continue
        counts = found.counts[rule.id]
        empty = f", {counts.empty:,} without a value" if counts.empty else ""
        outcome = f" ({rule.on_fail}, {rule.severity})" if counts.failed else ""
        show(f"  {counts.failed:,} failed{outcome}, {counts.passed:,} passed{empty}")
        for one in examples.get(rule.id, ()):
            value = f"{one['value']!r} " if one["value"] is not None else ""
            show(f"    row {one['row']}: {value}{one['reason']}")


def _show_explained(one: Explained) -> None:
    show(one.sentence)
    show(f"  {one.outcome}")
    show(f"  {one.covers}")
    for words, values in (("passes", one.passes), ("fails", one.fails)):
        if values:
            show(f"  {words}: {'; '.join(values)}")
    show(f"  It is called {one.rule}.")
