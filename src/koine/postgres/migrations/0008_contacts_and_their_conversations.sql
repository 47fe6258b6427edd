-- Contacts in full, and what their conversations can be searched by.

-- ── Who is mentioned ────────────────────────────────────────────────────────────────────────────────────────────────

-- A user whom a message names; the conversation is kept with it, for lists of what somebody is mentioned in.
create table mentions (
    workspace_id    bigint not null,
    user_id         bigint not null,
    conversation_id bigint not null,
    message_id      bigint not null,
    created_at      timestamptz not null default now(),
    primary key (workspace_id, user_id, conversation_id, message_id),
    foreign key (workspace_id, user_id) references memberships on delete cascade,
    foreign key (workspace_id, conversation_id) references conversations on delete cascade,
    foreign key (workspace_id, message_id) references messages on delete cascade
);
create index mentions_of_conversation on mentions (workspace_id, conversation_id, user_id);
create index mentions_of_message on mentions (workspace_id, message_id);
call keep_apart('mentions');
grant select, insert, delete on mentions to koine_app;

-- ── Contacts in full ────────────────────────────────────────────────────────────────────────────────────────────────

-- Parts of a contact's words stand apart by a character that nobody types, so that no pattern meets two of them.
alter table contacts
    add column additional_emails text[] not null default '{}',
    add column followers         bigint[] not null default '{}', -- members; one who has left is passed over
    add column dnd_settings      jsonb not null default '{}',    -- channel -> status, message, code: what is not sent there
    add column dnd_inbound       jsonb not null default '{}',    -- the same of what comes in; its one channel is `all`
    add column words_folded      text collate letters generated always as (lower(
        (first_name || ' ' || last_name || E'\x1f' || coalesce(email, '') || E'\x1f' || coalesce(phone, ''))
        collate letters)) stored;

alter table contacts no force row level security;
update contacts
   set dnd_settings = coalesce(profile -> 'dndSettings', '{}'), dnd_inbound = coalesce(profile -> 'inboundDndSettings', '{}'),
       profile = profile - array['dndSettings', 'inboundDndSettings']
 where profile ?| array['dndSettings', 'inboundDndSettings'];
alter table contacts force row level security;

create index contacts_words on contacts using gin (workspace_id, words_folded gin_trgm_ops)
    with (gin_pending_list_limit = 256) where deleted_at is null;
create index contacts_followed on contacts using gin (workspace_id, followers)
    where deleted_at is null and followers <> '{}';
create index contacts_by_creation on contacts (workspace_id, created_at desc, id desc) where deleted_at is null;
create index contacts_by_update on contacts (workspace_id, updated_at desc, id desc) where deleted_at is null;

-- As conversations_like: they run as the owner and keep to the workspaces that are set. Gives one more than `at_most` where
-- there are more.
create function contacts_named(workspace bigint, pattern text, at_most integer) returns setof bigint
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query
        with matching as materialized (
            select k.id from contacts k
             where k.workspace_id = workspace and k.words_folded like pattern and k.deleted_at is null
               and workspace = any (nullif(current_setting('koine.workspaces', true), '')::bigint[]))
        select matching.id from matching limit at_most + 1;
end $$;

-- Whose number or address begins so: whoever types a whole one is answered by an index that holds them in order. It has to be
-- compared as the index is sorted, whatever way the caller's text sorts.
create function contacts_starting(workspace bigint, start text, at_most integer) returns setof bigint
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query
        (select k.id from contacts k
          where k.workspace_id = workspace and k.phone >= start collate "default" and k.phone < start || U&'\+10FFFF' collate "default"
            and k.phone is not null and k.deleted_at is null
            and workspace = any (nullif(current_setting('koine.workspaces', true), '')::bigint[])
          order by k.phone limit at_most + 1) -- the order leaves no other index to choose
        union
        (select k.id from contacts k
          where k.workspace_id = workspace and k.email_folded >= start collate letters
            and k.email_folded < start || U&'\+10FFFF' collate letters and k.email_folded is not null and k.deleted_at is null
            and workspace = any (nullif(current_setting('koine.workspaces', true), '')::bigint[])
          order by k.email_folded limit at_most + 1)
        limit at_most + 1;
