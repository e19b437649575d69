-- Chat: what changes after a message was written, who writes at the moment, and what providers
-- say of conversations.

ALTER TABLE conversations ADD COLUMN via TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN reply_limit INTEGER;
ALTER TABLE conversations ADD COLUMN reply_until INTEGER;
-- JSON of what the provider said last of status, assignee, labels and priority: only what
-- differs from it is news.
ALTER TABLE conversations ADD COLUMN remote TEXT NOT NULL DEFAULT '{}';

ALTER TABLE messages ADD COLUMN answers INTEGER;
ALTER TABLE messages ADD COLUMN topic TEXT;
ALTER TABLE messages ADD COLUMN edited_at INTEGER;
ALTER TABLE messages ADD COLUMN deleted_at INTEGER;

CREATE INDEX outbox_by_conversation ON outbox (conversation_id, state);

CREATE TABLE message_versions (
    message_id INTEGER NOT NULL REFERENCES messages (id),
    at INTEGER NOT NULL, -- until then
    text TEXT NOT NULL,
    PRIMARY KEY (message_id, at)
);

CREATE TABLE reactions (
    message_id INTEGER NOT NULL REFERENCES messages (id),
    address TEXT NOT NULL, -- whose
    emoji TEXT NOT NULL,
    who TEXT NOT NULL,
    ours INTEGER NOT NULL DEFAULT 0,
    account TEXT NOT NULL,
    remote_id TEXT,
    PRIMARY KEY (message_id, address, emoji)
);
CREATE INDEX reactions_by_remote ON reactions (account, remote_id) WHERE remote_id IS NOT NULL;

-- Who writes in a conversation: rows are renewed while it lasts and void after ``until``.
CREATE TABLE presence (
    conversation_id INTEGER NOT NULL REFERENCES conversations (id),
    who TEXT NOT NULL,
    ours INTEGER NOT NULL, -- an agent, not the customer
    until INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, who, ours)
);

-- Canned replies that providers keep.
CREATE TABLE server_replies (
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (account, name)
);

-- What customers say to be; an identity only once it is verified.
CREATE TABLE claims (
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (customer_id, kind, value)
);
CREATE INDEX claims_by_value ON claims (kind, value);
