-- Companies: what is known of a workspace and of its people, workspaces that can be deleted, and the audit trail.
--
-- All of it is global, as workspaces and people are: read before it is known which workspace a request may touch.

-- ── Workspaces: what is known of them, and the bin ──────────────────────────────────────────────────────────────────

alter table workspaces
    add column external_id text,                        -- what the account's own systems call it
    add column profile     jsonb not null default '{}', -- what a dialect keeps of it and no rule of ours reads
    add column updated_at  timestamptz not null default now(),
    add column deleted_at  timestamptz;                 -- no token opens it any more; nothing in it is lost
update workspaces set updated_at = created_at;
create unique index workspaces_by_external_id on workspaces (account_id, external_id) where external_id is not null;
create index workspaces_by_creation on workspaces (account_id, created_at, id);
create index workspaces_by_update on workspaces (account_id, updated_at, id);
create index workspaces_by_name on workspaces (account_id, name, id);

-- ── People: owners, and those whom the account has for all of its workspaces ────────────────────────────────────────

alter table users add column language text;

-- Whoever has left keeps a row without a role, which opens nothing: what was assigned to them goes on referring to it.
alter table memberships
    alter column role_id drop not null,
    add column owns boolean not null default false;
update memberships m set owns = true from roles r where r.id = m.role_id and r.name = 'Owner';

-- Somebody whom the account has for its workspaces, such as a bookkeeper. Their memberships follow from this row.
create table staff (
    user_id    bigint primary key references users,
    account_id bigint not null references accounts,
    role_id    bigint not null references roles,   -- with which they are made members
    workspaces bigint[],                           -- null: of every workspace, also of those to come
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz
);
create index staff_by_creation on staff (account_id, created_at, user_id);
create index staff_by_update on staff (account_id, updated_at, user_id);
insert into staff (user_id, account_id, role_id, workspaces, created_at)
select u.id, u.account_id, r.id, array_agg(m.workspace_id order by m.workspace_id), u.created_at
  from memberships m join roles r on r.id = m.role_id join users u on u.id = m.user_id
 where r.name = 'Bookkeeper' group by u.id, r.id;
grant select, insert, update on staff to koine_app;

-- ── The audit trail: what happened to one thing, the newest first ───────────────────────────────────────────────────
--
-- That a conversation was opened or a message said is read from their own rows. Leaving those kinds out of the index
-- keeps it away from the statements that open and post; and what is read from the rows is never forgotten.

create index events_of_conversation on events (workspace_id, conversation_id, created_at, id)
    where kind not in ('conversation.opened', 'message.posted') and conversation_id is not null;

-- What happens to a company or to somebody of the staff is in the account's own log, which is never forgotten.
create index account_events_of_workspace on account_events (account_id, ((data ->> 'workspace_id')), created_at, id)
    where kind in ('workspace.created', 'workspace.changed', 'workspace.closed', 'workspace.reopened');
create index account_events_of_staff on account_events (account_id, ((data ->> 'user_id')), created_at, id)
    where kind in ('staff.added', 'staff.changed', 'staff.removed', 'staff.restored', 'user.updated');
