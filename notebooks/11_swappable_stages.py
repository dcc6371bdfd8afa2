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
# # Three stages, and whoever stands in them
#
# A document's text is extracted, something chooses what matters in it, and something makes a file
# of that. Which implementation does each is one input; a new one is one line.

# %%
import tempfile
from html import escape
from pathlib import Path

import dalsegno
from dalsegno.graphs.catalog.swappable_stages.definition import GENERATE, pipeline
from dalsegno.graphs.catalog.swappable_stages.schema import Digest, Made
from dalsegno.graphs.library import sample
from dalsegno.graphs.patterns import step

document = sample("swappable_stages")["document"]
folder = Path(tempfile.mkdtemp())
runtime = dalsegno.Runtime(f"sqlite:///{folder}/runs.db")
dalsegno.compile("swappable_stages")

# %% [markdown]
# ## Without any model
#
# By default the middle stage is `ranking`: the sentences that most others speak of too.

# %%
run = runtime.start("swappable_stages", {"document": document, "out": str(folder)})
for point in run.output["digest"]["summary"]:
    print(f"p. {point['page']}  {point['text']}")

# %% [markdown]
# ## Another model stage, another generation
#
# `agent` asks the run's model; without `--model` that is the embedded extractor, which quotes.

# %%
other = runtime.start(
    "swappable_stages", {"document": document, "model": "agent", "generate": "pdf"}
)
for point in other.output["digest"]["summary"]:
    print(f"p. {point['page']}  {point['text']}")
print(other.output["notes"])
print(Path(other.artifacts[0]).name, Path(other.artifacts[0]).stat().st_size, "bytes")

# %% [markdown]
# A name that is not there is refused before anything runs.

# %%
try:
    runtime.start("swappable_stages", {"document": document, "generate": "pfd"})
except dalsegno.DalsegnoError as error:
    print(error)

# %% [markdown]
# ## One more implementation
#
# No step that is there already is touched.


# %%
def html(digest: Digest) -> Made:
    items = "".join(f"<li>{escape(each.text)}</li>" for each in digest.summary)
    return Made.of(".html", f"<ul>{items}</ul>".encode())


mine = pipeline(generate={**GENERATE, "html": step(html, writes={"made": Made})})
run = runtime.start(mine, {"document": document, "generate": "html", "out": str(folder)})
run.status

# %% [markdown]
# ## A person approves what was generated
#
# What is edited is made anew and shown again, so that only what somebody saw is delivered.

# %%
review = run.reviews()[0]
points = review.args["digest"]["summary"][:2]
run = runtime.decide(review.id, {"type": "edit", "args": {"digest": {"summary": points}}}, by="ana")
run.status

# %%
run = runtime.decide(run.reviews()[0].id, {"type": "approve"}, by="ana")
print(run.output["outcome"])
print(Path(run.artifacts[0]).read_text())
