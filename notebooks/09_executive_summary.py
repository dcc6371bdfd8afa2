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
# # A document in, a summary for somebody who has one minute
#
# How urgent is it? That decides what the summary leads with and how long it may be. Without a
# model it is put together from the document's own sentences.

# %%
import email
import tempfile
from email import policy
from pathlib import Path

import dalsegno
from dalsegno.graphs.library import sample

inputs = sample("executive_summary")
folder = Path(tempfile.mkdtemp())
samples = Path(inputs["document"]).parent

# %% [markdown]
# ## The graph

# %%
graph = dalsegno.compile("executive_summary")
graph

# %% [markdown]
# ## An urgent one
#
# The compressor of a cold store has failed, and somebody must decide within days.

# %%
runtime = dalsegno.Runtime(f"sqlite:///{folder}/runs.db")
run = runtime.start("executive_summary", {**inputs, "out": str(folder)})
print(run.output["urgency"]["level"], *run.output["urgency"]["reasons"], sep="\n  ")

# %%
print(run.output["subject"], run.output["summary"], sep="\n\n")

# %% [markdown]
# Every statistic is kept with its number as printed, and its sentence.

# %%
for each in run.output["statistics"]:
    print(f"{each['id']}  {each['number']:<16}{each['sentence']}")

# %% [markdown]
# ## A person decides, then it goes to the outbox

# %%
run = runtime.decide(run.reviews()[0].id, {"type": "approve"}, by="ana")
message = email.message_from_bytes(Path(run.artifacts[0]).read_bytes(), policy=policy.default)
print(message["To"], message["Subject"], sep="\n")

# %% [markdown]
# ## For information only
#
# Another document asks nothing of anybody.

# %%
run = runtime.start("executive_summary", {"document": str(samples / "market_note.txt")})
print(run.output["urgency"]["level"], *run.output["urgency"]["reasons"], sep="\n  ")
print(run.output["summary"].split("\n\n")[0])

# %% [markdown]
# ## Too little to go on
#
# It never pads. With fewer than three statistics or risks it says so and asks.

# %%
run = runtime.start("executive_summary", {"document": str(samples / "minutes.eml")})
print(run.reviews()[0].node)
print(run.output["shortfall"])
run = runtime.decide(run.reviews()[0].id, {"type": "reject", "message": "Never mind."}, by="ana")
print(run.output["outcome"])
runtime.close()
