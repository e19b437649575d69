"""Companies, and the people who belong to them: put there by agents, or by a mail address."""

from collections.abc import Mapping

from agent_tui.model.clock import Millis
from agent_tui.model.customer import Company, Person
from agent_tui.store.database import Conflict, Database, Row

_DOMAIN = "SUBSTR(i.value, INSTR(i.value, '@') + 1)"
"""As the index identities_by_domain has it."""

_PEOPLE = (
    "SELECT k.person_id FROM customers k WHERE k.company_id = :id"
    " UNION SELECT k.person_id FROM company_domains d"
    f" JOIN identities i ON i.kind = 'email' AND {_DOMAIN} = d.domain"
    " JOIN customers k ON k.id = i.customer_id WHERE d.company_id = :id AND NOT EXISTS"
    " (SELECT 1 FROM customers m WHERE m.person_id = k.person_id AND m.company_id IS NOT NULL)"
)


def get(db: Database, company_id: int) -> Company | None:
    """The company of that id."""
    row = db.one("SELECT * FROM companies WHERE id = :id", {"id": company_id})
    return _company(db, row) if row else None


def named(db: Database, name: str) -> Company | None:
    """The company of that name, whatever its case."""
    row = db.one(
        "SELECT * FROM companies WHERE LOWER(name) = LOWER(:name) ORDER BY id LIMIT 1",
        {"name": name},
    )
    return _company(db, row) if row else None


def of_person(db: Database, person: Person) -> Company | None:
    """Where agents put the person, else the company of one of their addresses' domains."""
    if person.company_id is not None:
        return get(db, person.company_id)
    for address in person.emails():
        found = of_domain(db, address.rpartition("@")[2])
        if found is not None:
            return found
    return None


def of_domain(db: Database, domain: str) -> Company | None:
    """Whose domain it is."""
    row = db.one("SELECT company_id FROM company_domains WHERE domain = :d", {"d": domain})
    return get(db, row["company_id"]) if row else None


def create(db: Database, name: str, now: Millis) -> Company:
    """A new company without people."""
    number = db.insert(
        "INSERT INTO companies (name, created_at) VALUES (:name, :now)", {"name": name, "now": now}
    )
    return Company(number, name, "", now, 1)


def update(db: Database, company: Company, fields: Mapping[str, object]) -> None:
    """Set fields; Conflict when the company has changed since it was read."""
    columns = {name: value for name, value in fields.items() if name != "domains"}
    sets = ", ".join([*(f"{name} = :{name}" for name in columns), "version = version + 1"])
    with db.transaction():
        touched = db.run(
            f"UPDATE companies SET {sets} WHERE id = :id AND version = :version",
            columns | {"id": company.id, "version": company.version},
        )
        if not touched:
            raise Conflict(f"{company.name} was changed by somebody else meanwhile; look again.")
        if isinstance(domains := fields.get("domains"), list):
            _set_domains(db, company, domains)


def names(db: Database) -> list[str]:
    """The companies that have people or about which something is known."""
    rows = db.all(
        "SELECT name FROM companies w WHERE notes <> ''"
        " OR EXISTS (SELECT 1 FROM customers k WHERE k.company_id = w.id)"
        " OR EXISTS (SELECT 1 FROM company_domains d WHERE d.company_id = w.id) ORDER BY name"
    )
    return [row["name"] for row in rows]


def people(db: Database, company_id: int, limit: int = 50) -> list[int]:
    """The people of a company, by the customers who stand for them."""
    rows = db.all(f"{_PEOPLE} ORDER BY 1 LIMIT :limit", {"id": company_id, "limit": limit})
    return [row["person_id"] for row in rows]


def _set_domains(db: Database, company: Company, domains: list[str]) -> None:
    for domain in domains:
        other = of_domain(db, domain)
        if other is not None and other.id != company.id:
            raise Conflict(f"{domain} belongs to {other.name} already.")
    db.run("DELETE FROM company_domains WHERE company_id = :id", {"id": company.id})
    db.many(
        "INSERT INTO company_domains (domain, company_id) VALUES (:domain, :id)",
        [{"domain": domain, "id": company.id} for domain in sorted(set(domains))],
    )


def _company(db: Database, row: Row) -> Company:
    domains = db.all(
        "SELECT domain FROM company_domains WHERE company_id = :id ORDER BY domain",
        {"id": row["id"]},
    )
    return Company(
        id=row["id"],
        name=row["name"],
        notes=row["notes"],
        created_at=row["created_at"],
        version=row["version"],
        domains=tuple(one["domain"] for one in domains),
    )
