"""SQL for what a query says of customers: it holds for all who are one person.

In all of it ``{}`` stands for a column that holds a customer's id, and for conditions of our own,
in which values are parameters.
"""

OF_PEOPLE = (
    "{} IN (SELECT p.id FROM customers p WHERE p.person_id IN"
    " (SELECT k.person_id FROM customers k WHERE {}))"
)
"""The people of customers ``k``."""

KNOWN_AS = "SELECT i.customer_id FROM identities i WHERE {} AND {}"
NAMED = " UNION SELECT u.id FROM customers u WHERE {}"
"""Customers, by identities ``i`` and by what agents call them (``u``)."""

VIP = "k.vip = 1"

TAGGED = "k.id IN (SELECT t.customer_id FROM customer_tags t WHERE {})"
UNTAGGED = (
    "NOT EXISTS (SELECT 1 FROM customers o JOIN customers m ON m.person_id = o.person_id"
    " JOIN customer_tags t ON t.customer_id = m.id WHERE o.id = {})"
)

_PUT_INTO = "SELECT k.id FROM companies w JOIN customers k ON k.company_id = w.id WHERE {0}"
_BY_ADDRESS = (
    "SELECT k.id FROM companies w JOIN company_domains d ON d.company_id = w.id"
    " JOIN identities i ON i.kind = 'email'"
    " AND SUBSTR(i.value, INSTR(i.value, '@') + 1) = d.domain"
    " JOIN customers k ON k.id = i.customer_id WHERE {0} AND NOT EXISTS (SELECT 1 FROM customers m"
    " WHERE m.person_id = k.person_id AND m.company_id IS NOT NULL)"
)
AT_COMPANY = f"k.id IN ({_PUT_INTO} UNION {_BY_ADDRESS})"
"""Conditions on ``k``: a VIP; who has a tag ``t``; who is with one of the companies ``w``, put
there by an agent or by a mail address."""
