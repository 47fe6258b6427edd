-- How many requests somebody has sent in a span of time, counted for all processes together.
--
-- Global: `who` is a token, an app or whatever else a contract counts by, with the length of the span. Unlogged: who was
-- counted before a crash may begin anew, and counting waits for no disk.

create unlogged table request_counts (
    who     text primary key,
    ends_at timestamptz not null,                  -- of the span that began with its first request
    used    bigint not null
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

grant select, insert, update, delete on request_counts to koine_app;
