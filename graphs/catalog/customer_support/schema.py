"""What flows through customer support: a message in, what is known of it, and what became of it."""

from datetime import date
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, field_validator

from ....nodes.documents.files import check_folder
from ....nodes.output import absolute_path
from ....nodes.schemas import Frozen, directory
from ....state.errors import InputError
from ....state.records import Verdict
from ....state.reducers import append
from .database import check_accounts

#: Below this an answer is not certain enough to leave without a person.
SURE = 0.7
MAX_ROUNDS = 3

Category = Literal["billing", "delivery", "returns", "technical", "account", "complaint", "other"]
Track = Literal["urgent", "analysis", "general"]
Kind = Literal["refund", "cancellation", "address_change"]
Way = Literal["urgent", "analysis", "general", "rules"]
Queue = Literal["urgent", "security", "complaints", "lead", "general"]
Outcome = Literal["answered", "approved", "edited", "rejected", "repeated", "unsent"]


def _said(text: str) -> str:
    if not any(each.isalnum() for each in text):
        raise ValueError("say something: it is blank")
    return text


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("write it on one line, without control characters")
    return " ".join(_said(text).split())


#: What a person may change, and may not empty.
Text = Annotated[str, AfterValidator(_said)]
Line = Annotated[str, AfterValidator(_one_line), Field(max_length=200)]


class Inputs(Frozen):
    """What a run is started with; one conversation is one thread."""

    message: str = Field(max_length=500_000, description="What the customer wrote, as text.")
    sender: str = Field(description="The e-mail address that the message came from.")
    message_id: str | None = Field(
        default=None, description="The e-mail's Message-ID: the same one is answered once."
    )
    accounts: str | None = Field(
        default=None,
        description="An SQLite file like samples/accounts.sql; left out, a copy of it.",
    )
    policies: str | None = Field(
        default=None, description="A folder of policies in Markdown; left out, the samples."
    )
    out: str | None = Field(default=None, description="Directory that replies are put out in.")
    as_of: date | None = Field(default=None, description="The day to answer on; left out, today.")
    refund_limit: int = Field(
        default=100, ge=0, description="What is refunded above this is for the lead, whole units."
    )
    review: Literal["when_unsure", "always"] = Field(
        default="when_unsure", description="Whether a person sees every reply."
    )

    @field_validator("message")
    @classmethod
    def _said(cls, message: str) -> str:
        if not any(each.isalnum() for each in message):
            raise InputError("The message is empty.", fix="Give the text that the customer wrote.")
        return message

    @field_validator("sender")
    @classmethod
    def _address(cls, sender: str) -> str:
        """The bare address; a line break in it would be a header of the reply."""
        address = parseaddr(sender)[1]
        if not sender.isprintable() or " " in address or address.count("@") != 1:
            raise InputError(
                f"The sender {sender!r:.80} is no e-mail address.",
                fix="Give it as name@example.com, from the envelope and not from the text.",
            )
        return address.lower()

    @field_validator("accounts")
    @classmethod
    def _accounts(cls, accounts: str | None) -> str | None:
        return None if accounts is None else str(check_accounts(Path(accounts)))

    @field_validator("policies")
    @classmethod
    def _policies(cls, policies: str | None) -> str | None:
        if policies is None:
            return None
        folder = absolute_path(policies)
        check_folder(folder)
        return str(folder)

    _usable = field_validator("out")(directory)


class Claim(Frozen):
    """Something the customer states as a fact, by which later statements are held."""

    topic: str
    holds: bool
    order: int | None = None
    sentence: str


class Said(Frozen):
    """One message of the conversation: its memory. ``orders`` are what it was about."""

    who: Literal["customer", "support"]
    sender: str
    message_id: str
    text: str
    about: str = ""
    category: Category = "other"
    orders: tuple[int, ...] = ()
    claims: tuple[Claim, ...] = ()
    #: What we asked the customer for and have not been told yet.
    asked: str | None = None


class Message(Frozen):
    """The message as it is worked on: secrets masked, and what can be read off it by rule."""

    id: str
    #: Its own words; of a short answer or "and the other one?" those that it goes back to.
    about: str
    asks: tuple[str, ...]
    orders: tuple[int, ...] = ()
    #: Bare numbers: orders, if they are the sender's own, and else postcodes, years or phones.
    numbers: tuple[int, ...] = ()
    named: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    contradictions: tuple[str, ...] = ()
    #: Why no machine should answer it.
    doubts: tuple[str, ...] = ()
    #: The reply that this very message was given before.
    repeated: str | None = None
    follows: bool = False
    #: The orders that the conversation was about: what "it" and "the other one" may mean.
    before: tuple[int, ...] = ()


