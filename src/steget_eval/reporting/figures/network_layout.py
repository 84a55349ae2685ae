"""Where the actors of a network stand: the layout by springs in which the fewest boxes and ways meet."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from steget_eval.core.streams import stream

Point = tuple[float, float]

#: How far apart the middles of two boxes must be, as shares of a phone's picture, where there is least room.
_APART = (0.44, 0.13)
_TRIES = 60


def lay_out(actors: Sequence[str], ways: Sequence[tuple[str, str]], *, seed: int) -> dict[str, Point]:
    """Return where each actor stands, both coordinates from 0 to 1; the same seed gives the same picture.

    Layouts by springs (Fruchterman & Reingold 1991) from seeded starts, and one on a circle, are held against each
    other: first the boxes that meet or lie on a way between two others, then the ways that cross, then their length.
    """
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(actors)
    graph.add_edges_from(ways)
    starts = stream(seed, "network").integers(0, 2**31 - 1, size=_TRIES)
    tried = [nx.spring_layout(graph, seed=int(start), k=1.6, iterations=80) for start in starts]
    tried.append(nx.circular_layout(graph))
    edges = [(first, second) for first, second in graph.edges]
    placed = [_squared({name: (float(at[0]), float(at[1])) for name, at in one.items()}) for one in tried]
    return min(placed, key=lambda one: _cost(one, edges))


def _squared(at: Mapping[str, Point]) -> dict[str, Point]:
    """Stretch a layout so that it fills the square; rounded, so that a last bit moves nothing."""
    low = [min(point[axis] for point in at.values()) for axis in (0, 1)]
    wide = [max(max(point[axis] for point in at.values()) - low[axis], 1e-9) for axis in (0, 1)]
    return {
        name: (round((x - low[0]) / wide[0], 3), round((y - low[1]) / wide[1], 3)) for name, (x, y) in at.items()
    }  # fmt: skip


def _cost(at: Mapping[str, Point], edges: Sequence[tuple[str, str]]) -> tuple[int, int, float]:
    meet = sum(_too_close(at[one], at[other]) for one, other in itertools.combinations(at, 2))
    for first, second in edges:
        others = (name for name in at if name not in (first, second))
        meet += sum(_lies_on(at[name], at[first], at[second]) for name in others)
    crossing = sum(
        _cross(at[a], at[b], at[c], at[d])
        for (a, b), (c, d) in itertools.combinations(edges, 2)
        if len({a, b, c, d}) == 4
    )
    length = sum(abs(at[a][0] - at[b][0]) + abs(at[a][1] - at[b][1]) for a, b in edges)
    return meet, crossing, round(length, 6)


def _too_close(one: Point, other: Point) -> bool:
    return abs(one[0] - other[0]) < _APART[0] and abs(one[1] - other[1]) < _APART[1]


def _lies_on(point: Point, first: Point, second: Point) -> bool:
    """Tell whether a way runs through a third actor's box, looked at in steps along it."""
    steps = [step / 12 for step in range(13)]
    return any(
        abs(first[0] + t * (second[0] - first[0]) - point[0]) < _APART[0] / 2
        and abs(first[1] + t * (second[1] - first[1]) - point[1]) < _APART[1] / 2
        for t in steps
    )


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    def side(p: Point, q: Point, r: Point) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
