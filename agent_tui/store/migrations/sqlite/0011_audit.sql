-- The log is an audit: events are only ever added, and each bears a hash over the one before it.
-- Values can be taken out of it (a customer is erased) without breaking the chain, which runs over
-- a commitment to them: store.audit.

ALTER TABLE events ADD COLUMN origin INTEGER; -- entity_id at first, where a merge has moved it
ALTER TABLE events ADD COLUMN nonce BLOB; -- what the commitment is blinded with
ALTER TABLE events ADD COLUMN erased BLOB; -- the commitment, once the values and the nonce are gone
ALTER TABLE events ADD COLUMN hash BLOB; -- NULL: written before there was a chain

-- One row: what hashes of this store begin with, so that they mean nothing in another one.
CREATE TABLE store_key (key BLOB NOT NULL);
INSERT INTO store_key (key) VALUES (randomblob(32));

-- Who was erased: keyed hashes of identities. What is older than ``at`` never comes in again.
CREATE TABLE tombstones (
    hash BLOB PRIMARY KEY,
    at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'an event is never deleted');
END;

CREATE TRIGGER events_are_never_changed
BEFORE UPDATE OF id, at, actor, action, batch, entity, field, undoes, hash ON events
BEGIN
    SELECT RAISE(ABORT, 'an event is never changed');
END;

CREATE TRIGGER events_lose_values_only_to_erasure
BEFORE UPDATE OF before, after, nonce, erased ON events
WHEN new.erased IS NULL OR new.nonce IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'the values of an event are never changed');
END;
