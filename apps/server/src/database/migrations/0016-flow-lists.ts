import type { Migration } from '../migrate.ts'

/**
 * Lists of flows take as long as their page. Columns that refer to ids are compared as ids are (COLLATE "C"): an index
 * with another order is of no use to a join, so the latest version of each flow was found by a look at all versions.
 */
export const flowLists: Migration = {
  name: '0016-flow-lists',
  release: '0.1.0',
  breaking: false,
  up: [
    `do $$
    declare reference record;
    begin
      for reference in
        select k.conrelid::regclass as place, a.attname as name
        from pg_constraint k
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = any(k.conkey)
        join pg_collation c on c.oid = a.attcollation
        where k.contype = 'f' and k.connamespace = current_schema()::regnamespace and c.collname <> 'C'
      loop
        execute format('alter table %s alter column %I type text collate "C"', reference.place, reference.name);
      end loop;
    end $$`,
    `create index flow_updated on flow ("projectId", updated desc, id desc)`,
    // A column that was altered has no statistics.
    `analyze flow, flow_version, trigger_source`,
  ],
  // An earlier release reads columns in either order.
  down: [`drop index flow_updated`],
}