end $$;

create function contacts_followed_by(workspace bigint, users bigint[], at_most integer) returns setof bigint
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query
        select k.id from contacts k
         where k.workspace_id = workspace and k.followers && users and k.followers <> '{}' and k.deleted_at is null
           and workspace = any (nullif(current_setting('koine.workspaces', true), '')::bigint[])
         limit at_most + 1;
end $$;

-- ── What conversations with contacts can be searched by ─────────────────────────────────────────────────────────────

-- `facet` says in one word all that has few values, so that one index serves every choice among them and a tally can tell
-- how many there are: channel, direction and action of the last message, whether something is unread, whether it is
-- starred. The parts may be empty. Conversations without a contact have none, and pay for none of the indexes.
alter table conversations
    add column last_message_channel   text,
    add column last_message_direction text,
    add column last_automated         boolean,                                -- of the last message out; null: none went out
    add column last_manual_at         timestamptz not null default 'epoch',   -- somebody's own message; never: the epoch
    add column facet                  text generated always as (
        case when contact_id is not null then
            coalesce(last_message_channel, '') || '/' || coalesce(last_message_direction, '') || '/'
            || case last_automated when true then 'automated' when false then 'manual' else '' end || '/'
            || case when unread_count > 0 then 'unread' else 'read' end || '/'
            || case when starred then 'starred' else '' end || '/'
            || case when assignee_id is null then 'unassigned' else '' end
        end) stored;

alter table conversations no force row level security;
alter table messages no force row level security;
update conversations c
   set last_message_channel = m.channel, last_message_direction = m.direction,
       last_automated = case when c.last_reply_at is not null or m.direction = 'out' then false end,
       last_manual_at = coalesce(c.last_reply_at, case when m.direction = 'out' then m.created_at end, 'epoch')
  from messages m
 where m.workspace_id = c.workspace_id and m.id = c.last_message_id;
alter table messages force row level security;
alter table conversations force row level security;

create index conversations_by_facet on conversations (workspace_id, facet, last_message_at desc, id desc)
    where contact_id is not null and deleted_at is null;
create index conversations_by_manual on conversations (workspace_id, last_manual_at desc, id desc)
    where contact_id is not null and deleted_at is null;
create index conversations_said on conversations
    using gin (workspace_id, (lower(last_message_preview collate letters)) gin_trgm_ops)
    with (gin_pending_list_limit = 256)
    where contact_id is not null and deleted_at is null and last_message_preview is not null;
create index participants_by_participant on participants
    (workspace_id, participant_kind, participant_id, conversation_id);

create function conversations_last_said(workspace bigint, pattern text, at_most integer) returns setof bigint
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query
        with matching as materialized (
            select c.id from conversations c
             where c.workspace_id = workspace and lower(c.last_message_preview collate letters) like pattern
               and c.contact_id is not null and c.deleted_at is null and c.last_message_preview is not null
               and workspace = any (nullif(current_setting('koine.workspaces', true), '')::bigint[]))
        select matching.id from matching limit at_most + 1;
end $$;

-- ── How many there are ──────────────────────────────────────────────────────────────────────────────────────────────

-- Conversations with a contact by facet and assignee, and contacts by nothing at all; what is deleted does not count. Nobody
-- waits for anybody: each change adds rows of its own, +1 and -1, and the sum is what counts.
create table tallies (
    workspace_id bigint not null,
    id           bigint generated by default as identity,
    counted      text not null check (counted in ('conversations', 'contacts')),
    assignee_id  bigint,
    facet        text,
    n            integer not null,
    primary key (workspace_id, counted, id)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);
