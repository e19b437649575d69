-- The end of a phone number, whatever stands between its digits: store.likeness asks for it.
CREATE INDEX identities_by_phone ON identities (
    SUBSTR(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(
        value, ' ', ''), '-', ''), '(', ''), ')', ''), '/', ''), '.', ''), -8)
) WHERE kind = 'phone';
