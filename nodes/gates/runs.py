"""The longest run of words that two texts share, in time that grows with their length alone."""

from collections.abc import Sequence


def longest_shared(pieces: Sequence[Sequence[str]], given: Sequence[Sequence[str]]) -> list[str]:
    """The longest run of words that stands in a piece and in one of the given texts.

    The pieces go into a suffix automaton, which the given texts are then read through: however
    often either repeats itself, no word is looked at more than a few times.
    """
    joined: list[str | None] = [word for piece in pieces for word in (*piece, None)]
    following, link, length = _automaton(joined)
    best, end = 0, (0, 0)
    for number, text in enumerate(given):
        state, run = 0, 0
        for at, word in enumerate(text):
            while state and word not in following[state]:
                state = link[state]
                run = length[state]
            if word in following[state]:
                state = following[state][word]
                run += 1
            if run > best:
                best, end = run, (number, at + 1)
    return list(given[end[0]][end[1] - best : end[1]]) if best else []


def _automaton(
    letters: Sequence[str | None],
) -> tuple[list[dict[str | None, int]], list[int], list[int]]:
    """A suffix automaton: for each state what follows, its suffix link and its longest length."""
    following: list[dict[str | None, int]] = [{}]
    link, length, last = [-1], [0], 0
    for letter in letters:
        new = len(following)
        following.append({})
        length.append(length[last] + 1)
        link.append(0)
        state = last
        while state != -1 and letter not in following[state]:
            following[state][letter] = new
            state = link[state]
        if state != -1:
            old = following[state][letter]
            if length[state] + 1 == length[old]:
                link[new] = old
            else:
                copy = len(following)
                following.append(dict(following[old]))
                length.append(length[state] + 1)
                link.append(link[old])
                while state != -1 and following[state].get(letter) == old:
                    following[state][letter] = copy
                    state = link[state]
                link[old] = link[new] = copy
        last = new
    return following, link, length
