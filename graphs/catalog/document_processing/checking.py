"""Whether what was read can be true, and reading again what cannot: sums, days, what is required.

A fault names its field and says what is wrong. The rules then mend what a scanner did; what is
left is put to an agent together with the faults, and its answer counts only where the paper
prints it.
"""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from langgraph.runtime import Runtime
from pydantic import BaseModel

from ....nodes.run_context import context_of
from ....state.context import OFFLINE, RunContext
from .extracting import extract, is_denied
from .finding import sheet_of
from .kinds import KINDS, spec_of
from .printed import meant, ways_of
from .schema import DISPUTED, SURE, Fault, Line, Paper, Value
from .sorting import title_of

#: No value that is looked for in a line is longer.
_LONGEST = 300
_CENT = Decimal("0.01")
#: What only a model read, though the paper prints it: not enough without a person.
_MODEL = 0.7
#: What the rules guessed and a model read, too.
_AGREED = 0.8


def check(item: Paper) -> Paper:
    """The paper with its faults; without any it is clear, with some it is doubtful."""
    paper = _proven(Paper.model_validate(item))
    faults = [
        *_orders(paper),
        *_kind(paper),
        *_fields(paper),
        *_sums(paper),
        *_copied(paper),
        *_order_of_days(paper),
    ]
    return paper.but(faults=tuple(faults), standing="doubtful" if faults else "clear")


def ask(item: Paper, runtime: Runtime[RunContext]) -> Paper:
    """Which agent shall read it again. The extractor would see no more than the rules did."""
    paper = Paper.model_validate(item)
    can_help = context_of(runtime).model != OFFLINE and paper.kind != "other"
    return paper.but(ask=paper.kind if can_help and open_fields(paper) else "")


def open_fields(paper: Paper) -> set[str]:
    """What another reading may still settle; what a model has read waits for a person."""
    told = {name for name, each in paper.values.items() if each.by == "model"}
    told |= {"lines"} if any(each.by == "model" for each in paper.lines) else set()
    return {each.field for each in paper.faults} - {"kind", "orders"} - told


def _orders(paper: Paper) -> list[Fault]:
    orders = sheet_of(paper.pages, ways_of("")).orders
    told = [f"It gives its reader orders: {each!r:.120}" for each in orders[:1]]
    return [Fault(field="orders", message=each) for each in told]


def _kind(paper: Paper) -> list[Fault]:
    if paper.kind == "other":
        return [Fault(field="kind", message=f"No kind that is kept here. {paper.kind_reason}")]
    if paper.kind_confidence < SURE:
        return [Fault(field="kind", message=f"Perhaps no {paper.kind}. {paper.kind_reason}")]
    return []


def _fields(paper: Paper) -> list[Fault]:
    """What is required and not there, and what is there and not sure."""
    faults = []
    for spec in KINDS[paper.kind]:
        value = paper.values.get(spec.name)
        if value is None:
            if spec.required:
                faults.append(Fault(field=spec.name, message="It was not found."))
        elif not value.value or value.confidence < SURE:
            note = value.note or f"{value.printed!r} may be something else."
            faults.append(Fault(field=spec.name, message=note))
    if paper.kind == "form":
        faults.extend(
            Fault(field=name, message=value.note or f"{value.printed!r} is not sure.")
            for name, value in paper.values.items()
            if name != "title" and value.confidence < SURE
        )
        if len(paper.values) < 3:
            faults.append(Fault(field="title", message="Hardly anything is filled in."))
    return faults


