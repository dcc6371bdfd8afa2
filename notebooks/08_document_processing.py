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
# # A folder of papers in, rows of a database out
#
# Invoices, a contract, letters, a receipt, a form that was scanned, and what else lies in an
# inbox. Rules read what they can prove, here without a model; what is in doubt waits for a person,
# and nothing else waits with it.

# %%
import sqlite3
import tempfile
from pathlib import Path

import dalsegno
from dalsegno.graphs.library import sample

inbox = sample("document_processing")["folder"]
place = Path(tempfile.mkdtemp())
database = f"{place}/papers.db"
sorted(path.name for path in Path(inbox).iterdir())

# %%
dalsegno.compile("document_processing")

# %% [markdown]
# ## As far as it goes by itself
#
# Batches of ten, five of them at once. Each batch is one transaction.

# %%
runtime = dalsegno.Runtime(f"sqlite:///{place}/runs.db")
given = {"folder": inbox, "database": database, "out": str(place)}
run = runtime.start("document_processing", given)
run.status


# %%
def rows(query):
    with sqlite3.connect(database) as opened:
        return opened.execute(query).fetchall()


rows("SELECT supplier, number, date, total, currency FROM invoice")

# %% [markdown]
# ## What a person is asked
#
# Every review says why, and where to look.


# %%
def told(review):
    return review.request["action_requests"][0]["description"]


for review in run.reviews():
    print(*told(review).splitlines()[:2], sep="\n  ")

# %% [markdown]
# "03/04/2026" may be in March or in April. Somebody who knows says so; the correction is checked
# like everything else, and that paper is stored at once.


# %%
def about(file):
    return next(each for each in run.reviews() if told(each).startswith(f"{file} ("))


edit = {"type": "edit", "args": {"values": {"date": "2026-04-03"}}}
run = runtime.decide(about("invoice-ambiguous-date.txt").id, edit, by="ana")
rows("SELECT number, date, total FROM invoice WHERE number = 'CS-5512'")

# %% [markdown]
# An invoice that gives orders to its reader was read as what it is. Ana leaves it out, with the
# others that she does not like; the scanned form she has compared with the original.

# %%
run = runtime.decide(about("form-site-access.txt").id, {"type": "approve"}, by="ana")
while run.reviews():
    no = {"type": "reject", "message": "Ask the sender."}
    run = runtime.decide(run.reviews()[0].id, no, by="ana")
run.status, run.output["outcome"]

# %%
print(Path(run.artifacts[0]).read_text())

# %% [markdown]
# ## Once, and whole
#
# The same folder again changes nothing: each file is known by its digest.

# %%
before = rows("SELECT * FROM document")
again = runtime.start("document_processing", given)
rows("SELECT * FROM document") == before

# %% [markdown]
# And a batch of which the database refuses one row is not stored by half. Somebody sets a limit on
# what may be booked; of two new invoices one is above it, and neither is stored.

# %%
with sqlite3.connect(database) as opened:
    opened.execute(
        "CREATE TRIGGER budget BEFORE INSERT ON invoice WHEN CAST(NEW.total AS REAL) > 5000 "
        "BEGIN SELECT RAISE(ABORT, 'over the budget of 5000'); END"
    )
new = Path(place, "new")
new.mkdir()
for number, total in (("R-1", "80.00"), ("R-2", "9,600.00")):
    (new / f"{number}.txt").write_text(
        f"Rowan Paper Ltd\nBill to: Northgate Timber Ltd\n\nINVOICE\nInvoice number: {number}\n"
        f"Invoice date: 1 April 2026\nTotal: GBP {total}\n"
    )
run = runtime.start("document_processing", {**given, "folder": str(new)})
for result in run.output["results"]:
    print(result["file"], result["standing"], "-", result["reason"])
rows("SELECT count(*) FROM invoice WHERE supplier = 'Rowan Paper Ltd'")
