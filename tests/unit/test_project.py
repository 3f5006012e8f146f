"""What has to hold for the project as a whole: pins, sizes of files and functions, cheap imports."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
import tomllib
from pathlib import Path

import hypothesis
import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SOURCES = [ROOT / "main.py"] + [
    path for top in ("engine", "gui", "tests") for path in (ROOT / top).rglob("*.py")
]
LONGEST_FILE, LONGEST_FUNCTION = 400, 50
HEAVY = {"torch", "torchvision", "mediapipe", "cv2", "rawpy", "pillow_heif", "h5py"}
QT_IN_ENGINE = {"engine/worker.py"}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@functools.cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def requirements(extra: str | None = None) -> dict[str, Requirement]:
    lines = PROJECT["dependencies"] if extra is None else PROJECT["optional-dependencies"][extra]
    return {each.name.lower(): each for each in map(Requirement, lines)}


def test_every_dependency_has_a_tested_pin_inside_its_range():
    ranges = requirements() | requirements("test")
    pins = requirements("tested")
    assert ranges.keys() == pins.keys()
    for name, pin in pins.items():
        (exact,) = pin.specifier
        assert exact.operator == "==", f"{name} is not pinned: {pin}"
        assert ranges[name].specifier.contains(exact.version), f"{pin} is outside {ranges[name]}"


@pytest.mark.parametrize("version", ["6.11.0", "6.11.1", "6.12.0", "6.12.1"])
def test_qt_releases_that_lose_references_are_refused(version):
    assert not requirements()["pyside6-essentials"].specifier.contains(version)


@pytest.mark.parametrize("other", ["opencv-python", "opencv-python-headless", "opencv-contrib-python"])
def test_opencv_comes_through_mediapipe_alone(other):
    assert other not in requirements() | requirements("test") | requirements("tested")


def test_no_generated_example_is_timed():
    """Else a test fails now and then, where other programs are at work."""
    assert hypothesis.settings().deadline is None
    assert hypothesis.HealthCheck.too_slow in hypothesis.settings().suppress_health_check


def test_no_file_is_too_long():
    long = {name_of(p): len(p.read_text(encoding="utf-8").splitlines()) for p in SOURCES}
    assert {name: lines for name, lines in long.items() if lines > LONGEST_FILE} == {}


def test_no_function_is_too_long():
    assert {name: n for path in SOURCES for name, n in functions(path) if n > LONGEST_FUNCTION} == {}


def functions(path: Path) -> list[tuple[str, int]]:
    """Return each function of a file with its lines; functions and classes inside it count by themselves."""
    return [
        (f"{name_of(path)}:{node.lineno} {node.name}", lines(node) - sum(map(lines, nested(node))))
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def nested(function: ast.AST) -> list[ast.stmt]:
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    inside = list(ast.iter_child_nodes(function))
    found: list[ast.stmt] = []
    while inside:
        node = inside.pop()
        if isinstance(node, kinds):
            found.append(node)
        else:
            inside += ast.iter_child_nodes(node)
    return found


def test_heavy_packages_are_imported_where_they_are_used():
    tops = [path for path in SOURCES if not name_of(path).startswith("tests/")]
    assert {name_of(path): found for path in tops if (found := imported_at_top(path) & HEAVY)} == {}


def test_only_the_worker_of_the_engine_knows_qt():
    files = {name_of(p) for p in SOURCES if name_of(p).startswith("engine/") and "PySide6" in imported(p)}
    assert files <= QT_IN_ENGINE


def imported_at_top(path: Path) -> set[str]:
    """Return the packages that importing the file imports: those in functions and TYPE_CHECKING left out."""
    tree = tree_of(path)
    found: set[str] = set()
    waiting = list[ast.AST](tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
            continue
        found |= packages(node)
        waiting += ast.iter_child_nodes(node)
    return found


def imported(path: Path) -> set[str]:
    tree = tree_of(path)
    return set().union(*(packages(node) for node in ast.walk(tree)))


def packages(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name.split(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
        return {node.module.split(".")[0]}
    return set()


@pytest.mark.parametrize("module", ["engine.cli", "engine.pipeline", "engine.demo.__main__"])
def test_start_imports_nothing_heavy(module):
    code = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert set(done.stdout.split()) & (HEAVY | {"PySide6"}) == set()


def test_every_module_says_what_it_is():
    trees = {name_of(p): tree_of(p) for p in SOURCES if "tests" not in p.parts}
    assert [name for name, tree in trees.items() if tree.body and not ast.get_docstring(tree)] == []


def test_the_readme_lists_the_keys_that_the_program_has():
    from gui.commands import as_markdown

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.split("<!-- keys: begin -->")[1].split("<!-- keys: end -->")[0].strip()
    assert table == as_markdown(), "python -m gui.commands prints the table"