def _sums(paper: Paper) -> list[Fault]:
    net, tax, total = (_amount(paper, name) for name in ("net", "tax", "total"))
    faults = []
    if net is not None and tax is not None and total is not None and abs(net + tax - total) > _CENT:
        told = f"The net sum {net} and the tax {tax} make {net + tax}, and the total is {total}."
        faults.append(Fault(field="total", message=told))
    elif net is not None and total is not None and tax is None and net != total:
        told = f"The net sum is {net} and the total {total}, and no tax was found."
        faults.append(Fault(field="tax", message=told))
    lines = sum((Decimal(each.amount) for each in paper.lines), Decimal(0))
    before = total - tax if total is not None and tax is not None else None
    wholes = [each for each in (net, total, before) if each is not None]
    if paper.lines and wholes and all(abs(lines - each) > _CENT for each in wholes):
        told = f"The lines add up to {lines}, and the net sum or total is {wholes[0]}."
        faults.append(Fault(field="lines", message=told))
    return faults


def _copied(paper: Paper) -> list[Fault]:
    """Lines that only a model read."""
    told = [f"{each.text} {each.amount}" for each in paper.lines if each.by == "model"]
    message = f"Only a model read them: {'; '.join(told)}."
    return [Fault(field="lines", message=message)] if told else []


def _amount(paper: Paper, name: str) -> Decimal | None:
    value = paper.values.get(name)
    try:
        return Decimal(value.value) if value is not None and value.value else None
    except InvalidOperation:
        return None


def _proven(paper: Paper) -> Paper:
    """Three sums that add up bear each other out, however weak their labels are."""
    net, tax, total = (_amount(paper, name) for name in ("net", "tax", "total"))
    if None in (net, tax, total) or net + tax != total or not tax:  # type: ignore[operator]  # none of them is None
        return paper
    sums = {name: paper.values[name] for name in ("net", "tax", "total")}
    if any(each.by != "rules" for each in sums.values()):
        return paper
    surer = {n: v.model_copy(update={"confidence": 0.97}) for n, v in sums.items()}
    return paper.but(values={**paper.values, **surer})


def _order_of_days(paper: Paper) -> list[Fault]:
    days = {name: each.value for name, each in paper.values.items() if each.value}
    pairs = (("date", "due"), ("start", "end"))
    return [
        Fault(field=late, message=f"The {late} {days[late]} is before the {early} {days[early]}.")
        for early, late in pairs
        if early in days and late in days and days[late] < days[early]
    ]


def opinion(given: Mapping[str, object]) -> Paper:
    """A paper with its kind: the rules', or where they were not sure what an agent took it for."""
    paper, told = Paper.model_validate(given["sorted"]), given["judged"]
    if paper.standing != "open":
        return paper
    answer = None if isinstance(told, Paper) else _plain(told)
    if answer and answer.get("kind") and "digest" not in answer:
        said = answer.get("reason") or "An agent says so"
        reason = f"{said} (an agent; the rules: {paper.kind_reason})"
        sure = min(0.95, float(str(answer.get("confidence") or 0.0)))
        titled = title_of(paper)
        ours = titled[0] if titled else paper.kind if paper.kind_confidence > DISPUTED else None
        if ours not in (None, answer["kind"]):
            sure = min(sure, DISPUTED)  # its own title is against it, or most that is in it
        paper = paper.but(
            kind=answer["kind"], kind_confidence=sure, kind_reason=reason, kind_by="model"
        )
    return paper.but(ask="")


def combined(given: Mapping[str, object]) -> Paper:
    """A paper after a reading: an agent fills in what was at fault, as far as it is printed."""
    paper = Paper.model_validate(given["asked"])
    told = given["forms"]
    answer = {} if isinstance(told, Paper) else _plain(told)
    if not answer or "digest" in answer:
        return paper
    faulty = {each.field for each in paper.faults}
    values = dict(paper.values)
    for name, printed in _told(answer).items():
        new = _read(paper, name, printed)
        if new is not None:
            values[name] = _both(paper, name, new, name in faulty)
    lines = _held(paper, answer) if "lines" in faulty else paper.lines
    return paper.but(values=values, lines=lines)


