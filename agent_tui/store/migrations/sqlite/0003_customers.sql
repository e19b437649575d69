-- Reviews in full, and what shops know of customers.

ALTER TABLE conversations ADD COLUMN review TEXT; -- JSON of model.review.Review but for these:
ALTER TABLE conversations ADD COLUMN product TEXT;
ALTER TABLE conversations ADD COLUMN country TEXT;
ALTER TABLE conversations ADD COLUMN verified INTEGER;
ALTER TABLE conversations ADD COLUMN moderation TEXT;
CREATE INDEX conversations_by_product ON conversations (product, last_at, id)
    WHERE product IS NOT NULL;
ALTER TABLE message_versions ADD COLUMN rating INTEGER;

ALTER TABLE accounts ADD COLUMN context INTEGER NOT NULL DEFAULT 0; -- it knows what customers bought

-- One row for each customer and account with the role "context": when it was asked, or is to be.
CREATE TABLE lookups (
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    account TEXT NOT NULL,
    wanted_at INTEGER, -- NULL: nobody waits for it
    looked_at INTEGER,
    more INTEGER NOT NULL DEFAULT 0,
    profiles TEXT NOT NULL DEFAULT '[]', -- JSON of model.record.Profile
    problem TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (customer_id, account)
);
CREATE INDEX lookups_wanted ON lookups (account, wanted_at) WHERE wanted_at IS NOT NULL;

CREATE TABLE records (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    remote_id TEXT NOT NULL,
    number TEXT NOT NULL,
    at INTEGER NOT NULL,
    status TEXT NOT NULL,
    open INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER,
    minor INTEGER,
    currency TEXT NOT NULL DEFAULT '',
    exponent INTEGER NOT NULL DEFAULT 2,
    of TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    items TEXT NOT NULL DEFAULT '[]',
    shipments TEXT NOT NULL DEFAULT '[]',
    url TEXT NOT NULL DEFAULT '',
    UNIQUE (customer_id, account, kind, remote_id)
);
CREATE INDEX records_by_customer ON records (customer_id, at, id);
CREATE INDEX records_by_number ON records (number);
