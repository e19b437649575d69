-- A customer's number may be given out again: nothing of the one before is in the timeline then.
CREATE TRIGGER timeline_customer_goes AFTER DELETE ON customers
BEGIN
    DELETE FROM timeline WHERE customer_id = old.id;
END;