def _both(paper: Paper, name: str, new: Value, is_faulty: bool) -> Value:
    """What to make of a model's reading beside the rules': neither is preferred."""
    old = paper.values.get(name)
    if old is None:
        return new
    if old.value and _plainly(old.value) == _plainly(new.value):
        agreed = {"confidence": max(old.confidence, _AGREED), "by": "model"}
        is_guess = is_faulty and not old.note and old.by == "rules" and old.confidence < SURE
        return old.model_copy(update=agreed) if is_guess else old
    spec = spec_of(paper.kind, name)
    is_exact = spec is not None and spec.sort in ("money", "day", "iban", "id")
    if not old.value or (is_faulty and not is_exact):
        note = f"{new.note} The rules: {old.note or repr(old.printed)}"
        return new.model_copy(update={"note": note})
    if not new.value or not is_exact:
        return old
    note = f"Two readers disagree: {old.printed!r} and {new.printed!r}."
    return old.model_copy(update={"confidence": DISPUTED, "note": note, "by": "model"})


def _plainly(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _told(answer: Mapping[str, object]) -> dict[str, str]:
    """What an agent gave, by field; a form's entries are fields of their own."""
    told = {name: each for name, each in answer.items() if isinstance(each, str) and each.strip()}
    for entry in answer.get("entries") or ():  # type: ignore[attr-defined]  # a list, by its schema
        each = _plain(entry)
        told[re.sub(r"\W+", "_", str(each["name"]).lower()).strip("_")] = str(each["value"])
    return told


def _read(paper: Paper, name: str, printed: str) -> Value | None:
    """An agent's value, where the paper prints it; what it made up is left out."""
    spec = spec_of(paper.kind, name)
    sheet = sheet_of(paper.pages, ways_of("\n".join(paper.pages)))
    row = next((row for row in sheet.rows if is_printed(printed, row.text)), None)
    if row is None or (spec is None and paper.kind != "form"):
        return None
    if spec is not None and spec.sort == "iban" and is_denied(None, row):
        return None
    found = meant(spec.sort if spec else "text", printed, sheet.ways)
    return Value(
        printed=printed, value=found.value or "", page=row.page, line=row.line, by="model",
        confidence=min(_MODEL, found.confidence) if found.value else 0.0,
        note=f"Only a model read it: {printed!r}. {found.note}".strip(),
    )  # fmt: skip


def is_printed(wanted: str, line: str) -> bool:
    """Whether a line has just this, however it is spaced: 100.00 is no part of 1,100.00."""
    signs = re.sub(r"\s+", "", wanted)
    if not any(map(str.isalnum, signs)) or len(signs) > _LONGEST:
        return False
    inner = r"\s*".join(map(re.escape, signs))
    # A number goes on after a space, too: "1 100.00".
    before = r"(?<!\d )" if signs[0].isdigit() else ""
    after = r"(?! \d{3}(?!\d))" if signs[-1].isdigit() else ""
    borders = rf"(?<!\w)(?<!\w[.,'’/-]){before}{inner}(?!\w)(?![.,'’/-]\w){after}"
    return re.search(borders, line, re.IGNORECASE) is not None


def _held(paper: Paper, answer: Mapping[str, object]) -> tuple[Line, ...]:
    """The lines that an agent copied; all of them, if the paper has each in a line of its own."""
    sheet = sheet_of(paper.pages, ways_of("\n".join(paper.pages)))
    rows = list(sheet.rows)
    lines = []
    for each in answer.get("lines") or ():  # type: ignore[attr-defined]  # a list, by its schema
        told = Line.model_validate(_plain(each))
        amount = meant("money", told.amount, sheet.ways).value
        own = next(
            (r for r in rows if is_printed(told.text, r.text) and is_printed(told.amount, r.text)),
            None,
        )
        if own is None or amount is None:
            return paper.lines
        rows.remove(own)
        lines.append(Line(text=told.text, amount=amount, by="model"))
    return tuple(lines) or paper.lines


def _plain(value: object) -> dict[str, object]:
    if isinstance(value, BaseModel):
        return value.model_dump()
    return dict(value) if isinstance(value, Mapping) else {}


def again(item: Paper) -> Paper:
    """The paper read anew by the rules, for the kind that it has now."""
    return check(extract(item))
