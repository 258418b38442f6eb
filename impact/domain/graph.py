"""What needs what, compiled for one pass from the leaves up (spec impact 3.7, 3.8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from impact.domain.groups import Group

Shape = Mapping[str, tuple[Group, ...]]


@dataclass(frozen=True, slots=True)
class Graph:
    """A shape with its order of solving.

    `components` come children first; nodes that need each other in a circle share one.
    `level` is the longest way down to a leaf, counted in components.
    """

    shape: Shape
    parents: Mapping[str, tuple[str, ...]]
    components: tuple[tuple[str, ...], ...]
    component_of: Mapping[str, int]
    level: tuple[int, ...]

    def is_cyclic(self, component: int) -> bool:
        nodes = self.components[component]
        return len(nodes) > 1 or nodes[0] in children(self.shape, nodes[0])

    @property
    def cycles(self) -> list[list[str]]:
        """The nodes of each circle."""
        return [sorted(nodes) for n, nodes in enumerate(self.components) if self.is_cyclic(n)]


def compiled(shape: Shape) -> Graph:
    """Every child must be a node of the shape; else KeyError."""
    parents: dict[str, list[str]] = {node: [] for node in shape}
    for node in shape:
        for child in dict.fromkeys(children(shape, node)):
            parents[child].append(node)
    components = _components(shape)
    component_of = {node: n for n, nodes in enumerate(components) for node in nodes}
    level: list[int] = []
    for n, nodes in enumerate(components):
        below = {component_of[child] for node in nodes for child in children(shape, node)}
        level.append(max((level[other] + 1 for other in below if other != n), default=0))
    return Graph(
        shape=shape,
        parents={node: tuple(above) for node, above in parents.items()},
        components=tuple(components),
        component_of=component_of,
        level=tuple(level),
    )


def children(shape: Shape, node: str) -> list[str]:
    return [edge.child for group in shape[node] for edge in group.edges]


def path(needs: Mapping[str, Iterable[str]], start: str, goal: str) -> list[str] | None:
    """The shortest way down from `start` to `goal`, both included; None when there is none."""
    came_from: dict[str, str | None] = {start: None}
    frontier = [start]
    while frontier and goal not in came_from:
        reached: list[str] = []
        for node in frontier:
            for child in needs.get(node, ()):
                if child not in came_from:
                    came_from[child] = node
                    reached.append(child)
        frontier = reached
    if goal not in came_from:
        return None
    steps: list[str] = []
    step: str | None = goal
    while step is not None:
        steps.append(step)
        step = came_from[step]
    return steps[::-1]


def _components(shape: Shape) -> list[tuple[str, ...]]:
    """Strongly connected components, children first (Tarjan 1972, without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    open_nodes: list[str] = []
    is_open: set[str] = set()
    found: list[tuple[str, ...]] = []
    for root in shape:
        if root in index:
            continue
        work = [(root, iter(children(shape, root)))]
        index[root] = low[root] = len(index)
        open_nodes.append(root)
        is_open.add(root)
        while work:
            node, rest = work[-1]
            child = next(rest, None)
            if child is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    found.append(_closed(node, open_nodes, is_open))
            elif child not in index:
                index[child] = low[child] = len(index)
                open_nodes.append(child)
                is_open.add(child)
                work.append((child, iter(children(shape, child))))
            elif child in is_open:
                low[node] = min(low[node], index[child])
    return found


def _closed(root: str, open_nodes: list[str], is_open: set[str]) -> tuple[str, ...]:
    start = open_nodes.index(root)
    nodes = tuple(open_nodes[start:])
    del open_nodes[start:]
    is_open.difference_update(nodes)
    return nodes
