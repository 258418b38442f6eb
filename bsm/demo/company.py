"""The demo company: its people, what it offers and to whom. Everything here is invented."""

from __future__ import annotations

from dataclasses import dataclass

NAME = "Halvenmark Group"
ZONE = "Europe/Berlin"
OFFERED = frozenset({"pilot", "live", "retiring"})


@dataclass(frozen=True, slots=True)
class Person:
    login: str
    name: str
    job: str


@dataclass(frozen=True, slots=True)
class Unit:
    name: str
    parent: str | None
    head: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A service of the company, and how it is built and promised.

    `frailty` scales how often it fails by itself; `target` is None where nothing was promised.
    """

    key: str
    name: str
    unit: str
    owner: str | None
    criticality: int
    build: str
    value: str
    hourly_loss: int | None = None
    target: str | None = None
    hours: str = "around the clock"
    frailty: float = 1.0
    state: str = "live"
    is_watched: bool = True

    @property
    def is_measured(self) -> bool:
        """Somebody can use it, and somebody looks whether they can."""
        return self.is_watched and self.state in OFFERED


LOGINS = ("it.manager", "business.owner", "admin.demo")
PEOPLE = (
    Person("it.manager", "Mirela Aldenkamp", "Head of IT service management"),
    Person("business.owner", "Tobin Ravnsholt", "Managing director, Retail Banking"),
    Person("admin.demo", "Ysolde Varga-Tamm", "Portal administrator"),
    Person("j.okonwe", "Jaro Okonwe-Lind", "Product owner, digital channels"),
    Person("s.brandvik", "Selma Brandvik-Oro", "Product owner, payments"),
    Person("h.tersteeg", "Hanno Tersteegen", "Product owner, insurance platforms"),
    Person("l.quistador", "Lioba Quistorf", "Product owner, claims"),
    Person("p.zelnik", "Piet Zelnikar", "Platform lead"),
    Person("n.auerlund", "Nava Auerlund", "Network lead"),
    Person("d.ferrante", "Dunja Ferrantelli", "Workplace lead"),
    Person("r.holmquist", "Rune Holmquarre", "Finance systems lead"),
    Person("c.vanderlaan", "Cosima Vanderlohe", "Data platform lead"),
)
UNITS = (
    Unit(NAME, None, "admin.demo"),
    Unit("Retail Banking", NAME, "business.owner"),
    Unit("Payments and Cards", "Retail Banking", "s.brandvik"),
    Unit("Branches", "Retail Banking", "business.owner"),
    Unit("Corporate Banking", NAME, "s.brandvik"),
    Unit("Insurance", NAME, "h.tersteeg"),
    Unit("Policies and Sales", "Insurance", "h.tersteeg"),
    Unit("Claims", "Insurance", "l.quistador"),
    Unit("Finance and Risk", NAME, "r.holmquist"),
    Unit("People", NAME, "d.ferrante"),
    Unit("Group IT", NAME, "it.manager"),
)

OFFICE, BRANCH = "office hours", "branch hours"
IT, RETAIL, CARDS, BRANCHES = "Group IT", "Retail Banking", "Payments and Cards", "Branches"
CORPORATE, SALES, CLAIMS = "Corporate Banking", "Policies and Sales", "Claims"
FINANCE, PEOPLE_UNIT = "Finance and Risk", "People"

# Platforms first, so that a smaller company still stands on its own.
OFFERS = (
    Offer(
        "network", "Core network", IT, "n.auerlund", 4, "network",
        "Connects every branch, office and data centre with each other.",
        9000, "99.95", frailty=0.3,
    ),
    Offer(
        "sso", "Single sign-on", IT, "p.zelnik", 4, "platform",
        "Lets staff and customers sign in once for everything they use.",
        7000, "99.95", frailty=0.5,
    ),
    Offer(
        "bus", "Message bus", IT, "p.zelnik", 4, "platform",
        "Carries orders and events between systems without losing one.",
        5000, "99.9", frailty=0.5,
    ),
    Offer(
        "online-banking", "Online banking", RETAIL, "j.okonwe", 4, "web",
        "Lets private customers run their accounts at any hour.",
        42000, "99.9", frailty=0.8,
    ),
    Offer(
        "claims-portal", "Claims portal", CLAIMS, "l.quistador", 3, "web",
        "Lets customers report a loss and follow how it is settled.",
        8500, "99.5", frailty=1.6,
    ),
    Offer(
        "card-payments", "Card payments", CARDS, "s.brandvik", 4, "core",
        "Approves card payments in shops and on the web within a second.",
        65000, "99.95", frailty=0.6,
    ),
    Offer(
        "instant-payments", "Instant payments", CARDS, "s.brandvik", 4, "core",
        "Moves money to any account in Europe within ten seconds.",
        38000, "99.9", frailty=1.0,
    ),
    Offer(
        "mobile-app", "Mobile app", RETAIL, "j.okonwe", 4, "cloud",
        "Puts account, card and policy into the customer's pocket.",
        30000, "99.9", frailty=0.9,
    ),
    Offer(
        "policy-admin", "Policy administration", SALES, "h.tersteeg", 4, "core",
        "Keeps every insurance contract from application to end.",
        14000, "99.5", OFFICE, frailty=1.1,
    ),
    Offer(
        "broker-extranet", "Broker extranet", SALES, "h.tersteeg", 3, "web",
        "Gives independent brokers quotes and contracts on the spot.",
        6200, "99.5", frailty=1.4,
    ),
    Offer(
        "document-archive", "Document archive", FINANCE, "c.vanderlaan", 2, "desk",
        "Finds any letter or contract of the last thirty years.",
    ),
    Offer(
        "branch-teller", "Branch teller", BRANCHES, "business.owner", 3, "core",
        "Lets branch staff pay in, pay out and open an account in one visit.",
        11000, "99.5", BRANCH,
    ),
    Offer(
        "cash-machines", "Cash machines", BRANCHES, "business.owner", 3, "core",
        "Hands out cash at four hundred machines day and night.",
        9500, "99.5",
    ),
    Offer(
        "account-opening", "Account opening", RETAIL, "j.okonwe", 3, "web",
        "Turns a visitor into a customer in eight minutes, online.",
        5200, "99.5", frailty=1.2,
    ),
    Offer(
        "consumer-loans", "Consumer loans", RETAIL, "j.okonwe", 3, "web",
        "Decides on a loan while the customer is still reading.",
        4800, "99.5", OFFICE,
    ),
    Offer(
        "mortgages", "Mortgages", RETAIL, "business.owner", 3, "desk",
        "Guides advisers and buyers from first talk to signed mortgage.",
        3600, "99.0", OFFICE,
    ),
    Offer(
        "corporate-portal", "Corporate portal", CORPORATE, "s.brandvik", 4, "web",
        "Lets companies see all accounts and approve payments in one place.",
        18000, "99.9",
    ),
    Offer(
        "trade-finance", "Trade finance", CORPORATE, "s.brandvik", 2, "desk",
        "Handles letters of credit and guarantees for exporters.",
        2900, "99.0", OFFICE,
    ),
    Offer(
        "cash-management", "Cash management", CORPORATE, "s.brandvik", 3, "core",
        "Collects and pays for companies overnight, reconciled by morning.",
        7600, "99.5",
    ),
    Offer(
        "quote-engine", "Quote engine", SALES, "h.tersteeg", 3, "cloud",
        "Prices motor, home and liability cover in under two seconds.",
        6800, "99.9", frailty=1.1,
    ),
    Offer(
        "partner-api", "Partner interface", SALES, "h.tersteeg", 3, "cloud",
        "Lets comparison sites and dealers sell our cover.",
        5400, "99.9", frailty=1.2,
    ),
    Offer(
        "claims-handling", "Claims handling", CLAIMS, "l.quistador", 3, "core",
        "Leads clerks from reported loss to paid claim.",
        7100, "99.5", OFFICE,
    ),
    Offer(
        "repair-network", "Repair network", CLAIMS, "l.quistador", 2, "cloud",
        "Finds a garage or craftsman nearby and books the repair.",
        1800, "99.0",
    ),
    Offer(
        "fraud-watch", "Fraud watch", CARDS, "s.brandvik", 4, "core",
        "Stops a stolen card within seconds of its first misuse.",
        22000, "99.9", frailty=0.7,
    ),
    Offer(
        "general-ledger", "General ledger", FINANCE, "r.holmquist", 4, "core",
        "Books every movement and closes the month on time.",
        4100, "99.5", OFFICE,
    ),
    Offer(
        "regulatory-reports", "Regulatory reporting", FINANCE, "r.holmquist", 3, "desk",
        "Delivers complete reports to the supervisors before they are due.",
        2600, "99.0", OFFICE,
    ),
    Offer(
        "risk-engine", "Risk engine", FINANCE, "r.holmquist", 3, "core",
        "Tells each morning what the group could lose by night.",
        3300, "99.0",
    ),
    Offer(
        "data-warehouse", "Data warehouse", FINANCE, "c.vanderlaan", 2, "desk",
        "Answers questions across bank and insurer from one set of figures.",
        1500, "99.0", OFFICE, state="retiring",
    ),
    Offer(
        "lakehouse", "Analytics lakehouse", FINANCE, "c.vanderlaan", 2, "cloud",
        "Lets analysts work with fresh data without waiting for IT.",
        state="pilot",
    ),
    Offer(
        "email", "E-mail and calendar", IT, "d.ferrante", 3, "cloud",
        "Keeps people in touch and meetings in order.",
        3900, "99.9", frailty=0.6,
    ),
    Offer(
        "telephony", "Telephony and contact centre", IT, "d.ferrante", 4, "core",
        "Brings every call to somebody who can help.",
        8800, "99.9",
    ),
    Offer(
        "files", "Shared files", IT, "d.ferrante", 2, "platform",
        "Keeps teams' documents safe and at hand.",
        1200, "99.5",
    ),
    Offer(
        "desktop", "Digital workplace", IT, "d.ferrante", 3, "desk",
        "Gives each colleague a working desk, wherever it stands.",
        5600, "99.0", OFFICE,
    ),
    Offer(
        "service-desk", "IT service desk", IT, "it.manager", 2, "cloud",
        "Takes every request and tells how far it is.",
        900, "99.0", OFFICE,
    ),
    Offer(
        "payroll", "Payroll", PEOPLE_UNIT, "d.ferrante", 3, "desk",
        "Pays everybody the right amount on the right day.",
        2100, "99.0", OFFICE,
    ),
    Offer(
        "recruiting", "Recruiting", PEOPLE_UNIT, "d.ferrante", 1, "cloud",
        "Leads applicants from first click to first day.",
    ),
    Offer(
        "learning", "Learning", PEOPLE_UNIT, None, 1, "cloud",
        "Offers training that fits between two meetings.",
    ),
    Offer(
        "branch-signage", "Branch signage", BRANCHES, "business.owner", 1, "desk",
        "Shows rates and offers on the screens in every branch.",
        is_watched=False,
    ),
    Offer(
        "wealth-advice", "Wealth advice", RETAIL, "j.okonwe", 2, "cloud",
        "Shows advisers and clients the same picture of a portfolio.",
        state="building",
    ),
    Offer(
        "fax-gateway", "Fax gateway", CLAIMS, "p.zelnik", 1, "desk",
        "Received letters of doctors and lawyers until the archive took over.",
        state="retired",
        is_watched=False,
    ),
)  # fmt: skip
