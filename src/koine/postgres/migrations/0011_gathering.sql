-- Reactions that gather: instead of a job for each event one for each workspace, which goes on where it has stopped.

alter table wants add done bigint not null default 0;   -- the position up to which a reaction that gathers is done

-- What was to be done for single events is found again by its position.
delete from jobs where reaction = 'webhooks';

-- As in 0002, and a reaction with the lane 'gathered' has one job for each workspace, which is due once more whenever
-- something has happened there, also while it is being done.
create or replace function number_events(buckets integer[], reactions jsonb) returns integer
    language plpgsql security definer set search_path = public, pg_temp
    set enable_seqscan = off set enable_bitmapscan = off
    set enable_hashjoin = off set enable_mergejoin = off set enable_material = off as $$
declare
    held          integer[];
    workspaces    bigint[];
    ids           bigint[];
    happened      text[];
    conversations bigint[];
    added         integer;
    gathered      integer;
begin
    select array_agg(b) into held from unnest(buckets) b where pg_try_advisory_xact_lock(1265592686, b);
    if held is null then
        return null;
    end if;
    select array_agg(e.workspace_id), array_agg(e.id), array_agg(e.kind), array_agg(e.conversation_id)
      into workspaces, ids, happened, conversations
      from (select workspace_id, id, kind, conversation_id from events
             where position is null and workspace_id % 8 = any (held) order by id limit 1000) e;
    if ids is null then
        return 0;
    end if;

    insert into feeds as f (workspace_id, last)
    select w, count(*) from unnest(workspaces) w group by w order by w
        on conflict (workspace_id) do update set last = f.last + excluded.last;
    update events e set position = f.last - d.behind
      from (select workspace_id, id, row_number() over (partition by workspace_id order by id desc) - 1 as behind
              from unnest(workspaces, ids) as d(workspace_id, id)) d
      join feeds f on f.workspace_id = d.workspace_id
     where e.workspace_id = d.workspace_id and e.id = d.id;

    if exists (select from jsonb_to_recordset(reactions) as r(lane text) where r.lane = 'gathered') then
        -- The lane is locked before its job is touched, as wherever both are.
        perform from lanes l
          join jsonb_to_recordset(reactions) as r(name text, lane text) on r.lane = 'gathered' and l.reaction = r.name
         where l.workspace_id = any (workspaces) and l.lane = ''
         order by l.workspace_id, l.reaction, l.lane for no key update of l;
        with due as (
            insert into jobs as j (workspace_id, reaction, lane, due_at)
            select d.w, r.name, '', clock_timestamp()
              from jsonb_to_recordset(reactions) as r(name text, kinds text[], lane text, wanted boolean)
              join (select distinct w from unnest(workspaces) as w) d on true
             where r.lane = 'gathered'
               and (not r.wanted
                    or exists (select from wants o where o.workspace_id = d.w and o.reaction = r.name))
             order by d.w, r.name
                on conflict (workspace_id, reaction, event_id, target)
                do update set due_at = excluded.due_at, state = 'waiting', attempts = 0, reason = null,
                              finished_at = null
            returning workspace_id, reaction, lane
        )
        insert into lanes as l (workspace_id, reaction, lane, run_at)
        select workspace_id, reaction, lane, now() from due order by workspace_id, reaction, lane
            on conflict (workspace_id, reaction, lane)
            do update set run_at = case when l.retrying then l.run_at else least(l.run_at, excluded.run_at) end;
        get diagnostics gathered = row_count;
        if gathered > 0 then
            perform pg_notify('koine_jobs', '');
        end if;
    end if;

    if jsonb_array_length(reactions) > 0 then
        with due as (
            insert into jobs (workspace_id, reaction, event_id, lane)
            select d.workspace_id, r.name, d.id,
                   case r.lane when 'conversation' then coalesce('conversation:' || d.conversation_id, '')
                               when 'event' then 'event:' || d.id else '' end
              from jsonb_to_recordset(reactions) as r(name text, kinds text[], lane text, wanted boolean)
              join unnest(workspaces, ids, happened, conversations) as d(workspace_id, id, kind, conversation_id)
                on r.kinds is null or d.kind = any (r.kinds)
             where r.lane <> 'gathered' and (not r.wanted
                or exists (select from wants w where w.workspace_id = d.workspace_id and w.reaction = r.name))
             order by d.workspace_id, d.id
                on conflict do nothing
            returning workspace_id, reaction, lane
        )
        insert into lanes as l (workspace_id, reaction, lane, run_at)
        select distinct workspace_id, reaction, lane, now() from due order by workspace_id, reaction, lane
            on conflict (workspace_id, reaction, lane)
            do update set run_at = case when l.retrying then l.run_at else least(l.run_at, excluded.run_at) end;
        get diagnostics added = row_count;
        if added > 0 then
            perform pg_notify('koine_jobs', '');
        end if;
    end if;

    -- A notice holds 8,000 bytes.
    perform pg_notify('koine_positions', string_agg(f.workspace_id || ':' || f.last, ' '))
       from (select w, row_number() over () / 150 as part from (select distinct unnest(workspaces) as w) d) d
       join feeds f on f.workspace_id = d.w
      group by d.part;
    return cardinality(ids);
end $$;
