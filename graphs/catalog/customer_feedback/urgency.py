"""What cannot wait, and what perhaps cannot: harm, the law, money, data, a customer who leaves.

Missing one costs more than asking in vain. So words that surely tell of it open an escalation,
which a person looks at, and in a complaint the mere mention of a body, of money or of data puts
the item on that person's list.
"""

import re

_WHOSE = r"(?:my|his|her|our|their|your|me|him|us|them|a|the)"
_BODY = (
    r"(?:fingers?|thumbs?|hands?|arms?|legs?|knees?|foot|feet|toes?|ankles?|wrists?|skin|eyes?"
    r"|face|nose|lips?|mouth|gums?|tooth|teeth|tongue|throat|neck|chest|stomach|head|ears?|hair)"
)
_HARMED = (
    r"(?:cuts?|burn(?:t|ed|s)?|scald\w*|bruis\w+|hurt\w*|injur\w+|scratch\w*|pinch\w*|crush\w*"
    r"|brok(?:e|en)|chipped|sliced|stung|irritat\w+|swell\w*|swollen|swelled|blister\w*)"
)
_OTHERS = (
    r"(?:another|other|different|wrong|strange) (?:customer|client|person|people|patient|user)"
)
_PRIVATE = r"(?:names?|address\w*|details|data|invoices?|orders?|account|records?|letters?|bills?)"
_HARM = (
    r"(?:caught|on) fire|fires?\b(?! ?sale)|flames?|sparks|smok(?:e|ing)|explo(?:ded|sion)|melted"
    r"|injur\w+|hospital\w*|ambulance|stitches|bleed\w*|bled|blood|chok(?:e|ed|ing)|suffocat\w*"
    r"|allerg\w+ (?:reaction|shock)|electric(?:al)? shock|electrocuted|unsafe|dangerous\w*"
    r"|food poisoning|poisoned|vomit\w*|threw up|throwing up|fainted|passed out|unconscious"
    r"|(?:made|makes|making|got|fell|became|been) (?:\w+ )?(?:\w+ )?(?:ill|sick)|blisters?"
    r"|glass in|gas leak"
    rf"|{_HARMED} {_WHOSE} (?:[\w'’]+ ){{0,2}}{_BODY}|{_BODY} (?:\w+ )?{_HARMED}"
    rf"|(?:burn(?:t|ed)|scald\w+|hurt) (?:my|his|her|our|their|me|him|us|them)"
)
_LAW = (
    r"lawyers?|solicitors?|attorney|legal (?:action|advice|steps)|tak(?:e|ing) you to court"
    r"|(?:see|meet) you in court|su(?:e|ing) (?:you|them)|ombudsman|tribunal|regulator|watchdog"
    r"|consumer (?:protection|association|rights)|trading standards|authorities|police"
    r"|newspapers?|journalists?|reporters?|the (?:press|media)"
)
_MONEY = (
    r"chargeback|fraud\w*|scam\w*|phish\w*|hacked|steal\w*|stolen?|unauthori[sz]ed"
    r"|(?:charged|billed|debited) (?:me |us )?(?:twice|again|three times)|double[- ]charged"
    r"|(?:took|taken?|taking|withdr[ae]w\w*|debited|deducted|drained|emptied|charged)\b"
    r"[\w ’'.,£$€-]{0,40}\b(?:from my|my (?:bank|card|account)|without)"
    r"|(?:without|not) (?:my |our )?(?:asking|permission|consent|approv\w+|authori\w+|knowledge)"
    r"|never (?:authori\w+|agreed|consented|signed|ordered)"
)
_DATA = (
    r"data (?:breach|leak|protection)|gdpr|leaked|identity theft"
    r"|(?:some(?:one|body)|anyone) else['’]s"
    rf"|{_OTHERS}s?['’]?s? (?:[\w'’]+ ){{0,3}}{_PRIVATE}|{_PRIVATE} (?:of|from|for) {_OTHERS}s?"
    r"|strangers?|(?:bank|card|personal|medical|health) (?:details|data|records|information)"
    r"|(?:my|our) (?:\w+ )?(?:details|data|address|number|photos?) (?:\w+ )?"
    r"(?:public\w*|visible|shown|shared|sold|given|passed|sent|online)"
)
_LEAVES = (
    r"cancel\w* (?:my|our|the) (?:contract|subscription|account|membership|order)"
    r"|(?:switch|mov)(?:ing|ed) to (?:a|another|your)|lost (?:me|us|\w+ customers?)\b"
    r"|(?:taking|take) (?:my|our) (?:business|custom) (?:elsewhere|away)"
)
_SOON = r"urgent\w*|immediately|asap|right away|within 24 hours"
_URGENT = re.compile(rf"\b(?:{_HARM}|{_LAW}|{_MONEY}|{_DATA}|{_LEAVES}|{_SOON})\b", re.IGNORECASE)
#: What a complaint may not speak of without being looked at.
_TOUCHES = re.compile(
    rf"\b(?:{_BODY}|child(?:ren)?|bab(?:y|ies)|toddler|sons?|daughters?|kids?|allerg\w*|sick|ill"
    r"|nause\w*|dizzy|pain\w*|sore|rash|itch\w*|hurts?|sharp|overheat\w*|scorch\w*|burn\w*|fumes"
    r"|gas|wir(?:e|es|ing)|shock\w*|mou?ld\w*|insects?|maggots?|worms?|glass|metal|splinters?"
    r"|needles?|expired|raw|medicines?|dos(?:e|age)|pregnan\w+|doctors?|nurses?|fell|fall|slipp\w+"
    r"|tripp\w+|brakes?|safety|broke off|choke\w*|swallow\w*|blood"
    r"|aches?|\w+ache|plaster|bruise\w*|collaps\w+|wheels?|roads?|stairs|plugs?|sockets?|batter(?:y|ies)"
    r"|husband|wife|mother|father|family|neighbours?|dogs?|cats?|pets?"
    r"|bank\w*|cards?|accounts?|money|cash|charg\w+|debit\w*|pa(?:y|ys|id|ying|yments?)|owed?|fees?"
    r"|refund\w*|invoice\w*|bill(?:s|ed|ing)?|deposit|cheques?|iban|loan|euros?|dollars?|pounds?"
    r"|data|details|address\w*|passwords?|priva\w+|personal\w*|e-?mails?|numbers?|names?"
    r"|log(?:ged)?[ -]?in|login|passports?|photos?|record\w*|cameras?|track(?:ed|s)|newsletters?"
    r"|spam|consent)\b|[$€£]",
    re.IGNORECASE,
)


def urgent_words(text: str) -> str:
    """The words that show that it cannot wait; empty where none do."""
    found = _URGENT.search(text)
    return found[0] if found else ""


def touching_words(text: str) -> str:
    """The first word of a body, of money or of data; empty where there is none."""
    found = _TOUCHES.search(text)
    return found[0] if found else ""