class Triage(Frozen):
    """What a message is about, how urgent it is, and which way it goes."""

    category: Category = Field(description="What it is mainly about.")
    urgency: Literal["low", "normal", "high"] = Field(description="How soon it must be answered.")
    track: Track = Field(
        description="urgent: danger, fraud or a threat of law. analysis: a complaint, a wish for "
        "a refund, a cancellation or a change, several questions, or a contradiction. "
        "general: one plain question."
    )
    wish: Kind | None = Field(
        default=None, description="What the customer asks us to do, not what they only ask about."
    )
    new_address: str | None = Field(default=None, description="Copied exactly, where stated.")
    contradictions: tuple[str, ...] = Field(
        default=(), description="Statements that contradict what the customer said before."
    )
    confidence: float = Field(ge=0, le=1, description="How sure this is.")
    reason: str = Field(description="Why, in one sentence.")


class Invoice(Frozen):
    """An invoice; money is in cents."""

    id: str
    cents: int
    currency: str
    due_on: date | None = None
    paid_on: date | None = None
    refunded: int = 0

    @property
    def left(self) -> int:
        """What was paid and not refunded."""
        return self.cents - self.refunded if self.paid_on else 0


class Order(Frozen):
    """An order with its invoices."""

    id: int
    item: str
    status: Literal["placed", "shipped", "delivered", "cancelled"]
    ordered_on: date
    expected_on: date | None = None
    delivered_on: date | None = None
    carrier: str | None = None
    invoices: tuple[Invoice, ...] = ()

    @property
    def left(self) -> int:
        """What was paid for it and not refunded."""
        return sum(each.left for each in self.invoices)

    @property
    def currency(self) -> str | None:
        """The one in which it was paid; none where there are several."""
        found = {each.currency for each in self.invoices}
        return next(iter(found)) if len(found) == 1 else None


class Ticket(Frozen):
    """Something that is being seen to already."""

    id: str
    subject: str
    opened_on: date
    status: Literal["open", "closed"]


class Account(Frozen):
    """What the sender may be told. ``withheld``: nothing, for the message speaks of another's."""

    status: Literal["known", "unknown", "withheld"]
    customer: int | None = None
    name: str | None = None
    address: str | None = None
    orders: tuple[Order, ...] = ()
    tickets: tuple[Ticket, ...] = ()


class Quote(Frozen):
    """A passage of a policy, word for word, for one question of the message."""

    source: str
    heading: str
    text: str
    ask: str
    score: float


class Action(Frozen):
    """What a person may approve to be done in the accounts, and nobody else."""

    kind: Kind
    order: int | None = None
    cents: int | None = Field(
        default=None, gt=0, description="What goes back, of a refund or a cancellation."
    )
    currency: str | None = None
    new_address: Line | None = None


class Case(Frozen):
    """All that a reply may rest on, and why it may need a person."""

    way: Way
    orders: tuple[int, ...] = ()
    #: The passages that bear on what the account does not answer.
    quotes: tuple[Quote, ...] = ()
    #: What we must ask the customer before anything else, and for what.
    question: str | None = None
    asked: str | None = None
    reasons: tuple[str, ...] = ()
    queue: Queue = "general"


class Reply(Frozen):
    """A reply to the customer."""

    text: str = Field(description="The body, without subject and signature.")
    policies: tuple[str, ...] = Field(
        default=(), description="The headings of the quoted policies that it rests on."
    )
    unanswered: tuple[str, ...] = Field(
        default=(), description="Questions of the customer that facts and policies do not answer."
    )
    confidence: float = Field(ge=0, le=1, description="How sure it is that this is right.")


class Receipt(Frozen):
    """What came of an action: its reference, or why it was not done."""

    done: bool
    said: str


class Finding(Frozen):
    """A question of the person who decides, and what account and policies say to it."""

    question: str
    found: str


class State(Inputs):
    """What is known. ``memory`` lasts over a conversation; ``receive`` writes all else anew. But
    for ``triage`` and ``draft``: every message gets its own before anything reads them."""

    model_config = ConfigDict(frozen=True)

    message: str = ""
    sender: str = ""
    memory: Annotated[tuple[Said, ...], append] = ()
    triage: Triage
    draft: Reply

    today: date | None = None
    offline: bool = True
    text: str = ""
    conversation: str = ""
    received: Message | None = None
    account: Account | None = None
    facts: tuple[str, ...] = ()
    quotes: tuple[Quote, ...] = ()
    case: Case | None = None
    action: Action | None = None
    refused: str | None = None
    reply: Text | None = None
    reasons: tuple[str, ...] = ()
    approval: Verdict | None = None
    findings: tuple[Finding, ...] = ()
    receipt: Receipt | None = None
    settled: bool = False
    sent: str | None = None
    outcome: Outcome | None = None
    notes: tuple[str, ...] = ()
