-- People: customers who are one and the same, what agents know of them, and companies.

CREATE TABLE companies (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    notes TEXT NOT NULL DEFAULT '',
    domains TEXT NOT NULL DEFAULT '[]', -- of their people's mail addresses
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX companies_by_name ON companies (LOWER(name));

-- A merge moves nothing: every customer stays the owner of identities, conversations, claims and
-- records, and is merged into another; whoever has the same person_id is the same person.
ALTER TABLE customers ADD COLUMN merged_into INTEGER REFERENCES customers (id);
ALTER TABLE customers ADD COLUMN person_id INTEGER; -- the last one on the way of merged_into
ALTER TABLE customers ADD COLUMN distinct_from TEXT NOT NULL DEFAULT '[]'; -- whom they are not
ALTER TABLE customers ADD COLUMN aliases TEXT NOT NULL DEFAULT '[]';
ALTER TABLE customers ADD COLUMN languages TEXT NOT NULL DEFAULT '[]';
ALTER TABLE customers ADD COLUMN time_zone TEXT NOT NULL DEFAULT '';
ALTER TABLE customers ADD COLUMN fields TEXT NOT NULL DEFAULT '{}';
ALTER TABLE customers ADD COLUMN newsletter TEXT NOT NULL DEFAULT ''; -- '': nobody asked
ALTER TABLE customers ADD COLUMN newsletter_source TEXT NOT NULL DEFAULT '';
ALTER TABLE customers ADD COLUMN vip INTEGER NOT NULL DEFAULT 0;
ALTER TABLE customers ADD COLUMN company_id INTEGER REFERENCES companies (id);
UPDATE customers SET person_id = id;

CREATE TRIGGER customers_are_people AFTER INSERT ON customers WHEN new.person_id IS NULL
BEGIN
    UPDATE customers SET person_id = new.id WHERE id = new.id;
END;

CREATE INDEX customers_by_person ON customers (person_id, vip);
CREATE INDEX customers_merged ON customers (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX customers_by_company ON customers (company_id) WHERE company_id IS NOT NULL;
CREATE INDEX customers_vip ON customers (person_id) WHERE vip = 1;
CREATE INDEX customers_by_name ON customers (LOWER(name));

CREATE TABLE customer_labels (
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    label TEXT NOT NULL,
    PRIMARY KEY (customer_id, label)
);
CREATE INDEX customer_labels_by_label ON customer_labels (label, customer_id);
