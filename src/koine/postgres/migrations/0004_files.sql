-- Files: what is known of each besides its bytes, who sent it, and what happened to it.

alter table attachments
    add column description      text not null default '',
    add column notes            text,
    add column date             date,
    add column amount           bigint,
    add column entity           text,
    add column custom_data      jsonb,
    add column digest           bytea,                       -- SHA-256 of its bytes
    add column uploaded_by_kind text,
    add column uploaded_by_id   bigint,
    add column updated_at       timestamptz not null default now(),
    add column missing_at       timestamptz;                 -- since then storage is known not to have its bytes

-- The orders of its lists; that of ids has the primary key.
create index attachments_by_created on attachments (workspace_id, created_at, id) where deleted_at is null;
create index attachments_by_updated on attachments (workspace_id, updated_at, id) where deleted_at is null;
create index attachments_of_entity on attachments (workspace_id, entity, id) where deleted_at is null and entity is not null;

-- Whether a blob belongs to a file.
create unique index attachments_by_key on attachments (workspace_id, storage_key);

-- What happened to one file. A column and not an expression on `data`: row-level security lets an index answer only
-- comparisons of plain columns. No statement of a hot path fills it, so that none of them has a row in the index.
alter table events add column file_id bigint;
create index events_of_file on events (workspace_id, file_id, id) where file_id is not null;
