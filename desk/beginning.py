"""A first definition to change: small, commented, and runnable before anything is changed."""

import re
from pathlib import Path

from ..state.errors import InputError, ResourceError
from .terminal import command, print_json, say

_TEMPLATE = """\
# {name}: sorts a message, looks up what was asked, and lets a person decide.
#
#   dalsegno run {name}.yaml "Our invoice is wrong: we were charged twice."
#   dalsegno graph {name}.yaml --out {name}.svg
#
# What agents read here, the embedded extractor can read: no key, no network. It finds what a
# text states and writes nothing of its own; for that, name a model: --model openai:gpt-5-mini

workflow_definition:
  name: {name}
  version: "1"
  description: A message is sorted, looked into and reviewed.

# What a run is started with. A type alone will do: "message: str".
inputs:
  message: {{type: str, description: What the customer wrote.}}

# Types of your own. Others: int, float, bool, date, list[str], dict[str, any], "str | None".
schemas:
  Ticket:
    topic: literal[billing, technical, unclear]
    urgency: literal[high, low] | None

agents:
  - name: reader
    specialization: Reads what customers write.

# Steps run one after another. Each writes fields, and later steps read them by name.
workflow_steps:
  - step: sort
    agent: reader
    task: Sort the message.
    writes: {{ticket: Ticket}}

  # One way of several, by the value of a field. Only its own steps run.
  - step: look_up
    route:
      on: ticket.topic
      cases:
        billing:
          step: about_billing
          agent: reader
          reads: [message]
          task: What is wrong with the invoice or the payment?
          writes: {{problem: str | None}}
        technical:
          step: about_technical
          agent: reader
          reads: [message]
          task: What crashes or fails?
          writes: {{problem: str | None}}
      fallback: null    # no case fits: go on with the next step

  # The run stops here, saved, until somebody decides. A rejection ends it.
  - step: approval
    review:
      fields: [ticket, problem]
      description: Is this what the customer means?

# What the run gives in the end; left out, everything it knows.
outputs: [ticket, problem]
"""


def check_name(name: str) -> None:
    """Refuse what is no workflow's name.

    Raises:
        InputError: it is none; names one that is near.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
        stem = re.sub(r"\W", "_", name.removesuffix(".yaml")).strip("_")
        near = f", such as {stem!r}" if re.match("[A-Za-z]", stem) else ""
        raise InputError(
            f"{name!r} is no workflow's name.",
            fix=f"A name has letters, digits and underscores and begins with a letter{near}.",
        )


def begin(name: str, *, json: bool) -> None:
    """Write ``NAME.yaml`` here and say what to do next.

    Raises:
        InputError: it is no name, or there is such a file. ResourceError: it cannot be written.
    """
    check_name(name)
    path = Path(f"{name}.yaml")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(_TEMPLATE.format(name=name))
    except FileExistsError:
        raise InputError(
            f"There is a file {str(path)!r} already.",
            fix="Choose another name; nothing was changed.",
        ) from None
    except OSError as error:
        raise ResourceError(
            f"{str(path)!r} cannot be written: {error.strerror}.", fix="Go to another directory."
        ) from error
    if json:
        print_json({"file": str(path)})
        return
    message = '"Our invoice is wrong: we were charged twice."'
    say(f"{path} is written. It runs as it stands, and its comments say what to change:\n")
    say("  " + command(f"run {path} {message}"))
    say(f"  dalsegno graph {path} --out {name}.svg")
    say("\nFor completion while you edit, see: dalsegno schema --help")
