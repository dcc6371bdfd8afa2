"""What the answer may rest on: the sender's own account, and the passages of the policies."""

import re
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from langgraph.runtime import Runtime

from ....nodes.documents.files import files_in
from ....nodes.shelf import Passage, Shelf
from ....nodes.stocking import stock
from ....state.context import RunContext
from ...calling import call
from . import accounts, wording
from .database import made_accounts
from .home import home
from .schema import Account, Quote, State

_LOOKED_AT, _SHOWN = 12, 3
#: What is not looked for: numbers of orders, and words that stand in any question.
_FILLER = re.compile(
    r"\d{3,}|\b(?:until|when|where|which|does|long|takes?|much|many|have|get|going|hello|hi|dear"
    r"|thanks?|thank you|please|tell|want|like|need|orders?|number|still|back|something|anything"
    r"|possible|know|now|today|just|also|item|one)\b",
    re.I,
)
#: What a heading on it, and a like wording, count beside what a passage covers when ranked.
_TITLE, _WORDING = 0.2, 0.1


def accounts_path(state: State, runtime: Runtime[RunContext]) -> str:
    """The accounts' file; the sample's is made where none was named."""
    return state.accounts or str(made_accounts(home(runtime) / "accounts.db"))


def find_account(state: State, runtime: Runtime[RunContext]) -> Account:
    """What the sender may be told, as it stands now; a resumed run sees the same."""
    received = state.received
    assert received is not None  # the steps before wrote it
    args = {
        "path": accounts_path(state, runtime),
        "sender": state.sender,
        "orders": received.orders,
        "named": received.named,
        "text": state.text,
    }
    return call("look up", accounts.look_up, args, "pure")


def find_policies(state: State, runtime: Runtime[RunContext]) -> list[Quote]:
    """For each question the passages of the policies that bear on it, best first."""
    received, account = state.received, state.account
    assert received and account  # the steps before wrote them
    folder, shelf = policies_path(state, runtime)
    items = sorted(
        {word for each in account.orders for word in re.findall(r"[a-z]{3,}", each.item)}
    )
    args = {"folder": folder, "shelf": shelf, "asks": list(received.asks), "items": items}
    return call("policies", quotes_from, args, "idempotent")


def policies_path(state: State, runtime: Runtime[RunContext]) -> tuple[str, str]:
    """The folder of the policies, and the shelf that is made of it."""
    folder = state.policies or str(files(__package__).joinpath("samples", "policies"))
    name = sha256(folder.encode()).hexdigest()[:8]
    return folder, str(home(runtime) / f"policies-{name}.db")


def quotes_from(folder: str, shelf: str, asks: list[str], items: list[str]) -> list[Quote]:
    """The passages for each question, from a shelf that is brought up to date first."""
    opened = Shelf(shelf)
    try:
        for fault in stock(opened, files_in(Path(folder))):
            raise fault
        return [quote for ask in asks for quote in _for(ask, items, opened)]
    finally:
        opened.close()


def _for(ask: str, items: list[str], shelf: Shelf) -> list[Quote]:
    """The passages that say what the question turns on; of equals, the one worded like it.

    What the customer ordered need not stand in the passage: a rule holds for every lamp.
    """
    category, _ = wording.category_of(ask)
    stems = wording.stems(ask, category)
    worded = _scores(shelf, ask)
    plain = _FILLER.sub(" ", ask)
    covered = _scores(shelf, plain)
    named = re.compile(rf"\b(?:{'|'.join(map(re.escape, items)) or '(?!)'})s?\b", re.I)
    for passage, score in _scores(shelf, named.sub(" ", plain)).items():
        covered[passage] = max(score, covered.get(passage, 0.0))
    found = []
    for passage, score in covered.items():
        titled = any(stem in passage.heading.lower() for stem in stems)
        if titled or any(stem in passage.text.lower() for stem in stems):
            likely = round(score + _WORDING * worded.get(passage, 0.0), 2)
            found.append((titled, likely, passage))
    ranked = sorted(found, key=lambda one: -one[1] - _TITLE * one[0])[:_SHOWN]
    return [
        Quote(source=p.source, heading=p.heading, text=p.text, ask=ask, score=min(1.0, score))
        for _, score, p in ranked
    ]


def _scores(shelf: Shelf, question: str) -> dict[Passage, float]:
    return {each.passage: each.score for each in shelf.search(question, limit=_LOOKED_AT)}
