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
# # Questions to a document, remembered
#
# A contract is asked several times. Each question gets only the passages that bear on it, each
# answer has its page and its sentences, and the thread remembers. This runs without a key: the
# answers are sentences of the document, and a person looks at what is not sure.

# %%
import tempfile

import dalsegno
from dalsegno.graphs.library import sample

inputs = sample("document_analysis")
folder = tempfile.mkdtemp()
inputs["questions"]

# %%
dalsegno.compile("document_analysis")

# %% [markdown]
# ## The first questions
#
# The contract says two different things about its end, so the run stops for a person.

# %%
runtime = dalsegno.Runtime(f"sqlite:///{folder}/runs.db")
run = runtime.start("document_analysis", inputs, thread="warehouse")
review = run.reviews()[0]
for doubt in review.args["to_check"]:
    print(doubt["question"], doubt["answer"], f"({doubt['stands']})", doubt["why"], sep="\n  ")

# %%
right = {**doubt, "answer": "On 31 January 2028. Annex A says 30 April, by mistake."}
run = runtime.decide(review.id, {"type": "edit", "args": {"to_check": [right]}}, by="ana")
print(run.output["summary"])

# %% [markdown]
# ## What the answers were made from
#
# Tokens given, and tokens of passing the whole contract with every question.

# %%
for context in run.output["contexts"]:
    print(f"{context['tokens']:>4} of {context['of']} tokens, pages {context['pages']}: "
          f"{context['question']}")
run.output["tokens"]

# %% [markdown]
# ## The next day, on the same thread
#
# What was asked before is answered from memory; what is new is added to it. A list found by its
# wording is never sure, so a person sees it first.

# %%
run = runtime.start(
    "document_analysis",
    {**inputs, "questions": ["When does the agreement end?"], "aspects": ["parties"]},
    thread="warehouse",
)
review = run.reviews()[0]
print(review.args["to_check"][0]["why"])
run = runtime.decide(review.id, {"type": "approve"}, by="ana")
for answer in run.output["answers"]:
    print("-", answer)

# %%
print(run.output["summary"])
print(run.output["notes"])

# %%
runtime.close()
