-- Exports in the order of what changed last, and keys of the house that can be replaced.

-- Without it a page of such an export sorted all messages of a workspace. The order of what was created has the primary key.
create index messages_by_change on messages (workspace_id, updated_at, id) where deleted_at is null;

-- Of several keys of one name that one signs which began last; one that begins later is made known before it does.
alter table signing_keys
    add column signs_from timestamptz not null default 'epoch',  -- the first one of a name: ever since
    drop constraint signing_keys_pkey,
    add primary key (name, signs_from);
grant delete on signing_keys to koine_app;
