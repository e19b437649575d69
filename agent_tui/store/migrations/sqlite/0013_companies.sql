-- Customers' own labels are called tags; whoever writes from a company's domain belongs to it.

DROP TABLE customer_labels;
CREATE TABLE customer_tags (
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    tag TEXT NOT NULL,
    PRIMARY KEY (customer_id, tag)
);
CREATE INDEX customer_tags_by_tag ON customer_tags (tag, customer_id);

ALTER TABLE companies DROP COLUMN domains;
CREATE TABLE company_domains (
    domain TEXT PRIMARY KEY,
    company_id INTEGER NOT NULL REFERENCES companies (id)
);
CREATE INDEX company_domains_by_company ON company_domains (company_id);
CREATE INDEX identities_by_domain ON identities (SUBSTR(value, INSTR(value, '@') + 1))
WHERE kind = 'email';
