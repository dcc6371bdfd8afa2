"""What statements call things: a thesaurus of labels, and how well a row's label fits.

The words are those of financial statements under US GAAP and IFRS. No entry names a company. A
schema's own words (a field's name, title, and "also called …" in its description) come first.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

#: How surely a label means the concept: 1 means nothing else, 0.5 means "if nothing better is
#: there". The weight goes into the confidence of what is found under it.
Weights = Mapping[str, float]

CONCEPTS: Mapping[str, Weights] = {
    "revenue": {
        "total revenue": 1.0,
        "total net revenue": 1.0,
        "total net sale": 1.0,
        "revenue from external customer": 0.85,
        "sale and other operating revenue": 0.93,
        "net sale and other operating revenue": 0.93,
        "total revenue and other": 0.9,
        "total sale": 1.0,
        "total operating revenue": 1.0,
        "total consolidated revenue": 1.0,
        "total group revenue": 1.0,
        "net operating revenue": 0.98,
        "sale to customer": 0.98,
        "net sale": 0.97,
        "net revenue": 0.97,
        "consolidated revenue": 0.97,
        "group revenue": 0.97,
        "revenue": 0.96,
        "operating revenue": 0.93,
        "sale": 0.92,
        "turnover": 0.95,
        "total turnover": 0.98,
        "net turnover": 0.95,
        "sale revenue": 0.93,
        "revenue from contract with customer": 0.9,
        "total revenue and other income": 0.92,
        "revenue and other income": 0.85,
        "revenue from operation": 0.95,
        "total revenue net of interest expense": 0.95,
    },
    "cost_of_revenue": {
        "cost of revenue": 1.0,
        "cost of sale": 1.0,
        "cost of good sold": 1.0,
        "cost of product sold": 1.0,
        "total cost of revenue": 1.0,
        "total cost of sale": 1.0,
    },
    "gross_profit": {"gross profit": 1.0, "gross margin": 0.95},
    "operating_expenses": {
        "total operating expense": 1.0,
        "operating expense": 0.96,
        "total operating cost": 0.85,
        "total operating expenditure": 0.95,
        "operating expenditure": 0.9,
        "operating cost": 0.82,
        "total selling and administrative expense": 0.9,
        "total selling general and administrative expense": 0.88,
        "total operating cost and expense": 0.7,
        "total cost and expense": 0.6,
        "cost and expense": 0.55,
        "total expense": 0.6,
        "selling general and administrative expense": 0.62,
        "selling general and administrative": 0.62,
        "selling and administrative expense": 0.62,
        "selling marketing and administrative expense": 0.55,
        "selling distribution and administrative expense": 0.55,
    },
    "operating_income": {
        "operating income": 1.0,
        "income from operation": 1.0,
        "operating profit": 1.0,
        "operating earning": 0.95,
        "operating result": 0.9,
        "profit from operation": 1.0,
        "loss from operation": 1.0,
        "operating loss": 1.0,
        "ebit": 0.85,
    },
    "pretax_income": {
        "income before income tax": 1.0,
        "income before tax": 1.0,
        "income before provision for income tax": 1.0,
        "earning before income tax": 1.0,
        "earning before tax": 1.0,
        "earning before provision for tax on income": 1.0,
        "profit before tax": 1.0,
        "profit before taxation": 1.0,
        "profit before income tax": 1.0,
        "loss before income tax": 1.0,
        "loss before tax": 1.0,
        "loss before taxation": 1.0,
    },
    "income_tax": {
        "provision for income tax": 1.0,
        "income tax expense": 1.0,
        "income tax": 0.9,
        "tax expense": 0.9,
        "taxation": 0.9,
        "income tax benefit": 0.9,
        "provision for tax on income": 1.0,
    },
    "net_income": {
        "net income": 1.0,
        "net earning": 1.0,
        "net profit": 1.0,
        "net loss": 1.0,
        "net result": 0.9,
        "consolidated net income": 0.98,
        "consolidated profit": 0.95,
        "consolidated net profit": 0.98,
        "group net profit": 0.98,
        "group profit": 0.9,
        "net income including noncontrolling interest": 1.0,
        "net income before noncontrolling interest": 0.98,
        "net income after tax": 1.0,
        "income after tax": 0.95,
        "earning after tax": 0.95,
        "net surplus": 0.9,
        "profit for year": 1.0,
        "loss for year": 1.0,
        "result for year": 0.95,
        "profit for period": 0.9,
        "loss for period": 0.9,
        "profit after tax": 0.97,
        "profit after taxation": 0.97,
        "loss after tax": 0.97,
        "loss after taxation": 0.97,
        "income for year": 0.95,
        "earning for year": 0.95,
        "net income attributable to shareholder": 0.84,
        "net income attributable to common shareholder": 0.8,
        "net income attributable to company": 0.84,
        "net income attributable to parent": 0.84,
        "net income attributable to owner of parent": 0.84,
        "net earning attributable to shareholder": 0.84,
        "profit attributable to owner": 0.84,
        "profit attributable to owner of parent": 0.84,
        "profit attributable to owner of company": 0.84,
        "profit attributable to shareholder": 0.84,
        "profit attributable to equity holder of parent": 0.84,
        "profit for year attributable to owner of parent": 0.84,
        "loss attributable to owner of parent": 0.84,
        "loss attributable to owner of company": 0.84,
    },
    "earnings_per_share": {
        "basic earning per share": 0.95,
        "diluted earning per share": 0.95,
        "earning per share": 1.0,
        "basic": 0.5,
        "diluted": 0.5,
    },
    "total_assets": {"total asset": 1.0},
    "total_liabilities": {"total liability": 1.0},
    "equity": {
        "total equity": 1.0,
        "total shareholder equity": 1.0,
        "total stockholder equity": 1.0,
    },
    "cash": {
        "cash and cash equivalent": 1.0,
        "cash": 0.8,
    },
    "operating_cash_flow": {
        "net cash provided by operating activity": 1.0,
        "cash generated by operating activity": 1.0,
        "cash provided by operation": 0.95,
        "net cash from operating activity": 1.0,
    },
    "research_and_development": {
        "research and development": 1.0,
        "research and development expense": 1.0,
        "research and development cost": 1.0,
    },
}

#: The concepts of an income statement: the more of them a table shows, the more it is one.
INCOME_STATEMENT = frozenset(
    {
        "revenue",
        "cost_of_revenue",
        "gross_profit",
        "operating_expenses",
        "operating_income",
        "pretax_income",
        "income_tax",
        "net_income",
        "earnings_per_share",
    }
)

#: Concepts that a statement deducts, so that brackets round them are no loss.
DEDUCTED = frozenset({"cost_of_revenue", "operating_expenses", "income_tax"})

#: Further names under which a schema's field may ask for a concept.
_FIELD_NAMES: Mapping[str, str] = {
    "sales": "revenue",
    "total revenue": "revenue",
    "turnover": "revenue",
    "income": "net_income",
    "profit": "net_income",
    "net profit": "net_income",
    "net earnings": "net_income",
    "earnings": "net_income",
    "opex": "operating_expenses",
    "expenses": "operating_expenses",
    "operating profit": "operating_income",
    "ebit": "operating_income",
    "eps": "earnings_per_share",
    "assets": "total_assets",
    "liabilities": "total_liabilities",
    "cogs": "cost_of_revenue",
    "cost of sales": "cost_of_revenue",
    "gross margin": "gross_profit",
    "r and d": "research_and_development",
    "operating cash": "operating_cash_flow",
}

#: Words of a label that do not change what it means.
_EMPTY = frozenset(["the", "a", "an", "our", "its", "for_the", "total_the", "company's"])
_PLURALS = {"sales": "sale", "taxes": "tax", "liabilities": "liability", "activities": "activity"}


#: "1. Revenue", "IV. Operating expenses", "(a) Net sales"; not "U.S. revenue".
_ORDINAL = re.compile(r"^\s*\(?(?:[IVXivx]{1,5}|\d{1,2}|[A-Za-z])[.)]\s+(?=\w)|\s[A-Z]\.\d{1,2}$")
_REMARK = re.compile(r"\(([^()]*)\)")
_FORMULA = re.compile(r"[ivx]+|\d+|[a-z]|to|and|less|plus|(?:un)?audited|restated|", re.IGNORECASE)
_SIGNS = "loss|losses|deficit|income|profit|earnings|benefit"
#: What a bracket says that makes a label mean less, or more, than it does without.
_NARROWS = re.compile(
    r"exclud|exclus|ex\b|before|after|adjust|non-?gaap|underlying|forma|continu|parent|per share"
    r"|organic|constant|net of|third|external|inter-?(?:company|segment)|joint|associate|minority|non-?controlling"
    r"|quarter|half|month|forecast|budget|\bq[1-4]\b|%",
    re.IGNORECASE,
)


def _without_formula(remark: re.Match[str]) -> str:
    """A bracket, but for one that only says how a line is computed: "(III - IV - V)"."""
    parts = re.split(r"[\s+\-–−.,;&/]+", remark[1])
    return " " if all(_FORMULA.fullmatch(part) for part in parts) else remark[0]


@lru_cache(maxsize=8192)
def normal(label: str) -> str:
    """A label in lower case and singular, without notes, marks and bracketed alternatives."""
    text = _REMARK.sub(_without_formula, _ORDINAL.sub("", label))
    text = text.lower().replace("&", " and ").replace("’", "'")
    text = re.sub(r"\((?:note|notes|see|a|b|c|d|i|ii|\d+)[^)]*\)|\[\d+\]", " ", text)
    # "net income (loss)", "(loss)/profit" and "profit/(loss)" name both signs of one thing.
    text = re.sub(rf"[/\s]*\((?:{_SIGNS})\)\s*/?", " ", text)
    text = re.sub(r"\b(profit|income|earnings)\s*/\s*(?:loss|losses)\b", r"\1", text)
    text = re.sub(r"\b(?:loss|losses)\s*/\s*(profit|income|earnings)\b", r"\1", text)
    text = re.sub(r"\bnotes?\s+\d+\b|\b[a-z]\)|\d+\)$", " ", text)
    text = re.sub(r"'s\b|s'(?=\s|$)", " ", text)
    text = re.sub(r"\b(?:year|period)\s*/\s*(?:the\s+)?(?:year|period)\b", "year", text)
    words = re.findall(r"[a-z]+", text)
    words = [_singular(word) for word in words if word not in _EMPTY]
    return " ".join(words)


def _singular(word: str) -> str:
    if word in _PLURALS:
        return _PLURALS[word]
    keep = len(word) < 4 or word.endswith(("ss", "us", "is", "gross"))
    return word if keep or not word.endswith("s") else word[:-1]


#: A comment may say what the name means, or which part of it is meant: that is not sure.
_COMMENTED = 0.78
#: Ends that narrow a net income to the owners of the one company that reports.
_OWNERS = re.compile(
    r"^(?P<head>(?:consolidated )?(?:net )?(?:income|earning|profit|loss)(?: for (?:year|period))?)"
    r" attributable to (?!.*(?:non ?controlling|minority|preferred|participating)).*$"
)


#: Ends that say nothing new: "net profit after tax for the financial year".
_FOR_YEAR = re.compile(
    r" (?:for|of) (?:financial |fiscal |full )?(?:year|period)(?: (?:ended|ending)(?: .*)?)?$"
)


def _variants(text: str) -> Iterator[str]:
    """A label and the plainer ones that mean the same, the closest first."""
    yield text
    text = re.sub(r"after (?:income tax|taxation)", "after tax", text)
    yield text
    plain = _FOR_YEAR.sub("", text)
    yield from (plain, f"{plain} for year")
    if plain.startswith("net "):
        yield plain.removesuffix(" after tax")
    if plain.endswith(" net"):
        yield f"net {plain.removesuffix(' net')}".replace("net total", "total net")


@dataclass(frozen=True, kw_only=True)
class Fit:
    """How well a label fits a concept (0 to 1), and whether its words say it is a loss.

    ``is_inverse``: "loss/(profit)" prints a profit in brackets.
    """

    weight: float
    is_loss: bool = False
    is_inverse: bool = False


def fit(label: str, weights: Weights) -> Fit | None:
    """The fit of a row's label to a concept's words; None where it means something else."""
    plain = _REMARK.sub(_without_comment, label)
    weight = _weight(normal(label), weights)
    if weight is None and plain != label and not _narrowed(label):
        weight = (_weight(normal(plain), weights) or 0.0) * _COMMENTED or None
    if weight is None:
        return None
    both_signs = re.search(r"income|profit|earning", plain, re.IGNORECASE)
    return Fit(
        weight=weight,
        is_loss="loss" in normal(plain).split() and not both_signs,
        is_inverse=re.match(r"\W*(?:net )?loss(?:es)?\s*/?\s*\(", label, re.IGNORECASE) is not None
        and both_signs is not None,
    )


def _weight(text: str, weights: Weights) -> float | None:
    weight = next((weights[each] for each in _variants(text) if each in weights), None)
    if weight is None and (owners := _OWNERS.match(text)) and owners["head"] in weights:
        return 0.84 * weights[owners["head"]]
    return weight


def _without_comment(remark: re.Match[str]) -> str:
    """A bracket that names the other sign stays; any other comments on the name before it."""
    return remark[0] if re.fullmatch(_SIGNS, remark[1], re.IGNORECASE) else " "


def _narrowed(label: str) -> bool:
    return any(_NARROWS.search(remark[1]) for remark in _REMARK.finditer(label))


@lru_cache(maxsize=8192)
def concept_of_label(label: str) -> str | None:
    """The concept that a row's label names, if any."""
    return next((name for name, words in CONCEPTS.items() if fit(label, words)), None)


