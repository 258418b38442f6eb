"""How big the house has become. A guide for the eye, not a gate."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from statistics import median

PROJECT = Path(__file__).resolve().parents[1]
PRODUCT = ("bsm", "catalog", "assets", "monitoring", "impact", "sla", "finance")
FILE_LINES = 400
FUNCTION_LINES = 50
Function = ast.FunctionDef | ast.AsyncFunctionDef


def main() -> int:
    files = {path: path.read_text() for folder in PRODUCT for path in sources(folder)}
    code = {path: len(text.splitlines()) for path, text in files.items() if text.strip()}
    functions = {
        f"{path.relative_to(PROJECT)}:{node.name}": node
        for path, text in files.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, Function)
    }
    spans = {name: length(node) for name, node in functions.items()}
    tests = sum(len(path.read_text().splitlines()) for path in sources("tests"))
    lines = sum(code.values())
    typed = sum(node.returns is not None for node in functions.values())

    show("files", f"{len(code)}, {lines} lines")
    show("file median / max", f"{median(code.values()):.0f} / {max(code.values())}")
    show("function median / max", f"{median(spans.values()):.0f} / {max(spans.values())}")
    show("typed functions", f"{typed / len(functions):.1%}")
    show("tests / code", f"{tests / lines:.2f}")
    for path, count in sorted(code.items()):
        if count > FILE_LINES:
            show("too long", f"{path.relative_to(PROJECT)} ({count})")
    for name, count in sorted(spans.items()):
        if count > FUNCTION_LINES:
            show("too long", f"{name} ({count})")
    return 0


def sources(folder: str) -> list[Path]:
    found = (PROJECT / folder).rglob("*.py")
    return sorted(path for path in found if "migrations" not in path.parts)


def length(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def show(what: str, value: str) -> None:
    print(f"{what:24}{value}")


if __name__ == "__main__":
    sys.exit(main())
