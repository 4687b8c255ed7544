"""The commands that the workflows give, read from their source in its order.

`python -m tests.relai_workflows.fingerprints` (`make fingerprints`) accepts today's commands. A
fingerprint holds the commands of a function and their order. Their conditions are not in it; the
stored histories cover these.
"""

import ast
import gc
import json
from collections.abc import Iterator
from pathlib import Path

FINGERPRINTS = Path(__file__).with_suffix(".json")
WORKFLOWS = Path(__file__).parents[2] / "relai_workflows"
COMMANDS = frozenset(
    {
        "continue_as_new",
        "create_task",
        "execute_activity_method",
        "get_external_workflow_handle",
        "put",
        "refresh_cards",
        "signal",
        "sleep",
        "start_child_workflow",
        "upsert_search_attributes",
        "uuid4",
        "wait_condition",
    }
)
"""Calls that add an event to the history, or let another coroutine add one."""

Fingerprint = dict[str, list[str]]
"""The commands of each function, in order."""
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def fingerprints(folder: Path = WORKFLOWS) -> dict[str, Fingerprint]:
    """Fingerprints of all modules that give commands, by name."""
    # Python before 3.11.9 fails if a finalizer that formats a traceback runs within ast.parse.
    gc.collect()
    modules = {path.stem: ast.parse(path.read_text()) for path in sorted(folder.glob("*.py"))}
    functions = {name: dict(_functions(tree)) for name, tree in modules.items()}
    giving = _giving([each for module in functions.values() for each in module.values()])
    found = {
        module: {name: list(_steps(each, giving)) for name, each in named.items()}
        for module, named in functions.items()
    }
    kept = {module: {k: v for k, v in named.items() if v} for module, named in found.items()}
    return {module: named for module, named in kept.items() if named}


def stored() -> dict[str, Fingerprint]:
    """The fingerprints that were accepted last."""
    found: dict[str, Fingerprint] = json.loads(FINGERPRINTS.read_text())
    return found


def accept() -> None:
    """Accept today's fingerprints."""
    FINGERPRINTS.write_text(json.dumps(fingerprints(), indent=2) + "\n")


def _functions(tree: ast.AST, owner: str = "") -> Iterator[tuple[str, _Function]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{node.name}.")
        elif isinstance(node, _Function):
            yield f"{owner}{node.name}", node


def _giving(functions: list[_Function]) -> frozenset[str]:
    """Names of functions that give a command, directly or through another function."""
    known: frozenset[str] = frozenset()
    while True:
        found = frozenset(each.name for each in functions if any(_steps(each, known)))
        if found == known:
            return known
        known = found


def _steps(function: _Function, giving: frozenset[str]) -> Iterator[str]:
    for node in sorted(ast.walk(function), key=_place):
        if isinstance(node, ast.Call) and _name(node.func) in COMMANDS:
            yield _command(node)
        elif isinstance(node, ast.Call) and _name(node.func) in giving:
            yield f"calls {_name(node.func)}"
        elif isinstance(node, ast.Attribute) and _name(node.value).endswith("Activities"):
            yield f"names {ast.unparse(node)}"


def _command(call: ast.Call) -> str:
    name = _name(call.func)
    if name == "wait_condition":
        has_timeout = any(keyword.arg == "timeout" for keyword in call.keywords)
        return "wait_condition with a timeout" if has_timeout else name
    if name in ("start_child_workflow", "signal") and call.args:
        return f"{name} {ast.unparse(call.args[0])}"
    return name


def _name(node: ast.expr) -> str:
    """The last part of a dotted name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _place(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


if __name__ == "__main__":
    accept()
