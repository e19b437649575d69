-- The spine. Times are milliseconds since the epoch, UTC; JSON stands in TEXT columns.

CREATE TABLE accounts (
    name TEXT PRIMARY KEY,
    adapter TEXT NOT NULL,
    address TEXT NOT NULL DEFAULT '',
    display_name TEXT NOT NULL DEFAULT '',
    capabilities TEXT NOT NULL DEFAULT '{}',
    state TEXT NOT NULL DEFAULT 'new',
    since INTEGER NOT NULL,
    problem TEXT NOT NULL DEFAULT '',
    retry_at INTEGER,
    done INTEGER NOT NULL DEFAULT 0,
    total INTEGER
);

CREATE TABLE cursors (
    account TEXT NOT NULL,
    mailbox TEXT NOT NULL,
    cursor TEXT NOT NULL,
    PRIMARY KEY (account, mailbox)
);

CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    expires_at INTEGER NOT NULL
);

CREATE TABLE agents (
    handle TEXT PRIMARY KEY,
    name TEXT NOT NULL
);

CREATE TABLE customers (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    notes TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
);

CREATE TABLE identities (
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    PRIMARY KEY (kind, value)
);
CREATE INDEX identities_by_customer ON identities (customer_id);

-- AUTOINCREMENT: events name conversations, and open windows their drafts, after these are gone.
CREATE TABLE conversations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    channel TEXT NOT NULL,
    thread_key TEXT,
    subject TEXT NOT NULL,
    status TEXT NOT NULL,
    snoozed_until INTEGER,
    assignee TEXT,
    priority INTEGER NOT NULL DEFAULT 0,
    rating INTEGER,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    handled INTEGER, -- the newest message when an agent resolved it or set it to pending
    waiting_since INTEGER,
    created_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    messages INTEGER NOT NULL DEFAULT 0,
    unread INTEGER NOT NULL DEFAULT 0,
    attachments INTEGER NOT NULL DEFAULT 0,
    snippet TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX conversations_by_time ON conversations (last_at, id);
CREATE INDEX conversations_by_status ON conversations (status, last_at, id);
CREATE INDEX conversations_by_waiting ON conversations (status, waiting_since, id);
CREATE INDEX conversations_by_assignee ON conversations (assignee, status, last_at, id);
CREATE INDEX conversations_by_channel ON conversations (channel, status, last_at, id);
CREATE INDEX conversations_by_customer ON conversations (customer_id, last_at, id);
CREATE INDEX conversations_by_snooze ON conversations (snoozed_until) WHERE snoozed_until IS NOT NULL;
CREATE UNIQUE INDEX conversations_by_thread ON conversations (account, thread_key)
WHERE thread_key IS NOT NULL;

CREATE TABLE conversation_labels (
    conversation_id INTEGER NOT NULL REFERENCES conversations (id),
    label TEXT NOT NULL,
    PRIMARY KEY (conversation_id, label)
);
CREATE INDEX conversation_labels_by_label ON conversation_labels (label, conversation_id);

CREATE TABLE participants (
    conversation_id INTEGER NOT NULL REFERENCES conversations (id),
    address TEXT NOT NULL,
    PRIMARY KEY (conversation_id, address)
);

-- id grows with the message's time, so id order is chronological and search by recency
-- needs no join: see store.messages.new_id.
CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id),
    account TEXT NOT NULL,
    direction TEXT NOT NULL,
    author TEXT NOT NULL,
    address TEXT NOT NULL,
    at INTEGER NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    folds TEXT NOT NULL DEFAULT '[]',
    links TEXT NOT NULL DEFAULT '[]',
    recipients TEXT NOT NULL DEFAULT '{}',
    headers TEXT NOT NULL DEFAULT '[]',
    notes TEXT NOT NULL DEFAULT '[]',
    message_id TEXT,
    content_hash TEXT NOT NULL DEFAULT '',
    automatic INTEGER NOT NULL DEFAULT 0,
    delivery TEXT NOT NULL DEFAULT '',
    problem TEXT NOT NULL DEFAULT '',
    raw BLOB
);
CREATE INDEX messages_by_conversation ON messages (conversation_id, direction, id);
CREATE INDEX messages_by_message_id ON messages (account, message_id)
WHERE message_id IS NOT NULL;
CREATE INDEX messages_by_hash ON messages (account, content_hash) WHERE message_id IS NULL;

