"""What the audit trail's entries are about has its words in Norwegian: each detail that the code writes."""

import ast
from collections.abc import Iterator

from dashboards.audit.view import PASSED_OVER
from rules.wording.audit import NAMES, SAID_BY_THE_ENTRY
from tests.servers import ROOT

FILES = [path for room in ("hub", "dashboards") for path in sorted((ROOT / room).rglob("*.py"))]


def keys_of(function: ast.AST, said: ast.expr) -> Iterator[str]:
    """Of a detail: those of the dict itself, or of what the function has put under its name."""
    if isinstance(said, ast.Dict):
        yield from (key.value for key in said.keys if isinstance(key, ast.Constant))
    elif isinstance(said, ast.BinOp):
        yield from (key for side in (said.left, said.right) for key in keys_of(function, side))
    elif isinstance(said, ast.Name):
        for node in ast.walk(function):
            targets = node.targets if isinstance(node, ast.Assign) else ()
            if isinstance(node, ast.AnnAssign | ast.AugAssign) and node.value is not None:
                targets = (node.target,)
            for target in targets:
                if isinstance(target, ast.Name) and target.id == said.id:
                    yield from keys_of(ast.Module([], []), node.value)  # type: ignore[attr-defined]
                if not isinstance(target, ast.Subscript) or not isinstance(target.slice, ast.Constant):
                    continue
                if isinstance(target.value, ast.Name) and target.value.id == said.id:
                    yield str(target.slice.value)


def written() -> Iterator[tuple[str, str]]:
    for path in FILES:
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(function, ast.FunctionDef):
                continue
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == "audit.add":
                    yield from ((key, path.name) for key in keys_of(function, call.args[-1]))


def test_every_detail_that_the_audit_trail_is_given_has_a_word() -> None:
    found = sorted(set(written()))
    known = {*NAMES, *PASSED_OVER, *SAID_BY_THE_ENTRY}
    assert len(found) > 60
    assert [f"{key} ({path})" for key, path in found if key not in known] == []
