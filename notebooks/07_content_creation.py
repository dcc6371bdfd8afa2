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
# # A brief and source notes in, an article out, if somebody can write
#
# A researcher takes notes, a writer drafts, a reviewer sends it back at most twice, an editor
# finishes. Each has a limit of tokens and two gates. Without a model nobody here can write, and
# the workflow says so: it hands over notes, in order, each with the line it was quoted from.

# %%
import json
import tempfile
from pathlib import Path

import dalsegno
from dalsegno.graphs.library import sample

brief = sample("content_creation")["brief"]
folder = Path(tempfile.mkdtemp())
print(Path(brief).read_text())

# %% [markdown]
# ## The graph

# %%
graph = dalsegno.compile("content_creation")
graph

# %% [markdown]
# ## The notes, and the first person
#
# One source is a blog that the brief does not trust: it was read and not quoted.

# %%
runtime = dalsegno.Runtime(f"sqlite:///{folder}/runs.db")
run = runtime.start("content_creation", {"brief": brief, "out": str(folder)})
print(run.reviews()[0].node)
for note in run.output["findings"][:3]:
    print(f"{note['source']}, {note['place']}: {note['quote']}")
print(run.output["notes"][-1])

# %% [markdown]
# What the researcher was given, under its limit, and what it was not:

# %%
print(json.dumps(run.output["contexts"][0], indent=1))

# %% [markdown]
# ## Nobody writes here
#
# The extractor's notes are no article: the overlap gate would refuse them, and the person is told.

# %%
run = runtime.decide(run.reviews()[0].id, {"type": "approve"}, by="ana")
review = run.reviews()[0]
print(review.node)
print(review.request["action_requests"][0]["description"])
print(review.args["dossier"])

# %% [markdown]
# ## So Ana writes
#
# What she writes is measured like anybody's text. She got a number wrong.

# %%
article = """# Quiet nights at berth 4

## What shore power does

With the cable in, a ferry is hardly heard in the houses: 34 decibels, where it was 54.
"""
run = runtime.decide(review.id, {"type": "edit", "args": {"article": article}}, by="ana")
print(run.reviews()[0].node)
for check in run.output["checks"]:
    print("-", check)

# %% [markdown]
# The last word is a person's. Ben corrects the number; the rest may be short, he finds.

# %%
better = article.replace("34", "43")
run = runtime.decide(run.reviews()[0].id, {"type": "edit", "args": {"article": better}}, by="ben")
print(run.output["outcome"], [Path(path).name for path in run.artifacts])
print([check for check in run.output["checks"] if "source" in check])

# %% [markdown]
# With `model="openai:gpt-5"` or any other that writes, the same definition runs researcher,
# writer, reviewer and editor, and stops at the same two checkpoints.

# %%
runtime.close()
