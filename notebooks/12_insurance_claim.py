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
# # A claim whose papers contradict each other
#
# Three papers and a policy: a form, an e-mail and a police report about two stolen bicycles. Rules
# read them, without a key and without a network; a person decides, and nothing leaves before.

# %%
import tempfile
from pathlib import Path

import dalsegno
from dalsegno.graphs.library import sample

folder = Path(tempfile.mkdtemp())
policy = Path(sample("insurance_claim")["policy"])
papers = policy.parent / "contradictory"
print((papers / "police_report.txt").read_text())

# %%
dalsegno.compile("insurance_claim")

# %% [markdown]
# ## A run, up to the examiner
#
# Every fact has its file, line and sentence. Indicators say what does not fit together, and accuse
# nobody.

# %%
runtime = dalsegno.Runtime(f"sqlite:///{folder}/runs.db")
given = {"policy": str(policy), "as_of": "2026-04-21", "out": str(folder)}
run = runtime.start("insurance_claim", {**given, "papers": [str(papers)]})
review = run.reviews()[0]
print(review.node, review.args)
print(review.request["action_requests"][0]["description"])

# %% [markdown]
# ## The examiner rules, somebody approves the letter
#
# The proposal was to ask. The examiner takes the police's day and pays; the sum was calculated.

# %%
run = runtime.decide(
    review.id, {"type": "edit", "args": {"ruling": "pay", "amount": "705.00"}}, by="ana"
)
print(run.reviews()[0].args["letter"])

# %%
run = runtime.decide(run.reviews()[0].id, {"type": "approve"}, by="ben")
run.output["outcome"], run.output["payment"], [Path(each).name for each in run.output["artifacts"]]

# %% [markdown]
# ## The same papers again
#
# The ledger knows them, and holds one payment order for a claim, whoever approves a second one.

# %%
again = runtime.start(
    "insurance_claim", {**given, "papers": [str(papers)], "ledger": f"{folder}/claims.db"}
)
print([each["says"] for each in again.output["indicators"] if each["name"] == "claimed_before"])

# %% [markdown]
# ## A clear and small one
#
# It needs no examiner, and a person still approves the letter.

# %%
clear = runtime.start("insurance_claim", {**given, "papers": [str(policy.parent / "clean")]})
print(clear.reviews()[0].node)
print("\n".join(clear.output["assessment"]["calculation"]))
