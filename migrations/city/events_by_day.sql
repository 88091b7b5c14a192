-- Events in a table for each day, for a city: docs/scale.md says why and when. PostgreSQL only.
--
-- Run each step by itself, with autocommit, as the owner of the tables:
--     psql --set ON_ERROR_STOP=1 "$DATABASE_URL" --file migrations/city/events_by_day.sql
-- Halls go on meanwhile; step 3 holds writers up for the milliseconds in which names change. What is
-- there already stays where it is, as the oldest part. Undone by nothing: take a backup first.

-- step 1: an index that a part must have, beside writers
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS events_before_pkey ON events (id, at);

-- step 2: prove, beside writers, that the part has nothing from the day after tomorrow on
DO $$ BEGIN
  EXECUTE format('ALTER TABLE events ADD CONSTRAINT events_before_at CHECK (at < %L) NOT VALID',
                 date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + interval '2 days');
END $$;
ALTER TABLE events VALIDATE CONSTRAINT events_before_at;

-- step 3: what was the table becomes its oldest part
DO $$
DECLARE bound timestamptz := date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
                             + interval '2 days';
BEGIN
  SET LOCAL lock_timeout = '2s';
  LOCK TABLE events IN ACCESS EXCLUSIVE MODE;
  ALTER TABLE events RENAME TO events_before;
  ALTER TABLE events_before DROP CONSTRAINT pk_events;
  ALTER TABLE events_before ADD CONSTRAINT events_before_pkey PRIMARY KEY
    USING INDEX events_before_pkey;
  ALTER INDEX ix_events_hall_at RENAME TO events_before_hall_at;
  ALTER INDEX ix_events_ticket_id RENAME TO events_before_ticket_id;
  CREATE TABLE events (LIKE events_before INCLUDING DEFAULTS) PARTITION BY RANGE (at);
  ALTER TABLE events ADD CONSTRAINT pk_events PRIMARY KEY (id, at);
  CREATE INDEX ix_events_hall_at ON events (hall, at);
  CREATE INDEX ix_events_ticket_id ON events (ticket_id);
  ALTER SEQUENCE events_id_seq OWNED BY events.id;
  EXECUTE format('ALTER TABLE events ATTACH PARTITION events_before'
                 ' FOR VALUES FROM (MINVALUE) TO (%L)', bound);
  -- nobody is kept from their work where no part was made in time
  CREATE TABLE events_beyond PARTITION OF events DEFAULT;
END $$;

-- step 4: to be run every night: SELECT events_days(ahead => 30, keep => 400)
CREATE OR REPLACE FUNCTION events_days(ahead integer, keep integer) RETURNS void AS $$
DECLARE
  today date := (now() AT TIME ZONE 'UTC')::date;
  day date;
  part name;
BEGIN
  FOR day IN SELECT today + n FROM generate_series(0, ahead) AS n LOOP
    CONTINUE WHEN to_regclass('events_' || to_char(day, 'YYYYMMDD')) IS NOT NULL;
    BEGIN
      EXECUTE format('CREATE TABLE %I PARTITION OF events FOR VALUES FROM (%L) TO (%L)',
                     'events_' || to_char(day, 'YYYYMMDD'),
                     day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
    EXCEPTION
      WHEN invalid_object_definition THEN NULL; -- what was the table has this day
      WHEN check_violation THEN RAISE WARNING 'events_beyond has rows of %: no part for it', day;
    END;
  END LOOP;
  FOR part IN SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
               WHERE inhparent = 'events'::regclass AND relname ~ '^events_[0-9]{8}$' LOOP
    IF to_date(right(part, 8), 'YYYYMMDD') < today - keep THEN
      EXECUTE format('DROP TABLE %I', part);
    END IF;
  END LOOP;
END $$ LANGUAGE plpgsql;
SELECT events_days(ahead => 30, keep => 400);
