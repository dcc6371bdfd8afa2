"""The words by which names are told from other capitalised words, and kinds of names apart."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Legal forms, as they end a company's name.
LEGAL = _words(
    "Inc Incorporated Corp Corporation Ltd Limited plc PLC Plc AG SE SA GmbH KG KGaA BV NV AB AS "
    "ASA Oy Oyj LLC LLP LP SpA SRL SARL SAS Pty Pte Co Company Bhd Tbk ApS EV OHG UG S.A. N.V. "
    "B.V. S.p.A. L.P. L.L.C."
)
#: Words that stand in the names of organisations and hardly in others.
ORGANISATION = _words(
    "Bank University Institute Ministry Group Foundation Agency Committee Council Museum College "
    "School Hospital Airlines Airways Holding Holdings Partners Systems Technologies Technology "
    "Industries Press Court Party Union Association Society Authority Commission Department Works "
    "Laboratories Labs Brothers Sons Associates Federation League Academy Parliament Trust Fund "
    "Capital Ventures Insurance Logistics Shipping Energy Motors Pharma Pharmaceuticals Software "
    "Solutions Services Consulting Bureau Cooperative Orchestra Theatre Club Chamber Consortium"
)
PLACE = _words(
    "Street Road Avenue River Lake Island Islands City Bay Valley County Mountains Sea Ocean "
    "Harbour Harbor Airport Square Bridge Province District Peninsula Desert Coast Strait"
)
#: Heads after which "of" goes on with the name: "University of Oxford".
INSTITUTIONS = _words(
    "University Bank Ministry Department Institute Republic Kingdom City Bay Board House Museum "
    "Port Isle Court Church Council School College Academy Chamber Federation Union States "
    "Province County Gulf Cape Lake Office Agency Society Association Centre Center Library Order "
    "Duchy Faculty Bureau Commission Authority Trust Fund Conference Treaty"
)
#: What may follow "and" within a name: "Berg and Sons".
PARTNERS = _words("Sons Son Partners Company Co Brothers Associates Daughters")
PARTICLES = _words("von van der den de la del di da du le ter ten al bin zu")
TITLES = _words(
    "mr mrs ms miss dr prof professor sir dame lord lady president chairman chairwoman "
    "chairperson chancellor minister senator mayor judge captain ceo cfo cto coo chief executive "
    "officer director secretary governor ambassador vice deputy managing founder co-founder"
)
#: Capitalised, and no name.
NO_NAMES = _words(
    "January February March April May June July August September October November December Monday "
    "Tuesday Wednesday Thursday Friday Saturday Sunday Feb Apr Jun Jul Aug Sep Sept Oct Nov Dec "
    "Internet Christmas Easter I EUR USD GBP CHF SEK NOK DKK JPY CEO CFO CTO COO Q1 Q2 Q3 Q4 PDF "
    "Subject From To Cc Date Re Dear"
)
#: Adjectives of countries: alone no names, but a part of many.
PEOPLES = _words(
    "German French English British American Dutch Danish Swedish Norwegian Finnish Spanish "
    "Italian Portuguese Polish Russian Chinese Japanese Korean Indian Turkish Greek Swiss Austrian "
    "Belgian Irish Scottish Welsh Czech Hungarian European Asian African Canadian Mexican "
    "Brazilian Australian Israeli Iranian Egyptian Roman Latin Arab Icelandic Estonian Latvian "
    "Lithuanian Ukrainian Romanian Bulgarian Croatian"
)
#: Heads of references and not of names: "Section 4".
NUMBERED = _words(
    "Section Table Figure Chapter Article Annex Appendix Note Item Part Page Clause Schedule "
    "Exhibit Phase Step Line Question Answer"
)
#: Words that a text may capitalise without naming anybody.
GENERIC = _words(
    "company group board agreement tenant landlord parties party lease contract buyer seller "
    "purchaser supplier customer customers borrower lender licensor licensee employer employee "
    "management shareholders investors sales revenue revenues growth profit profits employees "
    "police researchers scientists officials analysts experts people workers critics lawyers "
    "regulators production demand annual report committee department government court bank "
    "university city state internet today yesterday tomorrow everyone everybody someone somebody "
    "nobody nothing everything anyone man woman women men children students engineers operations "
    "partners members staff prices trade work water money time life business industry market "
    "research science art music law history order services products section article terms "
    "premises services deliverables confidential information effective date press release "
    "construction talks rivals former according thanks neither either half dozens hundreds "
    "thousands millions critics consumers owners users banks creditors news"
)
#: Ends of common words: a word that begins a sentence and ends so may be one of them.
COMMON_END = ("s", "ing", "ment", "tion", "ity", "ness", "ance", "ence", "ship", "ism", "ly", "ed")
#: Words without a meaning of their own, which a name does not begin with.
SMALL = _words(
    "the a an in on at by for from to of with without as and or but nor so yet if when while "
    "since until after before because although though unless whereas where which who whom whose "
    "what why how that this these those there here it its he his she her they their them we our "
    "us you your my me i is are was were be been being has have had do does did will would can "
    "could shall should may might must not no yes all any both each every few many more most much "
    "other others another some such same than then thus therefore however moreover furthermore "
    "meanwhile instead later earlier once now today yesterday again also only even just still "
    "already under over above below between among during through throughout against about around "
    "near behind beyond within across along upon into onto off out up down first second third "
    "finally last next previously recently originally currently formerly together one two three "
    "four five six seven eight nine ten dear please see like unlike despite per via following "
    "new old former according founded born based owned led headquartered besides regarding "
    "afterwards subsequently initially eventually nevertheless nonetheless additionally soon"
)
