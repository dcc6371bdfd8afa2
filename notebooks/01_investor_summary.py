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
# # An annual report in, a reviewed investor summary out
#
# This runs without a key and without a network: the embedded extractor `offline:extract` reads
# the report. It is no language model. It finds what the text states, says where, and leaves out
# what is not there.

# %%
import tempfile
from pathlib import Path

import dalsegno
from dalsegno.graphs.library import sample

report = sample("investor_summary")["document"]
folder = Path(tempfile.mkdtemp())

# %% [markdown]
# ## The graph
#
# `compile` gives LangGraph's own compiled graph. In a notebook it draws itself, offline.

# %%
graph = dalsegno.compile("investor_summary")
graph

# %% [markdown]
# ## A run, up to the person
#
# The runtime keeps runs, reviews and checkpoints in one SQLite file.

# %%
runtime = dalsegno.Runtime(f"sqlite:///{folder}/runs.db")
run = runtime.start("investor_summary", {"document": str(report)})
run.status

# %%
for name, figure in run.output["figures"].items():
    print(f"{name:<20}{figure['value']:>10} {figure['scale'] or '%':<10}p. {figure['page']}  "
          f"confidence {figure['confidence']:.2f}  {figure['evidence']}")

# %% [markdown]
# The run is paused and on disk. Nothing of it lives in this process only, so it could end here
# and go on next week.

# %%
review = run.reviews()[0]
print(review.id, "may be answered with", review.allowed)
print(review.args["summary"])

# %% [markdown]
# ## A question first
#
# It is answered from the report, and the review is put again.

# %%
run = runtime.decide(
    review.id, {"type": "respond", "message": "How large is the order backlog?"}, by="ana"
)
exchange = run.output["questions"][0]
print(f"{exchange['answer']} (p. {exchange['page']})")

# %% [markdown]
# ## Another process decides
#
# A second runtime on the same file stands for another process, another day.

# %%
runtime.close()
later = dalsegno.Runtime(f"sqlite:///{folder}/runs.db")
waiting = later.reviews()[0]
run = later.decide(waiting.id, {"type": "approve"}, by="ben")
run.status, run.output["outcome"]

# %%
for path in run.artifacts:
    print(Path(path).name, Path(path).stat().st_size, "bytes")

# %% [markdown]
# A second click changes nothing; it is told who was first.

# %%
try:
    later.decide(waiting.id, {"type": "reject", "message": "too late"}, by="cy")
except dalsegno.DalsegnoError as error:
    print(error)

# %% [markdown]
# ## The same graph, the plain LangGraph way
#
# Any checkpointer will do; the pause is LangGraph's `interrupt`.

# %%
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

graph = dalsegno.compile("investor_summary", checkpointer=InMemorySaver())
config = {"configurable": {"thread_id": "notebook"}}
paused = graph.invoke({"document": str(report), "out": str(folder)}, config)
paused["__interrupt__"][0].value["action_requests"][0]["name"]

# %%
graph.invoke(Command(resume={"decisions": [{"type": "approve"}]}), config)["outcome"]
