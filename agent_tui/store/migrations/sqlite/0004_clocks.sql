-- Response targets: until when conversations are to be answered. The engine works it out by the
-- settings' rules (model.targets) and keeps it here, so that lists can be sorted by it.

ALTER TABLE conversations ADD COLUMN due_at INTEGER; -- NULL: never, or the clock stands
ALTER TABLE conversations ADD COLUMN warn_at INTEGER; -- four fifths of the time are over
ALTER TABLE conversations ADD COLUMN due_known INTEGER NOT NULL DEFAULT 0; -- 0: to be worked out

CREATE INDEX conversations_by_due ON conversations (status, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX conversations_due_unknown ON conversations (id)
WHERE due_known = 0 AND status NOT IN ('resolved', 'spam');

-- Who waits in a channel, and what nobody has read there yet.
CREATE INDEX conversations_by_wait ON conversations (channel, status, waiting_since, id)
WHERE waiting_since IS NOT NULL;
CREATE INDEX conversations_unread ON conversations (channel, last_at, id)
WHERE unread > 0 AND status = 'open';

CREATE TRIGGER conversations_due_changes AFTER UPDATE OF waiting_since, status, created_at
ON conversations
WHEN old.due_known = 1 AND (
    old.waiting_since IS NOT new.waiting_since OR old.status <> new.status
    OR old.created_at <> new.created_at
)
BEGIN
    UPDATE conversations SET due_at = NULL, warn_at = NULL, due_known = 0 WHERE id = new.id;
END;

-- An older answer of ours may come in after the question: then it was not the first that is due.
CREATE TRIGGER messages_due_changes AFTER INSERT ON messages WHEN new.direction = 'outbound'
BEGIN
    UPDATE conversations SET due_at = NULL, warn_at = NULL, due_known = 0
    WHERE id = new.conversation_id AND due_known = 1;
END;

-- When a conversation was snoozed or put on hold, among thousands of events of its messages.
CREATE INDEX events_of_status ON events (entity, field, entity_id, id)
WHERE entity = 'conversation' AND field = 'status';

-- One row: the rules by which due_at was worked out.
CREATE TABLE due_rules (rules TEXT NOT NULL);