call keep_apart('tallies');
alter table tallies alter column workspace_id set (n_distinct = 1);
grant select, insert, update, delete on tallies to koine_app; -- update: to lock rows
grant usage on sequence tallies_id_seq to koine_app;

-- Puts the newest rows of a workspace together into one for each facet. What another transaction holds it leaves.
create function fold_tallies(workspace bigint, of_what text, at_most integer) returns void language sql as $$
    with newest as (
        select id from tallies where workspace_id = workspace and counted = of_what
         order by id desc limit at_most for update skip locked
    ), gone as (
        delete from tallies t using newest
         where t.workspace_id = workspace and t.counted = of_what and t.id = newest.id
        returning t.assignee_id, t.facet, t.n
    )
    insert into tallies (workspace_id, counted, assignee_id, facet, n)
    select workspace, of_what, assignee_id, facet, sum(n) from gone group by assignee_id, facet having sum(n) <> 0
$$;

-- Now and then whoever adds a row folds: mostly a few, and seldom all. So there are never many to add up.
create function fold_now_and_then() returns trigger language plpgsql as $$
begin
    perform fold_tallies(new.workspace_id, new.counted, case when new.id % 16384 = 0 then 1000000 else 1024 end);
    return null;
end $$;
create trigger folded_now_and_then after insert on tallies
    for each row when (new.id % 256 = 0) execute function fold_now_and_then();

-- Opening a conversation is what has to be cheap: the statement that does it adds its +1 itself.
create function tally_conversation() returns trigger language plpgsql as $$
begin
    if old.facet is not null and old.deleted_at is null then
        insert into tallies (workspace_id, counted, assignee_id, facet, n)
        values (old.workspace_id, 'conversations', old.assignee_id, old.facet, -1);
    end if;
    if tg_op <> 'DELETE' and new.facet is not null and new.deleted_at is null then
        insert into tallies (workspace_id, counted, assignee_id, facet, n)
        values (new.workspace_id, 'conversations', new.assignee_id, new.facet, 1);
    end if;
    return null;
end $$;
create trigger tallied_when_gone after delete on conversations
    for each row when (old.contact_id is not null and old.deleted_at is null) execute function tally_conversation();
create trigger tallied_when_changed after update on conversations
    for each row when (
        (old.facet is distinct from new.facet or old.assignee_id is distinct from new.assignee_id
         or (old.deleted_at is null) <> (new.deleted_at is null))
        and (old.contact_id is not null or new.contact_id is not null))
    execute function tally_conversation();

create function tally_contact() returns trigger language plpgsql as $$
begin
    insert into tallies (workspace_id, counted, n)
    values (coalesce(new.workspace_id, old.workspace_id), 'contacts',
            case when tg_op <> 'DELETE' and new.deleted_at is null then 1 else -1 end);
    return null;
end $$;
create trigger tallied_when_created after insert on contacts
    for each row when (new.deleted_at is null) execute function tally_contact();
create trigger tallied_when_gone after delete on contacts
    for each row when (old.deleted_at is null) execute function tally_contact();
create trigger tallied_when_deleted after update on contacts
    for each row when ((old.deleted_at is null) <> (new.deleted_at is null)) execute function tally_contact();

alter table conversations no force row level security;
alter table contacts no force row level security;
alter table tallies no force row level security;
insert into tallies (workspace_id, counted, assignee_id, facet, n)
select workspace_id, 'conversations', assignee_id, facet, count(*) from conversations
 where facet is not null and deleted_at is null group by workspace_id, assignee_id, facet
union all
select workspace_id, 'contacts', null, null, count(*) from contacts where deleted_at is null group by workspace_id;
alter table tallies force row level security;
alter table contacts force row level security;
alter table conversations force row level security;

revoke all on function contacts_named, contacts_starting, contacts_followed_by, conversations_last_said from public;
grant execute on function contacts_named, contacts_starting, contacts_followed_by, conversations_last_said to koine_app;
