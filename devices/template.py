"""A value template of Home Assistant's discovery, as far as a listed subset of Jinja goes.

Jinja's own parser reads it; what it means is worked out here, so nothing can be called, looped over or grown
that is not listed. Anything else is refused with its name when the template is read, not when a message
comes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import Environment, TemplateError, nodes

from devices.template_functions import (
    COMPARISONS,
    FILTERS,
    FUNCTIONS,
    LONGEST_TEXT,
    METHODS,
    MISSING,
    TESTS,
    a_number,
    item,
)

LONGEST = 2000  # characters of a template
_DEEPEST = 40

Scope = dict[str, Any]
Part = Callable[[Scope], Any]


class UnusableTemplateError(ValueError):
    """What about it is not understood, as the end of a sentence that begins with its name."""


@lru_cache(maxsize=4096)
def compiled(source: str) -> Callable[[str, Any], Any]:
    """(payload as text, as JSON or None) → a value, or MISSING. Raises UnusableTemplateError; its function
    ValueError.
    """
    if len(source) > LONGEST:
        raise UnusableTemplateError(f"has {len(source)} characters; at most {LONGEST} are read")
    try:
        body = [_statement(node, _DEEPEST) for node in _ENVIRONMENT.parse(source).body]
    except TemplateError as fault:
        raise UnusableTemplateError(f"is no template ({fault})") from None
    except RecursionError:
        raise UnusableTemplateError("is nested too deeply") from None

    def render(value: str, value_json: Any) -> Any:
        scope: Scope = {"value": value, "value_json": MISSING if value_json is None else value_json}
        try:
            said = [part for statement in body for part in statement(scope)]
        except (RecursionError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as fault:
            raise ValueError(f"{type(fault).__name__}: {fault}"[:200]) from None
        parts = [part for part in said if not (isinstance(part, str) and not part.strip())]
        if len(parts) == 1:
            return parts[0].strip() if isinstance(parts[0], str) else parts[0]
        return "".join(map(str, said))[:LONGEST_TEXT].strip() if parts else MISSING

    return render


_ENVIRONMENT = Environment(autoescape=False)


def _statement(node: nodes.Node, depth: int) -> Callable[[Scope], list[Any]]:
    """What a statement writes, in order."""
    if depth <= 0:
        raise UnusableTemplateError("is nested too deeply")
    if isinstance(node, nodes.Output):
        parts = [_expression(child, depth - 1) for child in node.nodes]
        return lambda scope: [part(scope) for part in parts]
    if isinstance(node, nodes.If):
        return _choice(node, depth)
    if isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
        name, value = node.target.name, _expression(node.node, depth - 1)

        def assign(scope: Scope) -> list[Any]:
            scope[name] = value(scope)
            return []

        return assign
    raise UnusableTemplateError(f"uses {_name_of(node)}, which is not understood")


def _choice(node: nodes.If, depth: int) -> Callable[[Scope], list[Any]]:
    branches = [
        (_expression(branch.test, depth - 1), [_statement(child, depth - 1) for child in branch.body])
        for branch in (node, *node.elif_)
    ]
    otherwise = [_statement(child, depth - 1) for child in node.else_]

    def choose(scope: Scope) -> list[Any]:
        body = next((body for test, body in branches if test(scope)), otherwise)
        return [part for statement in body for part in statement(scope)]

    return choose


def _expression(node: nodes.Node, depth: int) -> Part:
    if depth <= 0:
        raise UnusableTemplateError("is nested too deeply")
    for kind, make in _EXPRESSIONS.items():
        if isinstance(node, kind):
            return make(node, depth - 1)
    raise UnusableTemplateError(f"uses {_name_of(node)}, which is not understood")


def _text(node: nodes.TemplateData, _: int) -> Part:
    return lambda __: node.data


def _constant(node: nodes.Const, _: int) -> Part:
    return lambda __: node.value


def _variable(node: nodes.Name, _: int) -> Part:
    name = node.name
    return lambda scope: scope.get(name, MISSING)


def _attribute(node: nodes.Getattr, depth: int) -> Part:
    inside, name = _expression(node.node, depth), node.attr
    return lambda scope: item(inside(scope), name)


def _subscript(node: nodes.Getitem, depth: int) -> Part:
    inside, key = _expression(node.node, depth), _expression(node.arg, depth)
    return lambda scope: item(inside(scope), key(scope))


def _list(node: nodes.List | nodes.Tuple, depth: int) -> Part:
    items = [_expression(item, depth) for item in node.items]
    return lambda scope: [item(scope) for item in items]


def _dict(node: nodes.Dict, depth: int) -> Part:
    pairs = [(_expression(pair.key, depth), _expression(pair.value, depth)) for pair in node.items]
    return lambda scope: {key(scope): value(scope) for key, value in pairs}


def _either(node: nodes.CondExpr, depth: int) -> Part:
    test, this = _expression(node.test, depth), _expression(node.expr1, depth)
    that = _expression(node.expr2, depth) if node.expr2 is not None else lambda _: MISSING
    return lambda scope: this(scope) if test(scope) else that(scope)


def _and(node: nodes.And, depth: int) -> Part:
    left, right = _expression(node.left, depth), _expression(node.right, depth)
    return lambda scope: left(scope) and right(scope)


def _or(node: nodes.Or, depth: int) -> Part:
    left, right = _expression(node.left, depth), _expression(node.right, depth)
    return lambda scope: left(scope) or right(scope)


def _not(node: nodes.Not, depth: int) -> Part:
    inside = _expression(node.node, depth)
    return lambda scope: not inside(scope)


def _negative(node: nodes.Neg, depth: int) -> Part:
    inside = _expression(node.node, depth)
    return lambda scope: -a_number(inside(scope))


def _arithmetic(node: nodes.BinExpr, depth: int) -> Part:
    left, right = _expression(node.left, depth), _expression(node.right, depth)
    reckon = _ARITHMETIC[type(node)]
    return lambda scope: reckon(a_number(left(scope)), a_number(right(scope)))


def _joined(node: nodes.Concat, depth: int) -> Part:
    parts = [_expression(part, depth) for part in node.nodes]
    return lambda scope: "".join([str(part(scope)) for part in parts])[:LONGEST_TEXT]


def _comparison(node: nodes.Compare, depth: int) -> Part:
    first = _expression(node.expr, depth)
    rest = [(COMPARISONS[operand.op], _expression(operand.expr, depth)) for operand in node.ops]

    def compare(scope: Scope) -> bool:
        left = first(scope)
        for holds, part in rest:
            right = part(scope)
            if not holds(left, right):
                return False
            left = right
        return True

    return compare


def _test(node: nodes.Test, depth: int) -> Part:
    if node.name not in TESTS or node.args:
        raise UnusableTemplateError(f"uses the test {node.name}, which is not understood")
    inside, holds = _expression(node.node, depth), TESTS[node.name]
    return lambda scope: holds(inside(scope))


def _filter(node: nodes.Filter, depth: int) -> Part:
    if node.name not in FILTERS or node.node is None or node.dyn_args or node.dyn_kwargs:
        raise UnusableTemplateError(f"uses the filter {node.name}, which is not understood")
    return _applied(FILTERS[node.name], [_expression(node.node, depth)], node, depth)


def _call(node: nodes.Call, depth: int) -> Part:
    if node.dyn_args or node.dyn_kwargs:
        raise UnusableTemplateError("uses * or **, which is not understood")
    if isinstance(node.node, nodes.Name) and node.node.name in FUNCTIONS:
        return _applied(FUNCTIONS[node.node.name], [], node, depth)
    if isinstance(node.node, nodes.Getattr) and node.node.attr in METHODS:
        return _applied(METHODS[node.node.attr], [_expression(node.node.node, depth)], node, depth)
    called = node.node.name if isinstance(node.node, nodes.Name) else getattr(node.node, "attr", "something")
    raise UnusableTemplateError(f"calls {called}, which is not understood")


def _applied(
    work: Callable[..., Any], given: list[Part], node: nodes.Filter | nodes.Call, depth: int
) -> Part:
    arguments = [*given, *[_expression(argument, depth) for argument in node.args]]
    named = {str(pair.key): _expression(pair.value, depth) for pair in node.kwargs}
    return lambda scope: work(
        *[argument(scope) for argument in arguments],
        **{name: value(scope) for name, value in named.items()},
    )


def _name_of(node: nodes.Node) -> str:
    return type(node).__name__.lower()


_ARITHMETIC: Mapping[type, Callable[[Any, Any], Any]] = {
    nodes.Add: lambda a, b: a + b,
    nodes.Sub: lambda a, b: a - b,
    nodes.Mul: lambda a, b: a * b,
    nodes.Div: lambda a, b: a / b,
    nodes.FloorDiv: lambda a, b: a // b,
    nodes.Mod: lambda a, b: a % b,
}
_EXPRESSIONS: Mapping[type, Callable[[Any, int], Part]] = {
    nodes.TemplateData: _text,
    nodes.Const: _constant,
    nodes.Name: _variable,
    nodes.Getattr: _attribute,
    nodes.Getitem: _subscript,
    nodes.List: _list,
    nodes.Tuple: _list,
    nodes.Dict: _dict,
    nodes.CondExpr: _either,
    nodes.And: _and,
    nodes.Or: _or,
    nodes.Not: _not,
    nodes.Neg: _negative,
    nodes.Add: _arithmetic,
    nodes.Sub: _arithmetic,
    nodes.Mul: _arithmetic,
    nodes.Div: _arithmetic,
    nodes.FloorDiv: _arithmetic,
    nodes.Mod: _arithmetic,
    nodes.Concat: _joined,
    nodes.Compare: _comparison,
    nodes.Test: _test,
    nodes.Filter: _filter,
    nodes.Call: _call,
}
