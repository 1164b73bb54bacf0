"""Borders that no import checker sees: foreign keys, signals, models by name, lazy imports."""

from __future__ import annotations

import ast
import configparser
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import Model

from tellonce.hub.core import late

ROOT = Path(__file__).parent.parent
HUB = ROOT / "src" / "tellonce" / "hub"
SLOW_TO_IMPORT = {"numpy", "numba", "pyarrow", "django", "duckdb", "rich"}
WORK_OF_THE_ENGINE = {"numpy", "numba", "pyarrow", "duckdb", "pandas", "phonenumbers"}


def declared_order() -> list[str]:
    """The hub's apps from the first to the last, as .importlinter declares them."""
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    layers = contracts["importlinter:contract:hub-layers"]["layers"]
    names = layers.replace("|", "\n").replace(":", "\n").split()
    return [name.strip("()") for name in reversed(names)]


def app_of(model: type[Model]) -> str:
    return model.__module__.removeprefix("tellonce.hub.").split(".")[0]


def hub_models() -> list[type[Model]]:
    return [m for m in apps.get_models() if m.__module__.startswith("tellonce.hub.")]


def test_foreign_keys_point_only_to_apps_listed_before() -> None:
    order = declared_order()
    wrong = [
        f"{app_of(model)}.{model.__name__}.{field.name} -> {app_of(field.related_model)}"
        for model in hub_models()
        for field in model._meta.get_fields()
        if field.concrete and field.related_model in hub_models()
        if order.index(app_of(model)) < order.index(app_of(field.related_model))
    ]
    assert wrong == []
    assert hub_models()


def test_apps_are_installed_in_the_order_of_the_data_s_path() -> None:
    installed = [app.split(".")[2] for app in settings.INSTALLED_APPS if "tellonce.hub." in app]
    assert installed == [app for app in declared_order() if app in installed]


def test_django_s_admin_is_not_installed() -> None:
    assert "django.contrib.admin" not in settings.INSTALLED_APPS


def hub_files() -> list[tuple[str, ast.Module]]:
    """Every module of the hub outside migrations, parsed."""
    found = [p for p in sorted(HUB.rglob("*.py")) if "migrations" not in p.parts]
    return [(str(p.relative_to(HUB)), ast.parse(p.read_text(encoding="utf-8"))) for p in found]


def names_used(tree: ast.Module) -> set[str]:
    """Every attribute, name and imported name in a module."""
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    used |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    imports = [n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom)]
    return used | {alias.name for node in imports for alias in node.names}


@pytest.mark.parametrize("name", ["get_model", "post_save", "pre_save", "post_delete", "receiver"])
def test_no_app_reaches_another_by(name: str) -> None:
    assert [path for path, tree in hub_files() if name in names_used(tree)] == []


def modules_after(statement: str, home: Path = ROOT) -> set[str]:
    """Top-level packages loaded by a fresh interpreter that ran `statement`."""
    code = f"{statement}\nimport sys; print(*{{m.split('.')[0] for m in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=os.environ | {"TELLONCE_HOME": str(home), "TELLONCE_DATABASE_URL": ""},
    )
    return set(done.stdout.splitlines()[-1].split())


def test_importing_tellonce_costs_nothing() -> None:
    assert modules_after("import tellonce") & SLOW_TO_IMPORT == set()


def test_help_needs_neither_the_engine_nor_the_hub() -> None:
    asked = "from tellonce.cli.main import execute\nexecute(['--help'])"
    assert modules_after(asked) & (SLOW_TO_IMPORT - {"rich"}) == set()


def test_setting_the_hub_up_imports_no_work() -> None:
    setting_up = "from tellonce.cli.opened import set_up_hub\nwith set_up_hub(): pass"
    there = modules_after(setting_up)
    assert "django" in there
    assert there & WORK_OF_THE_ENGINE == set()


def test_looking_at_the_hub_imports_no_work(tmp_path: Path) -> None:
    looks = ["init", "status", "source list", "review list", "alerts list", "jobs list"]
    asked = [*looks, "user add anna@example.org --role steward"]
    there = modules_after(
        "from tellonce.cli.main import execute\n"
        f"assert [execute(one.split()) for one in {asked}] == {[0] * len(asked)}",
        tmp_path,
    )
    assert there & WORK_OF_THE_ENGINE == set()


def test_what_is_registered_by_name_is_there() -> None:
    registered = [one for one in late.all_late() if one.name.startswith("tellonce.hub.")]
    assert len(registered) > 30
    assert [one.name for one in registered if not callable(one.found())] == []
