-- A dialect may tell several things of one event, each by a delivery of its own: the parts of what it tells.

alter table webhook_deliveries add part text not null default '';   -- '': all of it, where there is only one

-- What is told once has one id, which follows from the webhook, the event and the part; so that id alone keeps it from
-- being told twice, and the index beside it said the same of two of the three.
alter table webhook_deliveries drop constraint webhook_deliveries_workspace_id_webhook_id_event_id_key;

drop function delivery_uuid(uuid, uuid);

-- As before where there is one part. RFC 9562: version 8, of a hash.
create function delivery_uuid(webhook uuid, event uuid, part text) returns uuid
    language sql immutable strict parallel safe as $$
    select overlay(overlay(left(encode(sha256(uuid_send(webhook) || uuid_send(event) || decode(part, 'escape')), 'hex'), 32)
        placing '8' from 13) placing '8' from 17)::uuid
$$;
