-- What customers let us quote.

ALTER TABLE conversations ADD COLUMN consent TEXT; -- NULL: nobody thought of quoting it
ALTER TABLE conversations ADD COLUMN quoted INTEGER; -- the message
ALTER TABLE conversations ADD COLUMN credit TEXT; -- the name to print
CREATE INDEX conversations_by_consent ON conversations (consent, last_at, id)
WHERE consent IS NOT NULL;

-- The conversation whose customer a draft asks to be quoted: it is asked once the draft is sent.
ALTER TABLE drafts ADD COLUMN asks INTEGER;
