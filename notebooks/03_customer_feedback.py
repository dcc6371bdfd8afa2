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
# # A table of feedback in, a plan and reviewed escalations out
#
# This runs without a key and without a network. Sentiment is then told by rules: a list of words,
# the rating, and whether the two agree. With a model (`model="openai:gpt-5-mini"`) each item is
# read by it, and the rules stay as the second witness.

# %%
import tempfile
from pathlib import Path

import dalsegno
from dalsegno.graphs.library import sample

folder = Path(tempfile.mkdtemp())
dalsegno.compile("customer_feedback")

# %%
runtime = dalsegno.Runtime(f"sqlite:///{folder}/runs.db")
run = runtime.start("customer_feedback", {**sample("customer_feedback"), "out": str(folder)})
run.status

# %% [markdown]
# ## Each item, with how sure that is
#
# What makes a reading doubtful is said beside it: irony, another language, a rating that says the
# opposite, a customer who gives orders to the reader.

# %%
for item in run.output["items"]:
    feeling = item["sentiment"] or "not readable"
    print(
        f"{item['id']}  {feeling:<13}{item['confidence']:.2f}  {item['priority']:<7}"
        f"{', '.join(item['topics']):<18}{' '.join(item['doubts'])}"
    )

# %% [markdown]
# ## What waits for a person
#
# The plan is a text, so that the reviewer can write into it what only a person knows. Nothing has
# left yet.

# %%
review = run.reviews()[0]
print(review.args["action_plan"][:420], "…")
[(letter["id"], letter["subject"]) for letter in review.args["escalations"]]

# %% [markdown]
# A question is answered with the items themselves.

# %%
run = runtime.decide(review.id, {"type": "respond", "message": "Who wrote of the lamp?"}, by="ana")
print(run.output["questions"][0]["answer"])

# %% [markdown]
# ## The decision, and what leaves
#
# An escalation's id is made of the item, so it is the same in every run and after a crash.

# %%
run = runtime.decide(run.reviews()[0].id, {"type": "approve"}, by="ana")
for path in run.artifacts:
    print(Path(path).relative_to(folder))

# %%
print(Path(run.artifacts[0]).read_text())
