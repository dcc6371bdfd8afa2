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
# # A question in, an answer that can be looked up out
#
# An answer is made of sentences, and each one rests on a passage that says so. What no passage
# bears out is not said; what is not sure goes to a person; what the texts do not say is "not
# found". Here the passages answer in their own words: without a model that writes, there is
# nobody who could put it better.

# %%
import tempfile
from pathlib import Path

import dalsegno
from dalsegno.graphs.library import sample

handbook = sample("adaptive_answering")["knowledge"]  # five papers of a bicycle rental
print(*sorted(path.name for path in Path(handbook).iterdir()))

# %%
dalsegno.compile("adaptive_answering")

# %%
runtime = dalsegno.Runtime(f"sqlite:///{tempfile.mkdtemp()}/runs.db")


def ask(question, **knowledge):
    return runtime.start("adaptive_answering", {"question": question, **knowledge})


def show(run):
    out = run.output
    print(f"{out['outcome']} ({out['kind']}, confidence {out['confidence']})\n{out['answer']}")
    for cited in out["citations"]:
        page = f", p. {cited['page']}" if cited["page"] else ""
        print(f"  [{cited['number']}] {cited['source']}{page}, {cited['heading']}: {cited['quote']}")


show(ask("How much is the deposit for a city bicycle?", knowledge=handbook))

# %% [markdown]
# ## Three kinds of answers
#
# The form of a question tells what it wants: one fact, reasons, or two things side by side.

# %%
show(ask("Why are brake pads changed at 2 mm?", knowledge=handbook))
show(ask("What is the difference between disc brakes and rim brakes?", knowledge=handbook))

# %% [markdown]
# ## Nothing is guessed
#
# One of the five papers holds an order to its reader. It is data like the rest, so it is left out.

# %%
run = ask("Who was the emperor of Ethiopia?", knowledge=handbook)
print(run.output["outcome"], "|", run.output["notes"][-1])
run = ask("How much is the deposit for a cargo bicycle?", knowledge=handbook)
print(next(note for note in run.output["notes"] if "order" in note))

# %% [markdown]
# ## When it is not sure, a person decides
#
# "Money" is not the handbook's word. The passage is the right one, but that is for somebody to say
# who understands both.

# %%
run = runtime.start("adaptive_answering", sample("adaptive_answering"))
review = run.reviews()[0]
print(run.status, "|", review.args["answer"])
print(*run.output["check"]["reasons"], sep="\n")

# %%
asked = {"type": "respond", "message": "How many guests does a tour need to take place?"}
run = runtime.decide(review.id, asked, by="ana")
print(run.output["exchanges"][0]["answer"])

# %%
edit = {"type": "edit", "args": {"answer": "All of it up to two days before, then half of it. [1]"}}
show(runtime.decide(run.reviews()[0].id, edit, by="ana"))

# %% [markdown]
# ## Can its confidence be believed?
#
# Left to itself it answers from this package's own manual. Of answers that are given with 0.8, about
# 80% should be right: `calibration` measures that. A few questions show how; `tests/` has forty.

# %%
from dalsegno.nodes.calibration import calibration

questions = {
    "How many commits does one journaled call cost?": "two commits",
    "Which command takes over runs that nobody drives?": "worker",
    "Which Python version do I need to install it?": "3.11",
    "How long does a definition of 3,000 steps take to load?": "1.7 s",
    "Which operating systems does it run on?": "Linux",
    "What does dalsegno doctor do?": "every thread",
}
pairs = []
for question, right in questions.items():
    out = ask(question).output
    if out["answer"]:
        said = " ".join(cited["quote"] for cited in out["citations"])
        pairs.append((out["confidence"], right in said))
print(calibration(pairs, bins=5).table())

# %% [markdown]
# With a language model, `model="openai:gpt-5-mini"` and perhaps `strong="openai:gpt-5"`, the same
# definition answers in its own words. The passages, the check and the person stay.
