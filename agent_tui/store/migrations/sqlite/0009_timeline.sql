-- The timeline: everything of a customer in one order. An index that no single table can have,
-- of ids only. Triggers keep it true to messages and records, store.events to what is told.

CREATE TABLE timeline (
    customer_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    rank INTEGER NOT NULL, -- what comes first of the same moment; model.timeline.Rank
    id INTEGER NOT NULL, -- of the message, event or record
    part INTEGER NOT NULL DEFAULT 0, -- which parcel of the record
    kind TEXT NOT NULL, -- model.timeline.EntryKind
    conversation_id INTEGER, -- NULL: of the customer
    PRIMARY KEY (customer_id, at, rank, id, part)
) WITHOUT ROWID;

-- What words of a query are compared with, as query.words.plain writes it.
ALTER TABLE records ADD COLUMN words TEXT NOT NULL DEFAULT '';
UPDATE records SET words = lower(number || ' ' || reason || ' ' || items);

-- A survey's answer: so many points of so many.
ALTER TABLE records ADD COLUMN points INTEGER;
ALTER TABLE records ADD COLUMN points_of INTEGER;

CREATE TRIGGER timeline_message AFTER INSERT ON messages
BEGIN
    INSERT OR REPLACE INTO timeline (customer_id, at, rank, id, kind, conversation_id)
    SELECT c.customer_id, new.id / 1000, 4, new.id,
        CASE
            WHEN new.direction = 'note' THEN 'note'
            WHEN c.channel = 'call' THEN 'call'
            WHEN c.channel = 'review' AND new.direction = 'inbound' THEN 'review'
            ELSE 'message'
        END,
        c.id
    FROM conversations c WHERE c.id = new.conversation_id;
END;

CREATE TRIGGER timeline_message_moves AFTER UPDATE OF conversation_id ON messages
WHEN old.conversation_id <> new.conversation_id
BEGIN
    INSERT OR REPLACE INTO timeline (customer_id, at, rank, id, kind, conversation_id)
    SELECT c.customer_id, t.at, t.rank, t.id, t.kind, c.id
    FROM timeline t JOIN conversations c ON c.id = new.conversation_id
    WHERE t.customer_id = (SELECT customer_id FROM conversations WHERE id = old.conversation_id)
        AND t.at = old.id / 1000 AND t.rank = 4 AND t.id = old.id;
    DELETE FROM timeline
    WHERE customer_id = (SELECT customer_id FROM conversations WHERE id = old.conversation_id)
        AND at = old.id / 1000 AND rank = 4 AND id = old.id
        AND conversation_id = old.conversation_id;
END;

CREATE TRIGGER timeline_message_goes AFTER DELETE ON messages
BEGIN
    DELETE FROM timeline
    WHERE customer_id = (SELECT customer_id FROM conversations WHERE id = old.conversation_id)
        AND at = old.id / 1000 AND rank = 4 AND id = old.id;
END;

CREATE TRIGGER timeline_event_moves AFTER UPDATE OF entity_id ON events
WHEN new.entity = 'conversation' AND old.entity_id <> new.entity_id
BEGIN
    INSERT OR REPLACE INTO timeline (customer_id, at, rank, id, kind, conversation_id)
    SELECT c.customer_id, t.at, t.rank, t.id, t.kind, c.id
    FROM timeline t JOIN conversations c ON c.id = new.entity_id
    WHERE t.customer_id = (SELECT customer_id FROM conversations WHERE id = old.entity_id)
        AND t.at = old.at AND t.rank = 1 AND t.id = old.id;
    DELETE FROM timeline
    WHERE customer_id = (SELECT customer_id FROM conversations WHERE id = old.entity_id)
        AND at = old.at AND rank = 1 AND id = old.id AND conversation_id = old.entity_id;
END;

CREATE TRIGGER timeline_conversation_moves AFTER UPDATE OF customer_id ON conversations
WHEN old.customer_id <> new.customer_id
BEGIN
    UPDATE timeline SET customer_id = new.customer_id
    WHERE customer_id = old.customer_id AND conversation_id = new.id;
END;

CREATE TRIGGER timeline_conversation_goes AFTER DELETE ON conversations
BEGIN
    DELETE FROM timeline WHERE customer_id = old.customer_id AND conversation_id = old.id;
END;

CREATE TRIGGER timeline_record AFTER INSERT ON records
BEGIN
    INSERT OR REPLACE INTO timeline (customer_id, at, rank, id, kind)
    VALUES (new.customer_id, new.at, 2, new.id, new.kind);
    INSERT OR REPLACE INTO timeline (customer_id, at, rank, id, part, kind)
    SELECT new.customer_id, json_extract(s.value, '$[4]'), 3, new.id, s.key, 'shipment'
    FROM json_each(new.shipments) s WHERE json_extract(s.value, '$[4]') IS NOT NULL;
END;

CREATE TRIGGER timeline_record_goes AFTER DELETE ON records
BEGIN
    DELETE FROM timeline
    WHERE customer_id = old.customer_id AND at = old.at AND rank = 2 AND id = old.id;
    DELETE FROM timeline
    WHERE customer_id = old.customer_id AND rank = 3 AND id = old.id AND at IN (
        SELECT json_extract(s.value, '$[4]') FROM json_each(old.shipments) s
    );
END;

INSERT INTO timeline (customer_id, at, rank, id, kind, conversation_id)
SELECT c.customer_id, m.id / 1000, 4, m.id,
    CASE
        WHEN m.direction = 'note' THEN 'note'
        WHEN c.channel = 'call' THEN 'call'
        WHEN c.channel = 'review' AND m.direction = 'inbound' THEN 'review'
        ELSE 'message'
    END,
    c.id
FROM messages m JOIN conversations c ON c.id = m.conversation_id;

INSERT INTO timeline (customer_id, at, rank, id, kind, conversation_id)
SELECT c.customer_id, e.at, 1, e.id, 'event', c.id
FROM events e JOIN conversations c ON c.id = e.entity_id
WHERE e.entity = 'conversation'
    AND e.field IN ('status', 'assignee', 'priority', 'labels', 'rating', 'moderation',
        'guard', 'offline', 'consent', 'credit')
    AND NOT (e.field = 'status' AND (
        e.action = 'reply' OR (e.actor = 'engine' AND e.action = 'reopen')
    ));

INSERT INTO timeline (customer_id, at, rank, id, kind)
SELECT entity_id, at, 1, id, 'event' FROM events WHERE entity = 'customer';

INSERT INTO timeline (customer_id, at, rank, id, kind)
SELECT customer_id, at, 2, id, kind FROM records;

INSERT INTO timeline (customer_id, at, rank, id, part, kind)
SELECT r.customer_id, json_extract(s.value, '$[4]'), 3, r.id, s.key, 'shipment'
FROM records r, json_each(r.shipments) s WHERE json_extract(s.value, '$[4]') IS NOT NULL;
