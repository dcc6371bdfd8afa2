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
# # A lease, and what must not be missed
#
# A lease is read by rule: terms with page and sentence, key dates, the rent row by row. What is due
# soon goes to a person, whose decision makes the letter. No key and no network are needed.

# %%
import tempfile
from pathlib import Path

import dalsegno
from dalsegno.graphs.library import sample

folder = Path(tempfile.mkdtemp())
lease = Path(sample("lease_management")["documents"])
dalsegno.compile("lease_management")

# %% [markdown]
# ## The office, eight months before its lease ends

# %%
runtime = dalsegno.Runtime(f"sqlite:///{folder}/runs.db")
given = {"as_of": "2028-06-15", "horizon_days": 120, "out": str(folder)}
run = runtime.start("lease_management", {**given, "documents": [str(lease)]})
terms = run.output["terms"]
for name in ("landlord", "tenant", "premises", "start", "end", "law"):
    print(f"{name:<10}{terms[name]['value']}  (page {terms[name]['page']})")

# %%
for each in run.output["dates"]:
    print(f"{each['day']}  {each['name']:<16}{each['rule']}")

# %%
for row in run.output["schedule"][10:14]:
    print(row["due"], row["until"], row["amount"], row["currency"], row["note"])

# %% [markdown]
# ## The person decides
#
# Notice is still in time, renewing is not. The decision makes a letter, and that is looked at, too.

# %%
review = run.reviews()[0]
print(review.request["action_requests"][0]["description"])

# %%
run = runtime.decide(review.id, {"type": "edit", "args": {"action": "give_notice"}}, by="ana")
print(run.reviews()[0].args["letter"])

# %%
run = runtime.decide(run.reviews()[0].id, {"type": "approve"}, by="ana")
run.output["outcome"], [Path(each).name for each in run.output["artifacts"]]

# %% [markdown]
# ## Clauses that contradict each other
#
# The shop's lease says five years and names two days that are four years apart.

# %%
shop = runtime.start(
    "lease_management", {**given, "documents": [str(lease.parent / "shop_lease.txt")]}
)
for each in shop.output["findings"]:
    print(each["says"])
    print("   ", each["evidence"][0])

# %% [markdown]
# ## An amendment
#
# It is applied to the lease that the portfolio knows, and held against it.

# %%
amendment = str(lease.parent / "office_amendment.txt")
changed = runtime.start(
    "lease_management", {**given, "documents": [amendment], "portfolio": f"{folder}/leases.db"}
)
print(changed.output["terms"]["end"]["value"])
print([each["says"] for each in changed.output["findings"]])
