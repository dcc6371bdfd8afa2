"""The kinds of papers: what is read from each, and under which words it is printed.

One table serves the rules, the checks and the database: a further field is one line here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Sort = Literal["text", "id", "day", "money", "iban", "currency", "period"]


@dataclass(frozen=True, kw_only=True)
class Spec:
    """A field. ``labels`` are what stands before its value, the surest first."""

    name: str
    sort: Sort = "text"
    required: bool = False
    labels: tuple[str, ...] = ()


_DUE = (
    r"(?:payment )?due(?: date| by| on)?|pay(?:able)? by|payment by|zahlbar bis|fällig(?: am)?",
)
_TAX = (
    r"(?:total |incl\w*\.? |of which )?"
    r"(?:vat|sales tax|tax|gst|mwst|ust|umsatzsteuer|mehrwertsteuer|btw|tva)\.?"
    r"(?! ?(?:no|nr|id|reg|number|invoice|point|date|-id|rate)\b)(?: amount| total)?"
    r"(?: ?\(?(?:at |@ ?)?\d[\d.,]* ?%\)?)?",
    r"(?:plus |zzgl\.? )?\d[\d.,]* ?% (?:vat|sales tax|tax|gst|mwst|ust|umsatzsteuer|btw|tva)\.?",
)
_NOT_ALL = (
    r"(?! ?(?:excl|ex\b|net|netto|vat|tax|before|without|hours|qty|quantity|items?\b|discount|"
    r"saving|pages?|weight|points|steuer))"
)
_TOTAL = (
    r"(?:grand|invoice) total|total (?:incl\w*|inc)\.? ?(?:of )?(?:vat|tax|gst)|gesamtbetrag"
    r"(?: brutto)?|rechnungsbetrag|bruttobetrag|endbetrag|gesamtsumme",
    rf"total (?:amount )?(?:due|payable|to pay)|total amount{_NOT_ALL}|amount (?:due|payable)"
    r"|zu zahlen(?:der betrag)?|zahlbetrag",
    rf"tota(?:l|le|al){_NOT_ALL}|gesamt{_NOT_ALL}|summe{_NOT_ALL}",
)
_NET = (
    r"sub-? ?total|net(?: amount| total| sum)?|total (?:net|excl\w*\.?|before|ex)"
    r"(?: ?(?:of )?(?:vat|tax|gst))?|netto\w*|zwischensumme|summe netto|taxable amount",
)
_CURRENCY = Spec(name="currency", sort="currency", required=True, labels=("currency|währung",))

KINDS: Mapping[str, tuple[Spec, ...]] = {
    "invoice": (
        Spec(
            name="number",
            sort="id",
            required=True,
            labels=(
                r"(?:tax )?invoice ?(?:no|number|nr|num|ref(?:erence)?|id|#)\.?|rechnungs?-? ?"
                r"(?:nummer|nr)\.?|bill (?:no|number)\.?|our ref(?:erence)?",
                r"(?:tax )?invoice(?! ?(?:date|to|total|amount|from|period|for|address)\b)"
                r"|rechnung(?! an\b)",
                r"no\.|nr\.|number|reference|ref\.?",
            ),
        ),
        Spec(
            name="date",
            sort="day",
            required=True,
            labels=(
                r"(?:invoice|bill|tax) ?date|date of (?:issue|invoice)|issue date|issued(?: on)?"
                r"|rechnungsdatum|dated",
                r"date|datum",
            ),
        ),
        Spec(name="due", sort="day", labels=_DUE),
        Spec(
            name="supplier",
            required=True,
            labels=(r"supplier|seller|vendor|issued by|lieferant|from|remit to|payee",),
        ),
        Spec(
            name="customer",
            labels=(
                r"bill(?:ed)? to|invoice(?:d)? to|sold to|customer|client|kunde|rechnung an|to|an",
            ),
        ),
        Spec(name="net", sort="money", labels=_NET),
        Spec(name="tax", sort="money", labels=_TAX),
        Spec(name="total", sort="money", required=True, labels=_TOTAL),
        _CURRENCY,
        Spec(name="iban", sort="iban", labels=("iban",)),
    ),
    "contract": (
        Spec(
            name="first_party",
            required=True,
            labels=(
                r"(?:the )?(?:supplier|contractor|provider|consultant|landlord|seller|employer"
                r"|licensor|lessor|lender|owner|auftragnehmer|vermieter)",
            ),
        ),
        Spec(
            name="second_party",
            required=True,
            labels=(
                r"(?:the )?(?:client|customer|tenant|buyer|purchaser|employee|licensee|lessee|hirer"
                r"|borrower|auftraggeber|mieter)",
            ),
        ),
        Spec(
            name="start",
            sort="day",
            required=True,
            labels=(r"(?:effective|start|commencement) date|beginning",),
        ),
        Spec(name="end", sort="day", labels=(r"(?:end|expiry|expiration|termination) date",)),
        Spec(name="term", sort="period", labels=(r"(?:initial )?term|duration|laufzeit",)),
        Spec(name="notice", sort="period", labels=(r"notice(?: period)?|kündigungsfrist",)),
        Spec(name="law", labels=(r"governing law|applicable law",)),
        Spec(name="price", labels=(r"fees?|price|contract (?:value|sum)|consideration|rent",)),
    ),
    "letter": (
        Spec(name="sender", required=True, labels=(r"from|von|absender|sender",)),
        Spec(name="recipient", labels=(r"to|an|recipient",)),
        Spec(name="date", sort="day", required=True, labels=(r"date|datum|sent",)),
        Spec(name="subject", labels=(r"subject|re|betreff|betrifft",)),
    ),
    "form": (Spec(name="title", required=True, labels=(r"form(?: title| name)?",)),),
    "receipt": (
        Spec(name="merchant", required=True, labels=(r"merchant|store|shop|retailer|sold by",)),
        Spec(name="date", sort="day", required=True, labels=(r"(?:sale |purchase )?date|datum",)),
        Spec(name="number", sort="id", labels=(r"receipt ?(?:no|number|nr|#)\.?|bon-?nr\.?",)),
        Spec(name="tax", sort="money", labels=_TAX),
        Spec(name="total", sort="money", required=True, labels=_TOTAL),
        _CURRENCY,
        Spec(name="paid_by", labels=(r"paid by|payment(?: method| type)?|tender|zahlungsart",)),
    ),
    "other": (),
}


def spec_of(kind: str, name: str) -> Spec | None:
    """A kind's field by its name."""
    return next((each for each in KINDS[kind] if each.name == name), None)
