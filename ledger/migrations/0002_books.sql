-- The books cannot be wrong, whoever writes to them.
--
-- An entry is checked once, at commit, by one look at its lines. That it stays right afterwards
-- takes no procedure: its number of lines is part of the key that postings refer to, numbers up
-- to it are all taken, and nothing is ever changed or removed.

-- Named as the tenancy guard names it, which therefore makes no second one beside it.
ALTER TABLE ledger_posting ADD CONSTRAINT ledger_posting_entry_id_room_fk
    FOREIGN KEY (tenant_id, entry_id, line_count)
    REFERENCES ledger_journalentry (tenant_id, id, line_count);

ALTER TABLE ledger_account ADD CONSTRAINT ledger_account_currency_known
    FOREIGN KEY (currency) REFERENCES ledger_currency (code);

-- An account may be renamed. What identifies it is what its postings were checked against.
CREATE TRIGGER ledger_account_identity BEFORE UPDATE ON ledger_account FOR EACH ROW
    WHEN ((OLD.tenant_id, OLD.id, OLD.code, OLD.kind, OLD.currency)
          IS DISTINCT FROM (NEW.tenant_id, NEW.id, NEW.code, NEW.kind, NEW.currency))
    EXECUTE FUNCTION app.refuse_change();

-- The checks run as the owner, so that leaving the room before the commit, or a table of the
-- same name in pg_temp, changes nothing about what they see. Each asks for one tenant only.
CREATE POLICY books_check ON ledger_account FOR SELECT TO {owner} USING (true);
CREATE POLICY books_check ON ledger_journalentry FOR SELECT TO {owner} USING (true);
CREATE POLICY books_check ON ledger_posting FOR SELECT TO {owner} USING (true);
CREATE POLICY books_check ON ledger_period FOR SELECT TO {owner} USING (true);

-- One lock a tenant, in memory: whoever commits an entry shares it for the length of the commit,
-- whoever closes a period takes it alone. Without it an entry could pass the check while the
-- period is being closed beside it. A snapshot older than the lock would not see the period.
CREATE FUNCTION app.ledger_lock(room integer, alone boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    books CONSTANT integer := 1818584167;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'the books are written at read committed, not %',
            current_setting('transaction_isolation')
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_isolation';
    END IF;
    IF alone THEN
        PERFORM pg_advisory_xact_lock(books, room);
    ELSE
        PERFORM pg_advisory_xact_lock_shared(books, room);
    END IF;
END $$;

CREATE FUNCTION app.ledger_check_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    lines bigint;
    fault text;
    closed_through date;
BEGIN
    PERFORM app.ledger_lock(NEW.tenant_id, false);
    SELECT max(ends_on) INTO closed_through FROM ledger_period
        WHERE tenant_id = NEW.tenant_id AND ends_on >= NEW.booked_on;
    IF closed_through IS NOT NULL THEN
        RAISE EXCEPTION 'entry % is booked on %, but the books are closed through %',
            NEW.key, NEW.booked_on, closed_through
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_period_closed';
    END IF;

    SELECT coalesce(sum(of_currency.lines), 0), string_agg(of_currency.fault, '; ')
    INTO lines, fault
    FROM (
        SELECT count(*) AS lines, CASE
            WHEN bool_or(account.id IS NULL)
                THEN format('no such account in %s', line.currency)
            WHEN bool_or(line.amount <> round(line.amount, currency.exponent))
                THEN format('fractions of the minor unit of %s', line.currency)
            WHEN bool_or(line.booked_on <> NEW.booked_on)
                THEN 'a line booked on another day'
            WHEN sum(line.amount) <> 0
                THEN format('off by %s %s', trim_scale(sum(line.amount)), line.currency)
            END AS fault
        FROM ledger_posting line
        LEFT JOIN ledger_account account ON account.tenant_id = line.tenant_id
            AND account.id = line.account_id AND account.currency = line.currency
        LEFT JOIN ledger_currency currency ON currency.code = line.currency
        WHERE line.tenant_id = NEW.tenant_id AND line.entry_id = NEW.id
        GROUP BY line.currency
    ) of_currency;
    IF lines <> NEW.line_count THEN
        fault := concat_ws('; ', format('%s of %s lines', lines, NEW.line_count), fault);
    END IF;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'entry % does not balance: %', NEW.key, fault
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_balances';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER ledger_entry_checked AFTER INSERT ON ledger_journalentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION app.ledger_check_entry();

-- What a period's postings come to, as a hash: one changed, added or missing line shows.
CREATE FUNCTION app.ledger_fingerprint(room integer, first_day date, last_day date) RETURNS text
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT encode(sha256(convert_to(coalesce(string_agg(
        concat_ws(' ', account_id, lines, debit, credit), E'\n' ORDER BY account_id
    ), ''), 'UTF8')), 'hex')
    FROM (
        SELECT account_id, count(*) AS lines,
               trim_scale(sum(amount) FILTER (WHERE amount > 0)) AS debit,
               trim_scale(sum(amount) FILTER (WHERE amount < 0)) AS credit
        FROM ledger_posting
        WHERE tenant_id = room AND booked_on BETWEEN first_day AND last_day
        GROUP BY account_id
    ) totals
$$;

CREATE FUNCTION app.ledger_close_period() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    closed_through date;
BEGIN
    -- Row security looks at the row only after this trigger, which reads past it.
    IF NEW.tenant_id IS DISTINCT FROM app.tenant() THEN
        RAISE EXCEPTION 'the period is of another room' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM app.ledger_lock(NEW.tenant_id, true);
    SELECT max(ends_on) INTO closed_through FROM ledger_period WHERE tenant_id = NEW.tenant_id;
    IF NEW.starts_on <> closed_through + 1 OR closed_through IS NULL AND EXISTS (
        SELECT FROM ledger_journalentry
        WHERE tenant_id = NEW.tenant_id AND booked_on < NEW.starts_on
    ) THEN
        RAISE EXCEPTION 'a period that starts on % leaves a gap', NEW.starts_on
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_period_follows';
    END IF;
    NEW.fingerprint := app.ledger_fingerprint(NEW.tenant_id, NEW.starts_on, NEW.ends_on);
    RETURN NEW;
END $$;

CREATE TRIGGER ledger_period_closing BEFORE INSERT ON ledger_period
    FOR EACH ROW EXECUTE FUNCTION app.ledger_close_period();
