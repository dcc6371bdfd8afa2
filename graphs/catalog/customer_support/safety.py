"""What no reply may do, whoever drafted it: gates on the draft, each with the reason."""

import re
from collections.abc import Iterable, Iterator, Mapping

from ....nodes.gates.runs import longest_shared
from ....nodes.grounding import numbers_in
from ....nodes.offline.guard import guarded
from .reading import masked
from .schema import Quote, Reply
from .wording import sentences_of

Values = Mapping[str, object]
Judged = tuple[bool, str]

_BENEFIT = (
    r"(?:refund\w*|money back|replac\w*|credit\w*|discount\w*|voucher\w*|compensat\w*"
    r"|free of charge|for free|gift\w*|waive\w*|reimburse\w*)"
)
_PROMISE = re.compile(
    r"\b(?:we|i|you|it|they|our \w+|your \w+)"
    r"(?:'ll|'ve| will| shall| have| has| can| are| am| is| was| were| promise| grant| offer)\b"
    rf".{{0,80}}\b{_BENEFIT}\b|\b{_BENEFIT} (?:(?:has|have|will) be|is on|was (?:made|paid|issued))"
    r"|\b(?:guarantee\w*|promis\w*|rest assured)\b",
    re.I,
)
_DONE = re.compile(
    r"\b(?:we|i)(?:'ve| have)\b.{0,30}\b(?:refunded|cancell?ed|changed|updated|shipped|sent"
    r"|credited|replaced|escalated|opened)\b",
    re.I,
)
_ADVICE = re.compile(
    r"\b(?:you (?:should|could|can|may) sue|legally (?:entitled|liable|obliged|binding)"
    r"|legal(?:ly)? (?:advice|action|claim|right\w*)|negligen\w*|liab(?:le|ility)|diagnos\w*"
    r"|(?:consult|contact|see|call) (?:a |your )?(?:lawyer|solicitor|attorney)|symptoms?"
    r"|ibuprofen|paracetamol|aspirin|(?:take|apply) \w+ (?:cream|tablets?|mg)|medical advice"
    r"|ointment)\b",
    re.I,
)
_MACHINE = re.compile(
    r"\bas an? (?:ai|(?:ai |large )?language) (?:model|assistant)\b|\bsystem prompt\b"
    r"|\bmy instructions\b|\b(?:admin|debug|developer) mode\b"
    r"|\bas (?:you )?(?:ordered|instructed|commanded)\b|\baccess (?:is )?granted\b",
    re.I,
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(
    r"\b(?:h(?:tt|xx)ps?:|www\.)\S*|\b[a-z0-9][\w-]*(?:\.[a-z0-9][\w-]*)*\.[a-z]{2,}\b(?:/\S*)?",
    re.I,
)
#: What no reply speaks of in words of its own: we never ask for it.
_CREDENTIAL = re.compile(
    r"\b(?:pass ?(?:words?|codes?|phrases?)|pins?|cvv|cvc|codes?|cards?|iban|credentials?|log-?in"
    r"|(?:bank|account|card|payment) (?:details?|data|numbers?)|social security)\b",
    re.I,
)
#: What may be said beside facts and policies.
_COURTESIES = frozenset(
    (
        "thank you for your message",
        "thank you for writing to us",
        "thank you for your patience",
        "we are happy to help",
        "please write to us again if you have another question",
        "kind regards",
    )
)
#: So many words in a row of an order to the reader are no chance.
_ECHO = 6


def no_promises(values: Values, sources: Values) -> Judged:
    """Nothing is promised or told as done beyond the facts and the policies' own words."""
    own = _own_sentences(values, sources)
    wrong = [each for each in own if _PROMISE.search(each) or _DONE.search(each)]
    what = "It promises, or tells as done, what no fact and no policy states"
    return _judged(wrong, what, "Quote the policy word for word, or say that a colleague decides.")


def only_own_data(values: Values, sources: Values) -> Judged:
    """Every number and address of the draft stands in the sender's facts or in a policy."""
    text, known = _reply(values).text, " ".join(_given(sources))
    strange = sorted(numbers_in(text) - numbers_in(known))
    strange += [each for each in _EMAIL.findall(text) if each.lower() not in known.lower()]
    return _judged(strange, "It states what stands in no fact and no policy", "Leave these out.")


def no_secrets(values: Values, sources: Values) -> Judged:
    """No card number, password or code is written out or asked for, and no foreign link given."""
    wrong = ["a card number or password"] if masked(_reply(values).text)[1] else []
    known = " ".join(_given(sources)).lower()
    for each in _own_sentences(values, sources):
        wrong += [f"of secrets: {each}"] if _CREDENTIAL.search(each) else []
        wrong += [link for link in _links(each) if link.lower() not in known]
    return _judged(wrong, "It writes out or asks for", "Leave it out and do not ask for it.")


def _links(text: str) -> list[str]:
    return [found[0].rstrip(".,") for found in _LINK.finditer(_EMAIL.sub(" ", text))]


def not_obeyed(values: Values, sources: Values) -> Judged:
    """No order that stands in the message was followed or repeated."""
    text = _reply(values).text
    wrong = [found[0] for found in _MACHINE.finditer(text)]
    for order in guarded(str(sources.get("text") or ""), "").left_out:
        shared = longest_shared([text.lower().split()], [order.lower().split()])
        wrong += [" ".join(shared)] if len(shared) >= _ECHO else []
    what = "It follows or repeats orders that the message gives"
    return _judged(wrong, what, "Answer the customer's matter only.")


def no_advice(values: Values, sources: Values) -> Judged:
    """No legal and no medical advice."""
    wrong = [each for each in _own_sentences(values, sources) if _ADVICE.search(each)]
    return _judged(wrong, "It gives legal or medical advice", "Leave that to a colleague.")


def cites(values: Values, sources: Values) -> Judged:
    """A cited policy is one of those given, and a reply rests on a fact or a policy."""
    reply, headings = _reply(values), {each.heading for each in _quotes(sources)}
    strange = [each for each in reply.policies if each not in headings]
    if not reply.text.strip() or not (reply.policies or sources.get("facts") or reply.unanswered):
        strange = ["nothing"]
    fix = "Copy the heading of a passage exactly, or list the question as unanswered."
    return _judged(strange, "It rests on what was not given", fix)


def _judged(wrong: list[str], what: str, fix: str) -> Judged:
    listed = "; ".join(repr(each[:120]) for each in wrong[:4])
    return not wrong, f"{what}: {listed}. {fix}" if wrong else "It holds."


def _reply(values: Values) -> Reply:
    return Reply.model_validate(values["draft"])


def _quotes(sources: Values) -> list[Quote]:
    found = sources.get("quotes")
    return [Quote.model_validate(each) for each in found] if isinstance(found, list | tuple) else []


def _given(sources: Values) -> Iterator[str]:
    facts = sources.get("facts")
    yield from (str(each) for each in facts) if isinstance(facts, list | tuple) else ()
    yield from (f"{each.heading} {each.text}" for each in _quotes(sources))


def _own_sentences(values: Values, sources: Values) -> list[str]:
    """The draft's sentences that are no word-for-word fact or policy."""
    return [each for each, words in _parts(_reply(values).text) if words not in _borne(sources)]


def unborne(draft: Reply, facts: Iterable[str], quotes: Iterable[Quote]) -> Iterator[str]:
    """What a draft says beside whole sentences of facts and policies, numbers and denials
    included, and a short list of courtesies; and what it cites and does not quote."""
    held = {each.heading: _sentences([each.text]) for each in quotes}
    borne = _COURTESIES.union(_sentences(facts), *held.values())
    said = _parts(draft.text)
    for each, words in said:
        if words not in borne:
            yield f"No fact and no policy says: {each[:200]!r}."
    for heading in draft.policies:
        if not held.get(heading, set()) & {words for _, words in said}:
            yield f"It cites {heading[:100]!r} and quotes nothing of it."


def _borne(sources: Values) -> set[str]:
    facts = sources.get("facts")
    given = [str(each) for each in facts] if isinstance(facts, list | tuple) else []
    return _sentences([*given, *(each.text for each in _quotes(sources))])


def _sentences(texts: Iterable[str]) -> set[str]:
    return {words for text in texts for _, words in _parts(text)}


def _parts(text: str) -> list[tuple[str, str]]:
    """The sentences of a text, each with its words alone, as they are compared."""
    found = (
        (each, " ".join(re.findall(r"\w+(?:[.,]\d+)*", each.lower())))
        for each in sentences_of(text)
    )
    return [(each, words) for each, words in found if words or each.strip("\"'“”.,!- ")]
