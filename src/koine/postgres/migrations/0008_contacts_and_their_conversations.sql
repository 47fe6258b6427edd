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