Kind = Literal["level", "growth"]


@dataclass(frozen=True, kw_only=True)
class Sought:
    """What a schema's field asks for: a concept's words, as a level or as its growth."""

    name: str
    words: Weights
    kind: Kind = "level"
    concept: str | None = None

    @property
    def spoken(self) -> str:
        return self.name.replace("_", " ")


_GROWTH = re.compile(r"\b(?:growth|change|increase|yoy)\b")


def sought(name: str, description: str = "", title: str = "") -> Sought:
    """What a field named ``name`` asks for."""
    spoken = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").lower().strip()
    kind: Kind = "growth" if _GROWTH.search(spoken) else "level"
    base = re.sub(r"\s+", " ", _GROWTH.sub("", spoken)).strip()
    base = re.sub(r"\b(?:rate|percent|percentage|pct|in|of|annual|year on year)\b", "", base)
    base = re.sub(r"\s+", " ", base).strip() or spoken
    concept = base.replace(" ", "_")
    if concept not in CONCEPTS:
        concept = _FIELD_NAMES.get(base, concept_of_label(base) or concept_of_label(title) or "")
    own = {normal(phrase): 0.97 for phrase in (base, title, *_also_called(description)) if phrase}
    words = {**own, **CONCEPTS.get(concept, {})}
    return Sought(name=name, words=words, kind=kind, concept=concept or None)


def _also_called(description: str) -> list[str]:
    """The other names in a description such as "…, also called net sales or turnover"."""
    said = re.search(r"also (?:called|known as|named)\s+([^.;:()]+)", description, re.IGNORECASE)
    if said is None:
        return []
    return [part.strip(" '\"") for part in re.split(r",|\bor\b|/", said[1]) if part.strip(" '\"")]
