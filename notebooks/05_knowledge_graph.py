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
# # Documents in, a graph of who and what out
#
# A folder of papers becomes a graph: people, companies, places, and how they are related. Every
# relation has the sentence that states it, with file and line. Nothing here needs a key or a
# network: rules read the sentences. They know few wordings and get those right.

# %%
import tempfile
from pathlib import Path

import dalsegno
from dalsegno.graphs.catalog.knowledge_graph.query import Knowledge
from dalsegno.graphs.library import sample

inputs = sample("knowledge_graph")
folder = Path(tempfile.mkdtemp())
print((Path(inputs["source"]) / "2-press.md").read_text())

# %%
dalsegno.compile("knowledge_graph")

# %% [markdown]
# ## A run, up to the person
#
# "Norderhavn Shipyards" and "Norderhaven Shipyards AG" are surely one. Is "Okafor" in an e-mail the
# "Maren Okafor" of the newspaper? That, a person says.

# %%
runtime = dalsegno.Runtime(f"sqlite:///{folder}/runs.db")
run = runtime.start("knowledge_graph", {**inputs, "out": str(folder)})
review = run.reviews()[0]
for doubt in review.args["doubts"]:
    print(f"{doubt['other']!r} = {doubt['name']!r}?  proposed: {doubt['same']}  ({doubt['why']})")
    print("   ", doubt["other_stands_in"])

# %% [markdown]
# ## The decision
#
# Both are one.

# %%
doubts = [{**doubt, "same": True} for doubt in review.args["doubts"]]
run = runtime.decide(review.id, {"type": "edit", "args": {"doubts": doubts}}, by="ana")
print(run.output["outcome"])
for relation in run.output["relations"]:
    print(relation)

# %% [markdown]
# One paper ordered its reader to write that Lumen Capital owns the shipyard, and two papers
# disagree about a year.

# %%
for note in run.output["notes"]:
    print("-", note)

# %% [markdown]
# ## Asking the graph
#
# It is in two files: GraphML for other tools, JSON for this one.

# %%
graph = Knowledge.read(folder / "knowledge.json")
for edge in graph.between("Maren Okafor", "Piet Brouwer"):
    print(edge)

# %%
print(graph.neighbours("Tidewerk"))
print(*graph.ask("Who acquired Tidewerk?").edges)

# %%
try:
    graph.about("Ingrid Solvag")
except dalsegno.DalsegnoError as error:
    print(error)

# %% [markdown]
# All of NetworkX is there, too.

# %%
network = graph.networkx()
sorted(network.degree, key=lambda pair: -pair[1])[:3]

# %%
runtime.close()
