"""Under which labels claim papers and policies state things, compared without case and signs."""

CLAIMANT = (
    *(
        "claimant",
        "policyholder",
        "policy holder",
        "insured",
        "insured person",
        "name",
        "full name",
    ),
    *("name of claimant", "claimant name", "name of policyholder", "name of insured", "your name"),
    *("reported by", "customer", "complainant", "injured party", "from"),
)
EMAIL = ("e-mail", "email", "email address", "e-mail address", "from")
POLICY = (
    *("policy number", "policy no", "policy", "policy id", "policy ref", "policy reference"),
    *("our policy", "your policy", "insurance policy number", "contract number"),
)
INCIDENT = (
    *("date of incident", "incident date", "date of loss", "loss date", "date of accident"),
    *("accident date", "date of damage", "damage date", "date of theft", "date of event"),
    *("date of occurrence", "occurred on", "when did it happen", "day of loss", "incident"),
    *("date and time of incident", "date and time of loss"),
)
REPORTED = (
    *("date reported", "reported on", "report date", "date of report", "date of notification"),
    *("notified on", "reported", "date of claim", "claim date", "date submitted", "received"),
    *("date received", "date of notice", "claim submitted on"),
)
CAUSE = (
    *("cause of loss", "cause", "cause of damage", "what happened", "type of loss", "peril"),
    *("nature of loss", "description of incident", "description of loss", "incident description"),
    *("circumstances", "details of incident", "description of damage", "type of claim"),
    *("type of incident", "kind of damage", "reason for claim"),
)
TOTAL = (
    *("total claimed", "total", "total amount", "amount claimed", "claim amount", "total due"),
    *("grand total", "invoice total", "total claim", "total to pay", "amount due", "sum claimed"),
    *("total incl vat", "total including vat", "claimed amount", "estimate total", "sum"),
)
BILL = (
    *("invoice no", "invoice number", "invoice", "bill no", "receipt no", "estimate no"),
    *("invoice id", "bill number", "quote no", "quotation no", "quotation", "receipt", "estimate"),
)
BILLED = (
    *("bill to", "billed to", "invoice to", "invoiced to", "sold to", "customer", "client", "for"),
    *("to", "customer name", "name of customer", "account name", "name"),
)
BILL_DATE = (
    *("invoice date", "date of invoice", "date", "bill date", "issued on", "issued"),
    *("date of issue", "issue date", "receipt date"),
)

HOLDER = ("policyholder", "policy holder", "insured", "named insured", "name of insured")
PERIOD = (
    *(
        "period of insurance",
        "policy period",
        "insurance period",
        "period of cover",
        "cover period",
    ),
    *("term", "valid", "validity", "duration"),
)
BEGINS = ("start date", "inception", "inception date", "effective date", "cover starts", "from")
ENDS = ("end date", "expiry", "expiry date", "expiration date", "cover ends", "to", "until")
DEDUCTIBLE = ("deductible", "excess", "compulsory excess", "policy excess", "standard excess")
LIMIT = (
    "limit",
    "sum insured",
    "limit of cover",
    "cover limit",
    "overall limit",
    "limit per claim",
)
