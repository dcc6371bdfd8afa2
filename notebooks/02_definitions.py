# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A workflow of your own, step by step
#
# A definition can be written in YAML or, as here, in Python: the same steps, the same meaning.
# Everything below runs without a key and without a network.

# %%
import tempfile
from typing import Literal

from pydantic import BaseModel

import dalsegno
from dalsegno.graphs.patterns import each, loop, parallel, review, route, sequence, step, workflow

# %% [markdown]
# ## Steps are functions
#
# A function's parameters name the fields that it reads. What it returns is written to the field
# named like the step, and has to be of the annotated type.


# %%
class Claim(BaseModel, frozen=True):
    kind: Literal["water", "fire", "theft"]
    amount: float


def read_claims(lines: list[str]) -> list[Claim]:
    found = (line.split() for line in lines)
    return [Claim(kind=kind, amount=float(amount)) for kind, amount in found]


def cover(item: Claim) -> float:
    return {"water": 0.8, "fire": 1.0, "theft": 0.5}[item.kind] * item.amount


def total(shares: list[float]) -> float:
    return round(sum(shares), 2)


def weigh(total: float) -> Literal["small", "large"]:
    return "large" if total > 1000 else "small"


# %% [markdown]
# ## A map, a route, a loop and a person


# %%
def check_limits(total: float) -> bool:
    return total < 100_000


def check_fraud(lines: list[str]) -> bool:
    return len(set(lines)) == len(lines)


def draft(total: float, weigh: str, round: int = 0) -> dict[str, object]:
    words = " ".join(["We are sorry to hear of your loss."] * (3 - round))
    return {"letter": f"{words} We pay {total:.2f}.", "round": round + 1}


def short_enough(letter: str) -> bool:
    return len(letter) < 80


def send(letter: str) -> str:
    return f"sent: {letter}"


letters = loop(
    "until_short",
    step(draft, writes={"letter": str, "round": int}),
    step(short_enough),
    until="short_enough",
    most=3,
)

claims = workflow(
    "claims",
    step(read_claims),
    each("shares", "read_claims", step(cover)),
    step(total),
    step(weigh),
    route(
        "by_size",
        on="weigh",
        cases={"large": parallel("checks", step(check_limits), step(check_fraud))},
        fallback=None,
    ),
    letters,
    review("final_approval", "letter"),
    step(send),
    owner="claims team",
    inputs={"lines": list[str]},
    outputs=["total", "weigh", "letter", "send"],
)

# %% [markdown]
# ## The graph
#
# It is LangGraph's own compiled graph. In a notebook it draws itself.

# %%
graph = dalsegno.compile(claims)
graph

# %% [markdown]
# ## What a wrong result does
#
# It stops at its own step, before anything is written, and says what to mend.


# %%
def careless(lines: list[str]) -> int:
    return "many"


wrong = workflow("wrong", step(careless), inputs={"lines": list[str]})
try:
    dalsegno.compile(wrong).invoke({"lines": []})
except dalsegno.DalsegnoError as error:
    print(error)

# %% [markdown]
# ## A run, up to the person

# %%
runtime = dalsegno.Runtime(f"sqlite:///{tempfile.mkdtemp()}/runs.db", workflows=[claims])
run = runtime.start(claims, {"lines": ["water 900", "theft 700", "fire 250"]})
print(run.status)
for one in run.trace:
    print(f"{one.node:<16}{one.outcome}")

# %%
ticket = run.reviews()[0]
print(ticket.args)

# %% [markdown]
# The person shortens the letter; the run goes on with what was edited.

# %%
run = runtime.decide(
    ticket.id,
    {"type": "edit", "args": {"letter": "We pay 1320.00."}},
    by="ana",
)
print(run.status)
run.output

# %%
assert run.status == "completed"
assert run.output["send"] == "sent: We pay 1320.00."
