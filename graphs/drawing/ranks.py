"""Decide how far down everything stands: time runs downwards, and only a way back runs up."""

from __future__ import annotations

from collections.abc import Sequence

from .shapes import LOOP_WIDTH, Box, Item, Link, Path, Rows, join

LABEL_HEIGHT = 20.0


def rows_and_paths(
    boxes: Sequence[Box], links: Sequence[Link]
) -> tuple[Rows, list[Item], list[Path]]:
    """Turn boxes into items and every long, labelled or backward link into a chain of items."""
    index = {box.id: i for i, box in enumerate(boxes)}
    ends = [(index[link.source], index[link.target]) for link in links]
    back = back_edges(len(boxes), ends)
    ranks = longest_paths(len(boxes), [end for i, end in enumerate(ends) if i not in back])
    # The rank below which a link has its label, in a row of its own. Twin links need that too:
    # without a bend of their own they would be drawn on top of each other.
    gaps = {
        i: ranks[source] - (i in back)
        for i, (source, target) in enumerate(ends)
        if source != target and (links[i].label_width or (source, target) in ends[:i])
    }
    used = set(gaps.values())
    row_of = [rank + sum(gap < rank for gap in used) for rank in range(max(ranks, default=0) + 1)]
    nodes = [
        Item(row=row_of[rank], kind="box", width=box.width, height=box.height, group=box.group)
        for box, rank in zip(boxes, ranks, strict=True)
    ]
    paths = []
    for i, (source, target) in enumerate(ends):
        label_row = row_of[gaps[i]] + 1 if i in gaps else -1
        reach = ranks[target] - ranks[source]
        paths.append(new_path(i, links[i], (nodes[source], nodes[target]), label_row, reach))
    rows: Rows = [[] for _ in range(row_of[-1] + 1)]
    for item in [*nodes, *(item for path in paths for item in path.chain)]:
        rows[item.row].append(item)
    return rows, nodes, paths


def new_path(number: int, link: Link, ends: tuple[Item, Item], label_row: int, reach: int) -> Path:
    """Make and join the items one link needs in the rows it passes."""
    (source, target), loop, width = ends, reach <= 0, link.label_width
    upper, lower = (target, source) if loop else (source, target)
    sizes = range(len(upper.group), -1, -1)
    common = next(upper.group[:n] for n in sizes if upper.group[:n] == lower.group[:n])
    chain = []
    for row in range(upper.row, lower.row + 1) if loop else range(upper.row + 1, lower.row):
        box = upper if row == upper.row else lower if row == lower.row else None
        item = Item(row=row, kind="loop" if box else "bend", group=box.group if box else common)
        item.box, item.link, item.reach, item.side = box, number, abs(reach), int(loop)
        if source is target:
            item.width = LOOP_WIDTH + (width + 6 if width else 0)
        elif row == label_row:
            item.width, item.height = width, LABEL_HEIGHT
        chain.append(item)
    join(chain if loop else [source, *chain, target])
    label = next((item for item in chain if item.width), None) if width else None
    return Path(source=source, target=target, chain=chain, loop=loop, label=label)


def back_edges(count: int, ends: Sequence[tuple[int, int]]) -> set[int]:
    """Return the edges that lead back to a node still open in a depth-first search."""
    opened, closed, back = set[int](), set[int](), set[int]()

    def visit(node: int) -> None:
        opened.add(node)
        for edge, (source, target) in enumerate(ends):
            if source == node and target not in opened:
                visit(target)
            elif source == node and target not in closed:
                back.add(edge)
        closed.add(node)

    entered = {target for _, target in ends}
    for root in sorted(range(count), key=lambda node: (node != 0, node in entered)):
        if root not in opened:
            visit(root)
    return back


def longest_paths(count: int, ends: Sequence[tuple[int, int]]) -> list[int]:
    """Rank each node of an acyclic graph below everything that leads to it."""
    ranks = [0] * count
    for _ in range(count):
        for source, target in ends:
            ranks[target] = max(ranks[target], ranks[source] + 1)
    # A second source would otherwise float at the top, far from the only thing it leads to.
    entered = {target for _, target in ends}
    for node in range(1, count):
        below = [ranks[target] for source, target in ends if source == node]
        if below and node not in entered:
            ranks[node] = min(below) - 1
    return ranks