-- Every Message-ID that a conversation's mails bear or name, so that mails find their thread
-- in whatever order they arrive.
CREATE TABLE thread_ids (
    account TEXT NOT NULL,
    message_id TEXT NOT NULL,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id),
    issued INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (account, message_id, conversation_id)
);
CREATE INDEX thread_ids_by_conversation ON thread_ids (conversation_id);

-- Where a message lies at its provider; one message may lie in several mailboxes.
CREATE TABLE locations (
    account TEXT NOT NULL,
    mailbox TEXT NOT NULL,
    remote_id TEXT NOT NULL,
    message_id INTEGER NOT NULL REFERENCES messages (id),
    seen INTEGER NOT NULL DEFAULT 0,
    answered INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (account, mailbox, remote_id)
);
CREATE INDEX locations_by_message ON locations (message_id);

CREATE TABLE attachments (
    id INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL REFERENCES messages (id),
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    size INTEGER NOT NULL,
    part TEXT NOT NULL,
    inline INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'remote',
    path TEXT,
    problem TEXT NOT NULL DEFAULT ''
);
CREATE INDEX attachments_by_message ON attachments (message_id);
CREATE INDEX attachments_wanted ON attachments (state) WHERE state = 'wanted';

CREATE TABLE drafts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    agent TEXT NOT NULL,
    account TEXT NOT NULL,
    conversation_id INTEGER REFERENCES conversations (id),
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    recipients TEXT NOT NULL DEFAULT '{}',
    files TEXT NOT NULL DEFAULT '[]',
    cursor TEXT NOT NULL DEFAULT '[0, 0]',
    seen_message INTEGER,
    updated_at INTEGER NOT NULL
);
CREATE INDEX drafts_by_conversation ON drafts (conversation_id);

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    key TEXT NOT NULL,
    payload TEXT NOT NULL,
    agent TEXT NOT NULL,
    conversation_id INTEGER REFERENCES conversations (id),
    message_id INTEGER REFERENCES messages (id),
    queued_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    problem TEXT NOT NULL DEFAULT '',
    filed TEXT NOT NULL DEFAULT 'none',
    file_attempts INTEGER NOT NULL DEFAULT 0,
    finished_at INTEGER
);
CREATE UNIQUE INDEX outbox_by_key ON outbox (account, key);
CREATE INDEX outbox_pending ON outbox (state, due_at);
CREATE INDEX outbox_by_message ON outbox (message_id);

CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    batch TEXT NOT NULL,
    entity TEXT NOT NULL,
    entity_id INTEGER NOT NULL,
    field TEXT NOT NULL,
    before TEXT,
    after TEXT,
    undoes TEXT
);
CREATE INDEX events_by_batch ON events (batch);
CREATE INDEX events_by_entity ON events (entity, entity_id, id);
CREATE INDEX events_by_actor ON events (actor, id);
CREATE INDEX events_by_undone ON events (undoes) WHERE undoes IS NOT NULL;

CREATE TABLE views (
    name TEXT PRIMARY KEY,
    query TEXT NOT NULL,
    sort TEXT NOT NULL,
    position INTEGER NOT NULL
);

-- Contentless: the text stands in messages; rowid is the message's id. CJK runs are indexed as
-- bigrams by store.words; store.sqlite deletes with the very text it inserted.
CREATE VIRTUAL TABLE search USING fts5 (
    subject, body, people, files,
    content = '', tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
